"""Uploads, and what they become: an asset's images and files."""

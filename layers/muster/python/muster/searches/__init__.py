"""Saved searches, and those that run on a schedule."""

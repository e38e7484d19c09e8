"""Saved searches that run by the clock and tell others what they find."""

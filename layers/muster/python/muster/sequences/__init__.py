"""Saved operations: run by hand, by what happens to assets, and by the clock."""

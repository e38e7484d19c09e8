"""Stored contents: one record and one object for the same bytes, shared by all that refer to it."""

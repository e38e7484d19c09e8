"""Many operations in one request: each row planned alone, many rows committed together."""

"""The whole tenant as one file, out and in again."""

"""Search over HTTP: find, count, validate, suggest, explain and aggregate."""

"""The `muster` command: a client of the HTTP API, with progress, tables and exit codes."""

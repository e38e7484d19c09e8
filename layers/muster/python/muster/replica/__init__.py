"""The replica: a tenant's records in SQLite, caught up with the ledger before each answer."""

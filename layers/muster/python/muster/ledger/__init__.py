"""The ledger: the only writer of a tenant's data."""

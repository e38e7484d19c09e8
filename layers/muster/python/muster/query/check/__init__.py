"""The tree checked against a tenant's catalog, folders and people: what a replica is asked."""

"""Access: tenants, members, roles and tokens."""

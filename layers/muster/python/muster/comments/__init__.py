"""What people say about an asset, beside its history."""

"""The query language: text, tokens, tree, and the tree checked against a tenant's catalog."""

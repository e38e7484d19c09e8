"""Plans of row jobs: made and previewed first, then carried out commit by commit."""

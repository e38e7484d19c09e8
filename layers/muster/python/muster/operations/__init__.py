"""What can be done to an asset, as data: the language of bulk work and of sequences."""

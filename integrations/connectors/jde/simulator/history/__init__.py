"""Makes a believable purchasing history from a seed."""

"""One folder per pair of systems."""

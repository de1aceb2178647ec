"""One folder per system; they do not know each other."""

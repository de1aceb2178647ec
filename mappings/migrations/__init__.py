"""Schema of the mappings, with the triggers that keep published versions as they are."""

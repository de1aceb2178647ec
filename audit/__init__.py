"""The append-only trail of what ran and who changed what; the lowest layer."""

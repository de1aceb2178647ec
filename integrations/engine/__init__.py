"""The engine: runs syncs, books exactly once, and holds the limits, tokens and guards it hands to connectors."""

"""The two-person rule as people meet it: what may be asked for, who may approve it, and what then happens."""

"""Chaos: a sync runs to its end through faults, killed workers and emptied queues, then an outside checker counts."""

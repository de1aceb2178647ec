"""Prove it: a few real documents booked in a sandbox or test target, their balances checked, all of it reversed."""

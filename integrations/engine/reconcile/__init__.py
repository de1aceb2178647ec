"""Reconciliation to the cent: `period.py` compares three ways, `open_items.py` ties out; start there."""

"""BILL: bills are written to it and paid there; its payments are read back."""

"""Reads for the screens, one module per screen family: each gives what one page shows, beginning at a tenant."""

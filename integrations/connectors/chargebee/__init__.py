"""Chargebee: the system of record for billing; nothing is ever written to it."""

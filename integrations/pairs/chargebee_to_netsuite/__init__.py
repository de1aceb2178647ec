"""Chargebee -> Oracle NetSuite."""

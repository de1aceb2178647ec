"""Chargebee -> Oracle JD Edwards: billing documents as balanced journal entries through orchestrations."""

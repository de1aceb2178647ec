"""Chargebee -> Dynamics 365 Finance & Operations: billing documents as journals of customers, with dimensions."""

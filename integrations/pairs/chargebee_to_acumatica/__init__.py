"""Chargebee -> Acumatica: billing documents as documents of receivables, or as journals, by the tenant's choice."""

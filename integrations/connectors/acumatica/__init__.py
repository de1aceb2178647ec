"""Acumatica Cloud ERP: contract-based REST API, written to."""

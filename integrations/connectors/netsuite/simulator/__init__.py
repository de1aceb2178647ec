"""The strict stand-in for Oracle NetSuite, written from the vendor file alone (its section 10 is the contract)."""

from integrations.connectors.netsuite.simulator.app import build

__all__ = ["build"]

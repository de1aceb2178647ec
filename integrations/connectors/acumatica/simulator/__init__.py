"""The strict stand-in for Acumatica's contract-based REST API, written from the vendor file alone."""

from integrations.connectors.acumatica.simulator.app import Acumatica, build

__all__ = ["Acumatica", "build"]

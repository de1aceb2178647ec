"""The strict stand-ins for Dynamics 365 Finance & Operations and Entra ID, written from the vendor file alone."""

from integrations.connectors.dynamics365.simulator.app import build
from integrations.connectors.dynamics365.simulator.entra import LOGIN_HOST, Entra

HOSTS = {LOGIN_HOST: Entra.port_offset}

__all__ = ["HOSTS", "build"]

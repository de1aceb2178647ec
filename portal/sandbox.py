"""One-click connections to the sandbox: its credentials are fetched by the server, nobody types or sees them."""

from typing import Any

from django.conf import settings

from integrations.contracts import Connector
from integrations.engine.connections import create_connection
from integrations.errors import UnavailableError
from integrations.models import Connection
from portal.checker import Control


def has_sandbox() -> bool:
    """Tell whether simulators may be connected here."""
    return settings.SANDBOX_BASE_PORT is not None


def connect_sandbox(*, tenant_id: int, connector: Connector, actor: str) -> Connection:
    """Make a connection to the connector's simulator. Raises ConnectorError with the next step."""
    typed = _credentials(connector)
    names = Connection.objects.for_tenant(tenant_id).values_list("name", flat=True)
    return create_connection(
        tenant_id=tenant_id,
        connector_slug=connector.slug,
        name=_free_name(f"{connector.name} sandbox", set(names)),
        environment=Connection.Environment.SANDBOX,
        values=typed,
        actor=actor,
    )


def _credentials(connector: Connector) -> dict[str, str]:
    try:
        offered: dict[str, Any] = Control(f"http://127.0.0.1:{settings.SANDBOX_BASE_PORT}").get("/credentials")
    except OSError as error:
        raise UnavailableError(
            "The sandbox does not answer. Start it with `manage.py sandbox`, then press the button again.",
            code="no_sandbox",
        ) from error
    if connector.slug not in offered:
        raise UnavailableError(f"The sandbox has no {connector.name} yet.", code="no_simulator")
    known = {field.name for field in connector.fields}
    return {name: str(value) for name, value in offered[connector.slug].items() if name in known}


def _free_name(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted} {number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)

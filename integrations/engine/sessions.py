"""Opens connections for the engine: credentials from the vault, and the tools that a connector is handed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from integrations import registry
from integrations.contracts import Identity, Limits, Session, Settings, Tools
from integrations.engine.clock import SYSTEM_CLOCK
from integrations.engine.egress import egress_for
from integrations.engine.lease import Lease
from integrations.engine.limits import limiter_for
from integrations.engine.tokens import token_store_for
from integrations.errors import ConfigurationError
from integrations.models import Connection
from integrations.vault import open_settings


def settings_of(connection: Connection) -> Settings:
    """Give a connection as its connector sees it."""
    return open_settings(connection)


def granted_limits(connection: Connection) -> Limits:
    """Give the vendor's limits less the share that the tenant keeps for other integrations."""
    limits = registry.connector(connection.connector).limits(settings_of(connection))
    share = connection.share_pct

    def granted(limit: int | None) -> int | None:
        return None if limit is None else max(1, limit * share // 100)

    return Limits(
        concurrency=max(1, limits.concurrency * share // 100),
        per_minute=granted(limits.per_minute),
        per_hour=granted(limits.per_hour),
    )


def tools_for(connection: Connection, lease: Lease | None = None) -> Tools:
    """Give the tools for one connection; with a lease, writes are refused when it does not cover them."""
    name = f"{connection.pk}"
    base = {
        "tokens": token_store_for(name),
        "limiter": limiter_for(name, granted_limits(connection)),
        "clock": SYSTEM_CLOCK,
        "egress": egress_for(connection.tenant_id, connection.connector, connection.environment),
        "timeout_s": settings.CALL_TIMEOUT_S,
    }
    return Tools(**base, may_write=lease.may_write) if lease else Tools(**base)


@contextmanager
def open_session(connection: Connection, *, lease: Lease | None = None) -> Iterator[Session]:
    """Open a connection and close it again. Raises ConfigurationError when it became another system."""
    if connection.state == Connection.State.CHANGED:
        raise ConfigurationError(
            f"{connection.name} is no longer the system it was. An owner must confirm the new one under Connections.",
            code="identity_changed",
        )
    connector = registry.connector(connection.connector)
    session = connector.open(settings_of(connection), tools_for(connection, lease))
    try:
        yield session
    finally:
        session.close()


def identity_of(connection: Connection) -> Identity:
    """Give the identity that the first good ping stored."""
    return Identity(**connection.identity)

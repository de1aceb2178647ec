"""Opens connections for the engine: credentials from the vault, and the tools that a connector is handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings

from integrations import registry
from integrations.contracts import Environment, Identity, Limits, Session, Tools
from integrations.engine.clock import SystemClock
from integrations.engine.egress import egress_for
from integrations.engine.lease import Lease
from integrations.engine.limits import RedisLimiter, limiter_for, share, sign_ins_for
from integrations.engine.tokens import token_store_for
from integrations.errors import ConfigurationError
from integrations.models import Connection
from integrations.vault import open_settings


def granted_limits(connection: Connection) -> Limits:
    """Give the vendor's limits less the share that the tenant keeps for other integrations."""
    connector = registry.connector(connection.connector)
    return share(connector.limits(open_settings(connection)), connection.share_pct)


def limiter_of(connection: Connection) -> RedisLimiter:
    """Give the limiter that all workers share for the system behind a connection."""
    scope = connection.fingerprint or f"connection-{connection.pk}"
    return limiter_for(scope, granted_limits(connection), call_s=settings.CALL_TIMEOUT_S)


def tools_for(connection: Connection, lease: Lease | None = None) -> Tools:
    """Give the tools for one connection; with a lease, writes are refused when it does not cover them."""
    offset = registry.connector(connection.connector).sandbox_port_offset
    environment = cast(Environment, connection.environment)
    hosts = registry.sandbox_hosts(connection.connector) if environment == "sandbox" else {}
    return Tools(
        tokens=token_store_for(
            open_settings(connection), sign_ins_for(granted_limits(connection), call_s=settings.CALL_TIMEOUT_S)
        ),
        limiter=limiter_of(connection),
        clock=SystemClock(),
        egress=egress_for(environment, connection.tenant.slug, offset, hosts),
        timeout_s=settings.CALL_TIMEOUT_S,
        may_write=lease.may_write if lease else _always,
    )


def _always(timeout_s: float) -> None:
    """Let a call start: nobody else can hold what no lease guards."""


@contextmanager
def open_session(connection: Connection, *, lease: Lease | None = None) -> Iterator[Session]:
    """Open a connection and close it again. Raises ConfigurationError when it became another system."""
    if connection.state == Connection.State.CHANGED:
        raise ConfigurationError(
            f"{connection.name} is no longer the system it was. An owner must confirm the new one under Connections.",
            code="identity_changed",
        )
    connector = registry.connector(connection.connector)
    session = connector.open(open_settings(connection), tools_for(connection, lease))
    try:
        yield session
    finally:
        session.close()


def identity_of(connection: Connection) -> Identity:
    """Give the identity that the first good ping stored."""
    return Identity(**connection.identity)


def today_at(connection: Connection) -> date:
    """Give the day in the zone in which a system reckons its days; in UTC where it names none."""
    return datetime.now(ZoneInfo(connection.identity.get("time_zone") or "UTC")).date()

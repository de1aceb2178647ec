"""Ping your systems: steps timed, failures with likely cause and fix; the first success stores what the far side is."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TypeAlias

from integrations import registry
from integrations.contracts import Connector, Explanation, Identity, PingCheck, PingStep, Session
from integrations.engine import references
from integrations.engine.identity import learn
from integrations.engine.sessions import tools_for
from integrations.errors import ConnectorError
from integrations.explanations import SHARED
from integrations.models import Connection, Ping
from integrations.probe import probe
from integrations.vault import open_settings

Identify: TypeAlias = Callable[[Connection, Identity, str], None]


def ping(connection: Connection, *, actor: str) -> Ping:
    """Check a connection by steps, stop at the first failure, keep the result. Never raises for a bad connection."""
    return keep(connection, list(ping_steps(connection, actor=actor)))


def keep(connection: Connection, steps: Sequence[PingStep]) -> Ping:
    """Keep what a ping found, and whether the connection works by it."""
    ok = all(step.ok for step in steps)
    Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk).exclude(
        state=Connection.State.CHANGED
    ).update(state=Connection.State.GOOD if ok else Connection.State.FAILING)
    connection.refresh_from_db()
    return Ping.objects.create(
        tenant_id=connection.tenant_id, connection=connection, ok=ok, steps=[asdict(s) for s in steps]
    )


def ping_steps(connection: Connection, *, actor: str, identify: Identify = learn) -> Iterator[PingStep]:
    """Yield the steps as they happen, for a live page. `identify` judges and keeps what the far side is."""
    connector = registry.connector(connection.connector)
    try:
        tools = tools_for(connection)
        settings = open_settings(connection)
        origin = connector.origin(settings)
    except ConnectorError as error:
        yield _failed(connector, "settings", "Settings", 0, error)
        return
    for step in probe(origin, tools, connector.trust(settings) if connector.trust else None):
        yield step
        if not step.ok:
            return
    session = connector.open(settings, tools)
    try:
        yield from _checks(connector, session, [*connector.checks, _identity_check(connection, actor, identify)])
    finally:
        session.close()


def _checks(connector: Connector, session: Session, checks: list[PingCheck]) -> Iterator[PingStep]:
    for check in checks:
        started = time.monotonic()
        try:
            detail = check.run(session)
        except ConnectorError as error:
            yield _failed(connector, check.slug, check.label, _ms_since(started), error)
            return
        yield PingStep(slug=check.slug, label=check.label, ok=True, ms=_ms_since(started), detail=detail)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _failed(connector: Connector, slug: str, label: str, ms: int, error: ConnectorError) -> PingStep:
    explained = explanation_of(connector, error.code)
    return PingStep(
        slug=slug,
        label=label,
        ok=False,
        ms=ms,
        detail=error.message,
        code=error.code,
        fix=explained.fix if explained else "",
    )


def explanation_of(connector: Connector, code: str) -> Explanation | None:
    """Give a connector's explanation of a code, else that of codes which any system's connection can meet."""
    return next((each for each in (*connector.explanations, *SHARED) if each.code == code), None)


def _identity_check(connection: Connection, actor: str, identify: Identify) -> PingCheck:
    def run(session: Session) -> str:
        return _learn(connection, session, actor, identify)

    return PingCheck(slug="identity", label="What answers", run=run)


def _learn(connection: Connection, session: Session, actor: str, identify: Identify) -> str:
    """Store what the far side is at the first good ping; lock the connection when it has become something else."""
    found = session.identity()
    identify(connection, found, actor)
    references.refresh_if_old(connection, session)
    kind = "production" if found.is_production else "not production"
    said = f"{found.name} ({kind}{', ' + found.base_currency if found.base_currency else ''})"
    is_alike = connection.environment == Connection.Environment.SANDBOX or found.is_production == (
        connection.environment == Connection.Environment.LIVE
    )
    return said if is_alike else f"{said}. This is a {connection.environment} connection: see that it is the right one."

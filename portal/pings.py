"""Pings as pages show them: the steps taken, those still to come, and where a failed one is mended."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse

from integrations import registry
from integrations.contracts import Connector, PingStep
from integrations.models import Connection, Ping
from portal.systems import System, system
from portal.ui import Step

FIRST_STEPS = (("resolve", "Find the address"), ("tls", "Connect"))
LAST_STEPS = (("identity", "What answers"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class PingPanel:
    """What one connection's ping panel shows: the last ping's steps, and whether one is under way."""

    connection: Connection
    system: System
    ping: Ping | None
    steps: tuple[Step, ...]
    coming: tuple[Step, ...]

    @property
    def total(self) -> str:
        """Give the time of all steps together, ready to read."""
        return shown_ms(sum(int(step["ms"]) for step in self.ping.steps)) if self.ping else ""


def panel(connection: Connection, ping: Ping | None) -> PingPanel:
    """Give the panel of a connection and its newest ping."""
    connector = registry.connectors().get(connection.connector)
    expected = _expected(connector) if connector else ()
    return PingPanel(
        connection=connection,
        system=system(connection.connector),
        ping=ping,
        steps=_steps(ping, expected) if ping else (),
        coming=tuple(_coming(expected)),
    )


def progress(connection: Connection, taken: Sequence[PingStep]) -> tuple[Step, ...]:
    """Give the steps of a ping under way: those taken with their times, the one that runs, those to come."""
    connector = registry.connectors().get(connection.connector)
    done = [Step(name=each.label, status="ok", side=shown_ms(each.ms), text=each.detail) for each in taken]
    slugs = {each.slug for each in taken}
    left = [step for step in (_expected(connector) if connector else ()) if step[0] not in slugs]
    return (*done, *_coming(left))


def refused_steps(connection: Connection, taken: Sequence[PingStep]) -> tuple[Step, ...]:
    """Give the steps of a ping that is not kept, as its values are not in use: the last one failed."""
    return panel(connection, Ping(connection=connection, ok=False, steps=[asdict(each) for each in taken])).steps


def panels(connections: Iterable[Connection]) -> tuple[PingPanel, ...]:
    """Give the panels of connections with their newest pings, in their order; one query for all."""
    rows = tuple(connections)
    newest = latest_pings(rows)
    return tuple(panel(row, newest.get(row.pk)) for row in rows)


def latest_pings(connections: Iterable[Connection]) -> dict[int, Ping]:
    """Give the newest ping of each connection, by the connection's id."""
    rows = tuple(connections)
    if not rows:
        return {}
    pings = Ping.objects.for_tenant(rows[0].tenant_id).filter(connection__in=rows)
    return {each.connection_id: each for each in pings.order_by("connection_id", "-id").distinct("connection_id")}


def failed_step(ping: Ping | None) -> dict[str, Any] | None:
    """Give the step at which a ping stopped."""
    return next((step for step in ping.steps if not step["ok"]), None) if ping else None


def shown_ms(milliseconds: int) -> str:
    """Write a duration: “480 ms”, “2.4 s”."""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _expected(connector: Connector) -> tuple[tuple[str, str], ...]:
    return (*FIRST_STEPS, *((check.slug, check.label) for check in connector.checks), *LAST_STEPS)


def _coming(expected: Iterable[tuple[str, str]]) -> Iterable[Step]:
    for position, (_, label) in enumerate(expected):
        yield Step(name=label, status="todo" if position else "running")


def _steps(ping: Ping, expected: Iterable[tuple[str, str]]) -> tuple[Step, ...]:
    """Give what was done, and what a failure left undone."""
    taken = {step["slug"] for step in ping.steps}
    left = [] if ping.ok else [Step(name=label, status="todo") for slug, label in expected if slug not in taken]
    return (*(_step(ping, step) for step in ping.steps), *left)


def _step(ping: Ping, step: dict[str, Any]) -> Step:
    if step["ok"]:
        return Step(name=step["label"], status="ok", side=shown_ms(int(step["ms"])), text=step["detail"])
    return Step(
        name=step["label"],
        status="failed",
        side=shown_ms(int(step["ms"])),
        text=step["detail"],
        fix=step["fix"] or "Check the values of this connection, then ping again.",
        fix_url=reverse("connection_edit", args=[ping.connection_id]),
        fix_label="Edit the connection",
    )

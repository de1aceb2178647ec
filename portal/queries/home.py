"""What Home shows: what needs a person, what was done of late, and the last runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from audit.models import Run
from integrations.models import Connection, Reconciliation, Sync
from portal.causes import cause_of
from portal.models import Tenant
from portal.pings import failed_step, latest_pings
from portal.queries.causes import WAITING, Held, held_up
from portal.queries.reconciliation import unreconciled_of
from portal.queries.syncs import SyncRow

RUNS_ADDED_UP = 500
CAUSES_SHOWN = 5
RUNS_SHOWN = 6
SIGN_OFF_AFTER_DAYS = 5  # of the new month
_FAILED = (Run.State.FAILED, Run.State.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing that waits for a person: what, why, and where it is mended."""

    tone: str
    icon: str
    title: str
    text: str
    url: str
    side: str = ""
    money: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The figures at the top of Home. `needs` counts all that waits for a person, `more` those not listed."""

    delivered_of_late: int
    needs: int
    more: int
    held_up: int
    syncs_on: int
    syncs: int


def attention(tenant: Tenant, rows: Sequence[SyncRow]) -> tuple[list[Attention], Totals]:
    """Give what needs a person, what stops everything first, and the figures that go with it."""
    held = held_up(tenant)
    urgent = [
        *(_stopped(row.sync) for row in rows if row.sync.state == Sync.State.STOPPED),
        *broken_connections(tenant),
        *(_failing(row) for row in rows if row.sync.state == Sync.State.ACTIVE and row.last_run and _failed(row)),
        *unreconciled(tenant, rows),
    ]
    listed = [*urgent, *(_held(each) for each in held[:CAUSES_SHOWN])]
    needs = len(urgent) + len(held)
    totals = Totals(
        delivered_of_late=_delivered_of_late(tenant),
        needs=needs,
        more=needs - len(listed),
        held_up=sum(each.records for each in held),
        syncs_on=sum(row.sync.state == Sync.State.ACTIVE for row in rows),
        syncs=len(rows),
    )
    return listed, totals


def _stopped(sync: Sync) -> Attention:
    cause = cause_of(sync.stop_code, sync.source, sync.target)
    return Attention(
        tone="danger",
        icon="cross",
        title=f"{sync.name} is stopped: {cause.title}",
        text=f"{cause.fix or sync.stop_reason} Nothing is booked until it is switched on again.",
        url=reverse("sync_detail", args=[sync.pk]),
    )


def _failed(row: SyncRow) -> bool:
    return row.last_run is not None and row.last_run.state in _FAILED


def _failing(row: SyncRow) -> Attention:
    run = row.last_run
    cause = cause_of(run.code, row.sync.source, row.sync.target) if run and run.code else None
    return Attention(
        tone="danger",
        icon="alert",
        title=f"{row.sync.name} did not get through: {cause.title}"
        if cause
        else f"{row.sync.name} did not get through",
        text=(cause.fix if cause else "") or (run.message if run else "") or "It is tried again by itself.",
        url=reverse("run_detail", args=[run.pk]) if run else reverse("sync_detail", args=[row.sync.pk]),
    )


def broken_connections(tenant: Tenant) -> list[Attention]:
    """Give the connections whose last ping failed, or behind which another company answers."""
    states = [Connection.State.FAILING, Connection.State.CHANGED]
    broken = list(Connection.objects.for_tenant(tenant).filter(state__in=states).order_by("name"))
    pings = latest_pings(broken)
    return [_broken(each, failed_step(pings.get(each.pk))) for each in broken]


def _broken(connection: Connection, step: Mapping[str, Any] | None) -> Attention:
    is_other = connection.state == Connection.State.CHANGED
    return Attention(
        tone="danger",
        icon="plug",
        title=f"{connection.name} is another system now" if is_other else f"{connection.name} fails",
        text=f"{step['label']}: {step['detail']}" if step else "Ping it to see at which step.",
        url=reverse("connection_detail", args=[connection.pk]),
    )


# Periods


def unreconciled(tenant: Tenant, rows: Sequence[SyncRow]) -> list[Attention]:
    """Give the periods that do not tie, that something landed in after sign-off, and last month where nobody signed."""
    found = [_period(each) for each in unreconciled_of(tenant)[:CAUSES_SHOWN]]
    return [*found, *_unsigned(tenant, rows)]


def _period(held: Reconciliation) -> Attention:
    is_stale = held.state == Reconciliation.State.STALE
    name = period_name(held.start, held.end)
    return Attention(
        tone="warning",
        icon="scale",
        title=f"{name}: something landed after sign-off" if is_stale else f"{name} does not tie",
        text=f"{held.sync.name}: " + (_STALE if is_stale else _DIFFERS),
        url=reverse("reconciliation_detail", args=[held.pk]),
    )


_STALE = "what was signed is no longer the whole period. See what came in, and reconcile it again."
_DIFFERS = "source and target differ, and nobody has explained why."


def _unsigned(tenant: Tenant, rows: Sequence[SyncRow]) -> list[Attention]:
    today = timezone.localdate()
    end = today.replace(day=1) - timedelta(days=1)
    start = end.replace(day=1)
    on = {row.sync.pk: row.sync for row in rows if row.sync.state == Sync.State.ACTIVE and row.last_run}
    if today.day <= SIGN_OFF_AFTER_DAYS or not on:
        return []
    known = Reconciliation.objects.for_tenant(tenant).filter(sync_id__in=on, start__lte=start, end__gte=end)
    seen = set(known.values_list("sync_id", flat=True))
    # A sync set up this month has no last month to sign.
    left = [sync for pk, sync in on.items() if pk not in seen and timezone.localdate(sync.created_at) <= end]
    if not left:
        return []
    return [
        Attention(
            tone="info",
            icon="scale",
            title=f"{period_name(start, end)} is not reconciled yet",
            text=f"{', '.join(sync.name for sync in left)}: compare both systems, then sign the month off.",
            url=reverse("reconciliation_list"),
        )
    ]


def period_name(start: date, end: date) -> str:
    """Name a period: “October 2026” for a whole month, else its days."""
    is_month = start.day == 1 and start.month == end.month and (end + timedelta(days=1)).month != end.month
    if is_month and start.year == end.year:
        return f"{start:%B %Y}"
    return f"{start.day} {start:%b %Y} to {end.day} {end:%b %Y}"


# Causes


def _held(held: Held) -> Attention:
    told = held.cause.cause or held.message
    return Attention(
        tone="warning",
        icon="clock" if held.code in WAITING else "hand",
        title=held.title,
        text=f"{told} {held.cause.who}: {held.cause.fix}" if held.cause.fix and held.cause.who else told,
        url=held.url,
        side=f"{held.records:,} record{'' if held.records == 1 else 's'}",
        money=held.money,
    )


# Figures


def _delivered_of_late(tenant: Tenant) -> int:
    """Add up the newest runs of the last 24 hours from their own counts: no count over the attempts."""
    since = timezone.now() - timedelta(hours=24)
    runs = Run.objects.for_tenant(tenant).order_by("-id").values_list("started_at", "counts")[:RUNS_ADDED_UP]
    whole: Counter[str] = Counter()
    for started_at, counts in runs:
        for states in counts.values() if started_at >= since else ():
            whole.update(states)
    return whole["delivered"] + whole["linked"]


def last_runs(tenant: Tenant) -> list[Run]:
    """Give the company's newest runs."""
    return list(Run.objects.for_tenant(tenant).order_by("-id")[:RUNS_SHOWN])

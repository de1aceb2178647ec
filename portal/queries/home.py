"""What Home shows: what needs a person, what was done of late, and the last runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Sum
from django.urls import reverse
from django.utils import timezone

from audit.models import Run
from integrations.engine.faults import PERIOD
from integrations.engine.trial.life import TRIAL
from integrations.models import Connection, Reconciliation, Sync, SyncRecord
from portal.approvals.waiting import waiting_for
from portal.causes import cause_of
from portal.expiry import endings
from portal.models import Membership, Tenant
from portal.notifications.models import Channel
from portal.pings import failed_step, latest_pings
from portal.queries.causes import WAITING, Held, held_up
from portal.queries.reconciliation import unreconciled_of
from portal.queries.syncs import SyncRow

RUNS_ADDED_UP = 500
CAUSES_SHOWN = 5
RUNS_SHOWN = 6
RUNS_LOOKED_AT = 100
SIGN_OFF_AFTER_DAYS = 5  # of the new month
_FAILED = (Run.State.FAILED, Run.State.LOST)
_STILL = frozenset({"unchanged", "waiting", "skipped", "awaiting_posting"})  # as before, or left out by rule


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


def attention(
    tenant: Tenant, rows: Sequence[SyncRow], membership: Membership | None = None
) -> tuple[list[Attention], Totals]:
    """Give what needs a person, what stops everything first, and the figures that go with it.

    With `membership` what waits for this very person's approval is among them.
    """
    held, connections = held_up(tenant), connections_of(tenant)
    urgent = [
        *(_stopped(row.sync) for row in rows if row.sync.state == Sync.State.STOPPED),
        *_broken_among(connections),
        *(_failing(row) for row in rows if row.sync.state == Sync.State.ACTIVE and row.last_run and _failed(row)),
        *(to_be_approved(membership) if membership else ()),
        *closed_periods(tenant, rows),
        *unreconciled(tenant, rows),
        *ending_soon(connections),
        *mute_channels(tenant),
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
    told = " ".join(dict.fromkeys(each for each in (sync.stop_reason, cause.fix) if each))
    return Attention(
        tone="danger",
        icon="cross",
        title=f"{sync.name} is stopped: {cause.title}",
        text=f"{told} Nothing is booked until it is switched on again.".strip(),
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
    return _broken_among(connections_of(tenant))


def connections_of(tenant: Tenant) -> list[Connection]:
    """List a company's connections by name."""
    return list(Connection.objects.for_tenant(tenant).order_by("name"))


def _broken_among(connections: Sequence[Connection]) -> list[Attention]:
    states = (Connection.State.FAILING, Connection.State.CHANGED)
    broken = [each for each in connections if each.state in states]
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


def ending_soon(connections: Sequence[Connection]) -> list[Attention]:
    """Give the credentials that end within thirty days, or have ended."""
    near = [each for each in endings(connections) if each.is_near]
    return [
        Attention(
            tone=each.tone,
            icon="key",
            title=f"{each.connection.name}: {each.sentence}",
            text=f"Without a new one its syncs stop. {each.expiry.renew}",
            url=reverse("connection_detail", args=[each.connection.pk]),
        )
        for each in near
    ]


def to_be_approved(membership: Membership) -> list[Attention]:
    """Give what others asked for and this member may approve."""
    return [
        Attention(
            tone="warning",
            icon="tick",
            title=f"To be approved: {each.title}",
            text=f"{each.asker} asked for it: {each.reason}",
            url=reverse("approval_detail", args=[each.pk]),
        )
        for each in waiting_for(membership)
    ]


def mute_channels(tenant: Tenant) -> list[Attention]:
    """Give the notification channels whose last message was not taken: somebody believes that all is well."""
    mute = Channel.objects.for_tenant(tenant).filter(is_paused=False, last_ok=False).order_by("name")
    return [
        Attention(
            tone="warning",
            icon="mail",
            title=f"Notifications do not get through to {channel.name}",
            text=channel.last_said,
            url=reverse("notification_list"),
        )
        for channel in mute
    ]


# Periods


def closed_periods(tenant: Tenant, rows: Sequence[SyncRow]) -> list[Attention]:
    """Give, by sync, the documents that wait until somebody opens their period, with their money; one query."""
    waiting = SyncRecord.objects.for_tenant(tenant).filter(state=SyncRecord.State.WAITING, waits_for__contains=[PERIOD])
    sums = waiting.values("sync_id", "currency").annotate(
        number=Count("pk"), money=Sum("amount"), first=Min("document_date"), last=Max("document_date")
    )
    grouped: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in sums.order_by("sync_id", "currency"):
        grouped[row["sync_id"]].append(dict(row))
    syncs = {row.sync.pk: row.sync for row in rows}
    return [_closed(syncs[pk], found) for pk, found in grouped.items() if pk in syncs]


def _closed(sync: Sync, found: Sequence[Mapping[str, Any]]) -> Attention:
    number = sum(row["number"] for row in found)
    days = [row[end] for row in found for end in ("first", "last") if row[end]]
    months = f", dated {_months(min(days), max(days))}," if days else ""
    waits, them = ("document waits", "it") if number == 1 else ("documents wait", "them")
    return Attention(
        tone="warning",
        icon="clock",
        title=f"{sync.name}: {number:,} {waits} for an open period",
        text=f"What is held up{months} lies in a closed period. Open the period in {sync.target.name}, or choose for "
        f"{them} the next open one.",
        url=f"{reverse('record_list')}?{urlencode({'sync': sync.pk, 'state': SyncRecord.State.WAITING})}",
        side=f"{number:,} record{'' if number == 1 else 's'}",
        money={row["currency"]: f"{row['money']:f}" for row in found if row["currency"] and row["money"] is not None},
    )


def _months(first: date, last: date) -> str:
    start, end = f"{first:%B %Y}", f"{last:%B %Y}"
    return start if start == end else f"{start} to {end}"


def unreconciled(tenant: Tenant, rows: Sequence[SyncRow]) -> list[Attention]:
    """Give the periods that do not tie, that changed after sign-off, and last month where nobody signed."""
    found = [_period(each) for each in unreconciled_of(tenant)[:CAUSES_SHOWN]]
    return [*found, *_unsigned(tenant, rows)]


def _period(held: Reconciliation) -> Attention:
    is_stale = held.state == Reconciliation.State.STALE
    name = period_name(held.start, held.end)
    return Attention(
        tone="warning",
        icon="scale",
        title=f"{held.sync.name}: " + (f"{name} changed after sign-off" if is_stale else f"{name} does not tie"),
        text=_STALE if is_stale else _DIFFERS,
        url=reverse("reconciliation_detail", args=[held.pk]),
    )


_STALE = "What was signed is no longer the whole period. See what came in or left, and reconcile it again."
_DIFFERS = "Source and target differ, and nobody has explained why."


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
        text=f"{held.sync.name}: {told}"
        + (f" {held.cause.who}: {held.cause.fix}" if held.cause.fix and held.cause.who else ""),
        url=held.url,
        side=f"{held.records:,} record{'' if held.records == 1 else 's'}",
        money=held.money,
    )


# Figures


def _delivered_of_late(tenant: Tenant) -> int:
    """Add up the newest runs of the last 24 hours from their own counts: no count over the attempts, no proofs."""
    since = timezone.now() - timedelta(hours=24)
    runs = Run.objects.for_tenant(tenant).exclude(actor=TRIAL).order_by("-id").values_list("started_at", "counts")
    whole: Counter[str] = Counter()
    for started_at, counts in runs[:RUNS_ADDED_UP]:
        for states in counts.values() if started_at >= since else ():
            whole.update(states)
    return whole["delivered"] + whole["linked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRuns:
    """The newest runs that moved or failed something, and how many beside them only found nothing new."""

    runs: tuple[Run, ...]
    idle: int
    idle_last: Run | None


def last_runs(tenant: Tenant) -> LastRuns:
    """Give the company's newest runs: those that found nothing new are counted alone, those of proofs left out."""
    newest = list(Run.objects.for_tenant(tenant).exclude(actor=TRIAL).order_by("-id")[:RUNS_LOOKED_AT])
    told = tuple(run for run in newest if not is_idle(run))[:RUNS_SHOWN]
    since = told[-1].pk if len(told) == RUNS_SHOWN else 0
    idle = [run for run in newest if is_idle(run) and run.pk > since]
    return LastRuns(runs=told, idle=len(idle), idle_last=idle[0] if idle else None)


def is_idle(run: Run) -> bool:
    """Tell whether a run ended well and moved nothing: it looked again at what waits, or met nothing at all."""
    states = {state for counts in run.counts.values() for state, number in counts.items() if number}
    return run.state in (Run.State.DONE, Run.State.YIELDED) and states <= _STILL

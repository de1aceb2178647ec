"""What Home shows: what needs a person, what was done of late, the syncs and their last runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from audit.models import Run
from integrations.models import Connection, Problem, Sync
from portal.causes import cause_of
from portal.models import Tenant
from portal.pings import failed_step, latest_pings
from portal.queries.syncs import SyncRow

RUNS_ADDED_UP = 500
PROBLEMS_SHOWN = 5
RUNS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing that waits for a person: what, why, and where it is mended."""

    tone: str
    icon: str
    title: str
    text: str
    url: str
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The figures at the top of Home."""

    delivered_of_late: int
    held_up: int
    problems: int
    syncs_on: int
    syncs: int


def stopped_syncs(rows: list[SyncRow]) -> list[Attention]:
    """Give the syncs that stopped, each with its fix."""
    stopped = [row.sync for row in rows if row.sync.state == Sync.State.STOPPED]
    return [_stopped(sync) for sync in stopped]


def _stopped(sync: Sync) -> Attention:
    cause = cause_of(sync.stop_code, sync.source, sync.target)
    return Attention(
        tone="danger",
        icon="cross",
        title=f"{sync.name} is stopped: {cause.title}",
        text=cause.fix or sync.stop_reason,
        url=reverse("sync_detail", args=[sync.pk]),
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


def worst_problems(tenant: Tenant) -> list[Attention]:
    """Give the causes that hold up most records."""
    problems = Problem.objects.for_tenant(tenant).filter(healed_at=None).select_related("sync__source", "sync__target")
    return [_held(problem) for problem in problems.order_by("-records", "-id")[:PROBLEMS_SHOWN]]


def _held(problem: Problem) -> Attention:
    cause = cause_of(problem.code, problem.sync.target, problem.sync.source)
    return Attention(
        tone="warning",
        icon="hand",
        title=f"{cause.title}: {problem.value}" if problem.value else cause.title,
        text=problem.message,
        url=reverse("problem_detail", args=[problem.pk]),
        side=f"{problem.records:,} record{'' if problem.records == 1 else 's'}",
    )


def totals(tenant: Tenant, rows: list[SyncRow]) -> Totals:
    """Add up what was delivered in a day and what is held up; two queries, whatever the size of the trail."""
    held = Problem.objects.for_tenant(tenant).filter(healed_at=None).aggregate(records=Sum("records"))
    return Totals(
        delivered_of_late=_delivered_of_late(tenant),
        held_up=held["records"] or 0,
        problems=sum(row.problems for row in rows),
        syncs_on=sum(row.sync.state == Sync.State.ACTIVE for row in rows),
        syncs=len(rows),
    )


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

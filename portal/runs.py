"""Runs as pages show them: how long, how many records in which state, how fast."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from audit.models import Run
from integrations import registry
from integrations.engine.trial.life import TRIAL
from integrations.models import Sync
from portal.causes import cause_of
from portal.queries.syncs import flow_label, flows_of, in_order, sides_of
from portal.ui import StateCount
from portal.words import duration, trigger_words

DELIVERED = ("delivered", "linked")
AWAITING = "awaiting_posting"
_SETTLES_S = 3  # before that a rate is noise


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount:
    """What a run did in one flow."""

    label: str
    total: int
    states: tuple[StateCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run, ready to be shown."""

    run: Run
    trigger: str
    took: str
    is_under_way: bool
    flows: tuple[FlowCount, ...]
    states: tuple[StateCount, ...]
    total: int
    rate: str
    left: str
    empty: str


def run_view(run: Run) -> RunView:
    """Give a run with its counts added up."""
    whole: Counter[str] = Counter()
    by_flow = {flow: _named(run, counts) for flow, counts in run.counts.items()}
    for counts in by_flow.values():
        whole.update(counts)
    order = [flow.slug for flow in flows_of(run.pair)]
    ordered = sorted(by_flow, key=lambda flow: order.index(flow) if flow in order else len(order))
    return RunView(
        run=run,
        trigger=trigger_words(run),
        took=duration(run.started_at, run.ended_at),
        is_under_way=run.state == Run.State.RUNNING,
        flows=tuple(_flow(run, flow, by_flow[flow]) for flow in ordered),
        states=in_order(dict(whole)),
        total=whole.total(),
        rate=_rate(run, whole.total()),
        left=_left(run, whole),
        empty=_empty(run),
    )


def _named(run: Run, counts: Mapping[str, int]) -> dict[str, int]:
    """Name what is booked but not final by what its system waits for: posting, or approval."""
    connector = registry.connectors().get(sides_of(run.pair)[-1]) if sides_of(run.pair) else None
    awaits = f"awaiting_{connector.awaits}" if connector else AWAITING
    return {awaits if state == AWAITING else state: number for state, number in counts.items()}


def name_of(run: Run, names: Mapping[int, str]) -> str:
    """Name the sync of a run; one that is gone by what it was."""
    return names.get(run.sync_id) or ("a proof that is over" if run.actor == TRIAL else "a sync removed since")


def is_awaited(sync: Sync) -> bool:
    """Tell whether a run of the sync starts as soon as a worker is free: asked for, due, or handed to a worker."""
    now = timezone.now()
    is_due = sync.next_run_at is not None and sync.next_run_at <= now
    is_claimed = sync.claimed_until is not None and sync.claimed_until > now
    return sync.state == Sync.State.ACTIVE and (bool(sync.wants_run) or is_due or is_claimed)


def _flow(run: Run, flow: str, counts: dict[str, int]) -> FlowCount:
    return FlowCount(label=flow_label(run.pair, flow), total=sum(counts.values()), states=in_order(dict(counts)))


def _empty(run: Run) -> str:
    """Say what a run without counts did: a failed one did not find “nothing new”."""
    if run.state in (Run.State.FAILED, Run.State.LOST):
        return cause_of(run.code, *sides_of(run.pair)).title if run.code else "did not get through"
    return "reading" if run.state == Run.State.RUNNING else "nothing new"


def _left(run: Run, whole: Mapping[str, int]) -> str:
    """Guess how long a run under way still takes for what is due; nothing where no guess is worth saying."""
    seconds = (timezone.now() - run.started_at).total_seconds()
    done = sum(number for state, number in whole.items() if state != "due")
    if run.state != Run.State.RUNNING or not whole.get("due") or seconds < _SETTLES_S or not done:
        return ""
    now = timezone.now()
    return (
        f"about {duration(now, now + timedelta(seconds=whole['due'] * seconds / done))} left for {whole['due']:,} due"
    )


def _rate(run: Run, total: int) -> str:
    """Say how many records a second it deals with; nothing where that would be noise."""
    seconds = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()
    return f"{total / seconds:,.0f} records a second" if total >= seconds >= 1 else ""

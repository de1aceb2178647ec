"""Runs as pages show them: how long, how many records in which state, how fast."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from audit.models import Run
from integrations.models import Sync
from portal.causes import cause_of
from portal.queries.syncs import flow_label, in_order, sides_of
from portal.ui import StateCount
from portal.words import duration, trigger_words

DELIVERED = ("delivered", "linked")
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
    for counts in run.counts.values():
        whole.update(counts)
    return RunView(
        run=run,
        trigger=trigger_words(run),
        took=duration(run.started_at, run.ended_at),
        is_under_way=run.state == Run.State.RUNNING,
        flows=tuple(_flow(run, flow, counts) for flow, counts in run.counts.items()),
        states=in_order(dict(whole)),
        total=whole.total(),
        rate=_rate(run, whole.total()),
        left=_left(run, whole),
        empty=_empty(run),
    )


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

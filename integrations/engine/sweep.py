"""The daily sweep: all ids and orders of the source against the engine's; finds what a cursor or a webhook missed."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import structlog
from django.utils import timezone

from integrations.contracts import Changed, IndexEntry
from integrations.engine import schedule
from integrations.engine.inbox import make_due
from integrations.engine.lease import fenced
from integrations.engine.store import load_rows
from integrations.engine.work import FlowPlan, Row, RunState

log = structlog.get_logger()
_BACK = timedelta(days=35)
_AT_ONCE = 1000


def sweep(state: RunState) -> int:
    """Compare every flow's index with its SyncRecords; make due what is missing or older, and count it as a defect."""
    found = 0
    for plan in state.plans.values():
        whole_history = timezone.now().day == 1
        entries = (
            state.session(plan.flow).stream(plan.flow.stream).index(None if whole_history else timezone.now() - _BACK)
        )
        while batch := list(islice(entries, _AT_ONCE)):
            found += _compare(state, plan, batch)
            state.lease.renew_if_old()
    schedule.sweep_done(state.sync)
    return found


def _compare(state: RunState, plan: FlowPlan, batch: list[IndexEntry]) -> int:
    rows = load_rows(state, plan.flow.slug, [entry.key for entry in batch])
    missed = list(_missed(batch, rows))
    if missed:
        log.warning("sweep.missed", sync=state.sync.pk, flow=plan.flow.slug, number=len(missed))
        state.count(plan.flow.slug, "missed", len(missed))
        changes = [Changed(stream=plan.flow.stream, key=entry.key, order=entry.order) for entry in missed]
        with fenced(state.lease):
            make_due(state.sync, changes, plan.flow.reads)
    return len(missed)


def _missed(batch: list[IndexEntry], rows: dict[str, Row]) -> Iterator[IndexEntry]:
    """Objects unknown to the engine, or changed since they were read."""
    for entry in batch:
        row = rows.get(entry.key)
        if row is None or entry.order > max(row.seen_order, row.wanted_order):
            yield entry

"""The daily sweep: all ids and orders of the source against the engine's; finds what a cursor or a webhook missed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.utils import timezone

from integrations.contracts import Changed, IndexEntry, PagedIndex
from integrations.engine import schedule
from integrations.engine.inbox import make_due
from integrations.engine.lease import fenced
from integrations.engine.store import load_rows
from integrations.engine.work import FlowPlan, Row, RunState

log = structlog.get_logger()
_BACK = timedelta(days=35)
_AT_ONCE = 1000
_DONE = "done"
_WHOLE = "whole"  # the month in which all was compared, beside the positions of the flows


def sweep(state: RunState) -> bool:
    """Compare every flow's index with its SyncRecords; make due what is missing or older, and count it as a defect.

    When the slice is over, the position is kept and the next run goes on there. True when all was compared.
    """
    position = dict(state.sync.sweep_position)
    for slug, plan in state.plans.items():
        if position.get(slug) == _DONE:
            continue
        for entries, following in _batches(state, plan, since(position), position.get(slug, "")):
            _compare(state, plan, entries)
            position[slug] = following or _DONE
            state.lease.renew_if_old()
            if state.slice_is_over and following:
                break
        else:
            position[slug] = _DONE
        if state.slice_is_over:
            schedule.sweep_goes_on(state.sync, position)
            return False
    schedule.sweep_done(state.sync, {_WHOLE: _month()})
    return True


def since(position: Mapping[str, str]) -> datetime | None:
    """Give from which day on a sweep compares: some weeks back, but in each month the first one compares all (None)."""
    return timezone.now() - _BACK if position.get(_WHOLE) == _month() else None


def _month() -> str:
    return f"{timezone.now():%Y-%m}"


def _batches(
    state: RunState, plan: FlowPlan, start: datetime | None, position: str
) -> Iterator[tuple[list[IndexEntry], str]]:
    """Give batches of the index, each with the position after it; a stream without positions is read in one go."""
    stream = state.session(plan.flow).stream(plan.flow.stream)
    if isinstance(stream, PagedIndex):
        gathered: list[IndexEntry] = []
        for page in stream.index_pages(start, position):
            gathered += page.entries
            if len(gathered) >= _AT_ONCE or not page.position:
                yield gathered, page.position
                gathered = []
        return
    entries = stream.index(start)
    while batch := list(islice(entries, _AT_ONCE)):
        yield batch, ""


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

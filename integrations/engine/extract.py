"""Reads records due by key or in a cursor's window; every record gets its SyncRecord before the cursor moves."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.contracts import Page, Record, Stream, Unreadable, Window
from integrations.engine.belt import deliver
from integrations.engine.lease import fenced
from integrations.engine.store import load_due, load_rows
from integrations.engine.triage import judge_missing, park_unreadable, triage
from integrations.engine.work import FlowPlan, Row, RunState
from integrations.models import Cursor

CHUNK = 1000
_FIRST_CHUNK = 200  # a small one first, so that calls begin while the rest is being read
_LONGEST_WINDOW = timedelta(days=1)


# Due records, by key


def deliver_due(state: RunState, plan: FlowPlan) -> None:
    """Read and deliver what is due now: told by webhooks, released by parents, put off, or asked for by a person."""
    stream = state.session(plan.flow).stream(plan.flow.stream)
    while not state.slice_is_over:
        rows = {row.natural_key: row for row in load_due(state, plan.flow.slug, CHUNK)}
        if not rows:
            return
        records, unreadable = _read_fresh(stream, rows)
        known = {record.key for record in records} | {broken.key for broken in unreadable}
        gone = judge_missing(state, plan, [row for key, row in rows.items() if key not in known])
        works = triage(state, plan, records, rows)
        deliver(state, plan, [*works, *gone, *park_unreadable(unreadable, rows)])


def _read_fresh(stream: Stream, rows: dict[str, Row]) -> tuple[list[Record], list[Unreadable]]:
    """Read in a batch; an object older than the newest change that we were told of is read again by itself."""
    records, unreadable = stream.read(list(rows))
    fresh = {record.key: record for record in records}
    for record in records:
        if 0 < record.order < rows[record.key].wanted_order:
            again, _ = stream.read([record.key])
            fresh.update({newer.key: newer for newer in again})
    return list(fresh.values()), list(unreadable)


# The cursor's windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some pages of a window, one record per key. `position` is where to go on; empty when the window is at its end."""

    records: list[Record]
    unreadable: list[Unreadable]
    position: str


def deliver_new(state: RunState, plan: FlowPlan) -> None:
    """Read on from the cursor window by window and deliver what is new. Transient errors leave the cursor in place."""
    stream = state.session(plan.flow).stream(plan.flow.stream)
    cursor, _ = Cursor.objects.get_or_create(sync=state.sync, flow=plan.flow.slug)
    horizon = state.run.started_at - timedelta(seconds=stream.lag_s)
    while not state.slice_is_over:
        window = _next_window(cursor, horizon)
        if window is None:
            return
        for chunk in _chunks(state, stream, window):
            _deliver_chunk(state, plan, chunk)
            _advance(state, cursor, window, chunk.position)
            if state.slice_is_over:
                return


def has_more(state: RunState, plan: FlowPlan) -> bool:
    """Tell whether the cursor has not reached this run's horizon."""
    stream = state.session(plan.flow).stream(plan.flow.stream)
    cursor = Cursor.objects.filter(sync=state.sync, flow=plan.flow.slug).first()
    horizon = state.run.started_at - timedelta(seconds=stream.lag_s)
    return cursor is None or _next_window(cursor, horizon) is not None


def _next_window(cursor: Cursor, horizon: datetime) -> Window | None:
    """Give the window under way, or the next one: at most a day, and never past the horizon."""
    if not cursor.walked:
        return Window(start=None, end=cursor.window_end or horizon, position=cursor.position)
    if cursor.window_end is not None:
        return Window(start=cursor.read_until, end=cursor.window_end, position=cursor.position)
    if cursor.read_until is None or cursor.read_until >= horizon:
        return None
    return Window(start=cursor.read_until, end=min(horizon, cursor.read_until + _LONGEST_WINDOW))


def _advance(state: RunState, cursor: Cursor, window: Window, position: str) -> None:
    """Move the cursor past pages whose records all have their SyncRecords."""
    cursor.position = position
    cursor.window_end = window.end if position else None
    if not position:
        cursor.walked, cursor.read_until = True, window.end
    with fenced(state.lease):
        cursor.save()


def _deliver_chunk(state: RunState, plan: FlowPlan, chunk: Chunk) -> None:
    keys = [record.key for record in chunk.records] + [broken.key for broken in chunk.unreadable]
    rows = load_rows(state, plan.flow.slug, keys)
    works = triage(state, plan, chunk.records, rows)
    deliver(state, plan, [*works, *park_unreadable(chunk.unreadable, rows)])


def _chunks(state: RunState, stream: Stream, window: Window) -> Iterator[Chunk]:
    """Gather pages to chunks; the next page is read while a chunk is being delivered."""
    pages = stream.pages(window)
    coming: Future[Page | None] = state.pool.submit(next, pages, None)
    gathered: list[Page] = []
    enough = _FIRST_CHUNK
    while True:
        page = coming.result()
        if page is None:
            yield _gather(gathered, "")
            return
        gathered.append(page)
        coming = state.pool.submit(next, pages, None)
        if sum(len(each.records) for each in gathered) >= enough and page.position:
            yield _gather(gathered, page.position)
            gathered, enough = [], CHUNK


def _gather(pages: Sequence[Page], position: str) -> Chunk:
    """Keep the newest reading of each key."""
    newest: dict[str, Record] = {}
    for record in (record for page in pages for record in page.records):
        held = newest.get(record.key)
        if held is None or record.order >= held.order:
            newest[record.key] = record
    broken = {each.key: each for page in pages for each in page.unreadable if each.key not in newest}
    return Chunk(records=list(newest.values()), unreadable=list(broken.values()), position=position)

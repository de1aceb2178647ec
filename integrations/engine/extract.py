"""Reads records due by key or in a cursor's window; every record gets its SyncRecord before the cursor moves."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from integrations.contracts import Page, Record, Stream, Unreadable, Window
from integrations.engine.belt import Judged, deliver
from integrations.engine.lease import fenced
from integrations.engine.store import load_due, load_rows
from integrations.engine.triage import judge_missing, park_unreadable, triage
from integrations.engine.work import FlowPlan, Row, RunState, Work
from integrations.models import Cursor

CHUNK = 1000
_FIRST_CHUNK = 200  # a small one first, so that calls begin while the rest is being read
_LONGEST_WINDOW = timedelta(days=1)


# Due records, by key


def deliver_due(state: RunState, plan: FlowPlan) -> int:
    """Read and deliver what is due now: told by webhooks, released by parents, put off, or asked for by a person.

    Gives how many records were due.
    """
    stream, number = state.session(plan.flow).stream(plan.flow.stream), 0
    while not state.slice_is_over:
        rows = {row.natural_key: row for row in load_due(state, plan.flow.slug, CHUNK)}
        if not rows:
            break
        number += len(rows)
        records, unreadable = _read_fresh(stream, rows)
        known = {record.key for record in records} | {broken.key for broken in unreadable}
        gone = judge_missing(state, plan, [row for key, row in rows.items() if key not in known])
        works = triage(state, plan, records, rows)
        deliver(state, plan, _Once([*works, *gone, *park_unreadable(unreadable, rows)]))
    return number


class _Once:
    """A supply of one chunk."""

    def __init__(self, works: list[Work]) -> None:
        self._left = [Judged(works=works, written=_nothing)]

    def is_ready(self) -> bool:
        return bool(self._left)

    def take(self) -> Judged | None:
        return self._left.pop() if self._left else None


def _nothing() -> None:
    """No cursor stands behind records that were asked for by key."""


def _read_fresh(stream: Stream, rows: dict[str, Row]) -> tuple[list[Record], list[Unreadable]]:
    """Read in a batch; an object older than the newest change that we were told of is read again by itself.

    They come in the order of the rows, whatever the order of the answer.
    """
    records, unreadable = stream.read(list(rows))
    fresh = {record.key: record for record in records}
    for record in records:
        if 0 < record.order < rows[record.key].wanted_order:
            again, _ = stream.read([record.key])
            fresh.update({newer.key: newer for newer in again})
    return [fresh[key] for key in rows if key in fresh], list(unreadable)


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
        deliver(state, plan, _Window(state, plan, cursor, window))


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


class _Window:
    """The chunks of one window: the next is read by a pool thread while one is being delivered."""

    def __init__(self, state: RunState, plan: FlowPlan, cursor: Cursor, window: Window) -> None:
        self._state = state
        self._plan = plan
        self._cursor = cursor
        self._window = window
        self._pages = state.session(plan.flow).stream(plan.flow.stream).pages(window)
        self._coming: Future[Chunk] | None = state.pool.submit(_next_chunk, self._pages, _FIRST_CHUNK)

    def is_ready(self) -> bool:
        return self._coming is not None and self._coming.done() and self._coming.exception() is None

    def take(self) -> Judged | None:
        if self._coming is None:
            return None
        chunk = self._coming.result()
        self._coming = self._state.pool.submit(_next_chunk, self._pages, CHUNK) if chunk.position else None
        keys = [record.key for record in chunk.records] + [broken.key for broken in chunk.unreadable]
        rows = load_rows(self._state, self._plan.flow.slug, keys)
        works = triage(self._state, self._plan, chunk.records, rows) + park_unreadable(chunk.unreadable, rows)
        return Judged(works=works, written=partial(self._advance, chunk.position))

    def _advance(self, position: str) -> None:
        """Move the cursor past pages whose records all have their SyncRecords."""
        cursor = self._cursor
        cursor.position = position
        cursor.window_end = self._window.end if position else None
        if not position:
            cursor.walked, cursor.read_until = True, self._window.end
        with fenced(self._state.lease):
            cursor.save()


def _next_chunk(pages: Iterator[Page], enough: int) -> Chunk:
    """Read pages until there are enough records. Runs in a pool thread; a position is given only with more to read."""
    gathered: list[Page] = []
    for page in pages:
        gathered.append(page)
        if page.position and sum(len(each.records) for each in gathered) >= enough:
            return _gather(gathered, page.position)
    return _gather(gathered, "")


def _gather(pages: Sequence[Page], position: str) -> Chunk:
    """Keep the newest reading of each key."""
    newest: dict[str, Record] = {}
    for record in (record for page in pages for record in page.records):
        held = newest.get(record.key)
        if held is None or record.order >= held.order:
            newest[record.key] = record
    broken = {each.key: each for page in pages for each in page.unreadable if each.key not in newest}
    return Chunk(records=list(newest.values()), unreadable=list(broken.values()), position=position)

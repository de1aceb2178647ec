"""Posts a chunk as a belt of batches: while one is called, the one before is read back and the next looked up."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from integrations.contracts import Booked, Found, Receipt
from integrations.engine.answers import judge_answers
from integrations.engine.calls import book_all
from integrations.engine.checkpoint import reached
from integrations.engine.endings import Ending, Outcome, hold_back, leave_due, put_off
from integrations.engine.hits import (
    is_to_be_linked,
    judge_hits,
    keep_restored,
    refuse_taken,
    takes_only_ours,
    to_be_read,
)
from integrations.engine.linking import compare_only, judge_unsent, must_be_read, to_read
from integrations.engine.others import is_only_compared, leave_to_others
from integrations.engine.post import close, open_batch
from integrations.engine.reading_back import judge_read
from integrations.engine.singly import Faults, Hits, look_up, read_each
from integrations.engine.work import FlowPlan, RunState, Work
from integrations.errors import ConfigurationError, ConnectorError, TransientError

_ENDS_EARLY = (TransientError, ConfigurationError)
_BATCH_S = 12.0  # so long a batch should take to be called, at the pace last measured
_SMALLEST, _LARGEST = 50, 500
_READ_BACK_AT_ONCE = 125  # by one thread: the parts are read side by side
_PREPARED_AT_ONCE = 4  # drafts between two answers: none has to wait for its receipt's commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A chunk of judged works; `written` is called once each of them has its SyncRecord."""

    works: list[Work]
    written: Callable[[], None]


class Supply(Protocol):
    """Where the chunks come from."""

    def is_ready(self) -> bool:
        """Tell whether `take` would neither wait nor fail."""
        ...

    def take(self) -> Judged | None:
        """Give the next chunk; None after the last. Raises what reading it raised."""
        ...


def deliver(state: RunState, plan: FlowPlan, supply: Supply) -> None:
    """Take all chunks to their end: every SyncRecord is written, every draft posted or accounted for.

    When the slice is over, the rest of the chunk under way is left due. Raises ConfigurationError (the sync must stop),
    TransientError (a system is away), LeaseLostError.
    """
    belt = Belt(state, plan, supply)
    try:
        belt.carry()
        belt.finish()
    except _ENDS_EARLY as error:
        belt.leave(error)
        raise


class _Batch:
    """The next batch: drafted, looked up and opened between the answers of the one before."""

    def __init__(self, belt: "Belt", works: Sequence[Work]) -> None:
        self.linked: list[Ending] = []
        self.opened: list[Work] = []
        self._works = works
        self._belt = belt
        self._left = deque(works)
        self._hits: Future[tuple[Hits, Faults]] | None = None
        self._is_open = False

    def step(self) -> None:
        """Make some drafts; after the last have all looked up by a pool thread, then open their attempts."""
        self._prepare(_PREPARED_AT_ONCE)
        if self._hits is not None and self._hits.done() and self._hits.exception() is None:
            self.open()

    def open(self) -> None:
        """Write the SyncRecords and open the attempts; what cannot be looked up is parked. Raises TransientError."""
        if self._is_open:
            return
        self._prepare(len(self._left))
        hits, faults = self._hits.result() if self._hits else ({}, {})
        self._is_open = True
        drafted = [work for work in self._works if work.drafts]
        for work in drafted:
            if (fault := faults.get(work.draft.reference)) is not None:
                work.park(fault.code, f"{work.label} cannot be looked up in the target: {fault.message}")
        alone = [work for work in drafted if work.drafts and work.draft.reference not in hits]
        met = [work for work in drafted if work.drafts and work.draft.reference in hits]
        met += [work for work in alone if work.aim.looks_up or is_to_be_linked(work)]
        met = [work for work in met if not keep_restored(work, hits.get(work.draft.reference, ()))]
        judged = (judge_hits(work, hits.get(work.draft.reference, ())) for work in met)
        linked = [ending for ending in judged if ending is not None]
        self.linked = refuse_taken(self._belt.state, self._belt.plan, linked)
        for ending in self.linked:
            if ending.found is not None and not ending.found.by_reference and not ending.work.aim.looks_up:
                leave_to_others(ending.work)
        self.opened = [work for work in drafted if work.drafts]
        open_batch(self._belt.state, self._belt.plan, self._works, self.opened)

    def _prepare(self, number: int) -> None:
        for _ in range(min(number, len(self._left))):
            work = self._left.popleft()
            if work.prepare is not None:
                work.prepare()
        if not self._left and self._hits is None:
            first = [work for work in self._works if work.drafts and not (work.operation or work.draft.external_id)]
            named = {work.draft.reference: ids for work in first if (ids := to_be_read(work))}
            drafts = [work.draft for work in first]
            self._hits = self._belt.state.pool.submit(look_up, self._belt.sink, drafts, named)


class Belt:
    """The batches of all chunks on their way; a chunk's first batch is made ready under the last one before it."""

    def __init__(self, state: RunState, plan: FlowPlan, supply: Supply) -> None:
        self.state = state
        self.sink = state.sink_session(plan.flow).sink(plan.flow.sink)
        self.plan = plan
        self._supply = supply
        self._written: Callable[[], None] | None = None  # of the chunk under way, until all of it is
        self._rest: list[Work] = []  # of the chunk under way
        self._size = _SMALLEST  # of the batch last taken: the next can be made ready under it
        self._coming: _Batch | None = None
        self._going_on: list[Work] = []  # opened for their next operation
        self._endings: list[Ending] = []
        self._booked: list[tuple[Work, Receipt]] = []
        self._unread: Sequence[Ending] = ()  # of what was not called: linked, or compared only
        self._standing: list[Future[tuple[dict[str, Found], Faults]]] | None = None

    def carry(self) -> None:
        """Call everything; the last batch is still to be read back."""
        while (batch := self._coming or self._next_batch()) is not None:
            self._coming = None
            batch.open()
            self._tell_written()
            self._run(batch)
        if self._rest:
            open_batch(self.state, self.plan, [leave_due(work) for work in self._rest], [])
            self._rest = []
        self._tell_written()

    def _next_batch(self) -> _Batch | None:
        """Take the next batch of the chunk under way, or of the next chunk; None at the end, and of the slice."""
        while not self._rest:
            judged = None if self.state.slice_is_over else self._supply.take()
            if judged is None:
                return None
            self._written = judged.written
            self._rest = [work for work in judged.works if work.prepare is not None]
            if decided := [work for work in judged.works if work.prepare is None]:
                open_batch(self.state, self.plan, decided, [])
            if not self._rest:
                self._tell_written()
        if self.state.slice_is_over:
            return None
        size = min(_LARGEST, 2 * self._size, max(_SMALLEST, int(self.state.pace * _BATCH_S)))
        self._size = size
        works, self._rest = self._rest[:size], self._rest[size:]
        return _Batch(self, works)

    def _tell_written(self) -> None:
        if self._written is not None and not self._rest:
            self._written()
            self._written = None

    def _run(self, batch: _Batch | None) -> None:
        """Call what was opened and hand it on to be read back; meanwhile the batch before is closed, the next made."""
        linked, opened = (batch.linked, batch.opened) if batch else ([], [])
        done = {id(ending.work) for ending in linked}
        going = [work for work in opened if id(work) not in done] + self._going_on
        compared = [work for work in going if is_only_compared(self.plan.flow, work)]
        calling = [work for work in going if not is_only_compared(self.plan.flow, work)]
        self._going_on = []
        self.sink.ours_only |= {work.draft.reference for work in calling if takes_only_ours(work)}
        self.sink.look_first |= {work.draft.reference for work in calling if work.is_linked}
        calls = book_all(self.state, self.sink, calling, self._meanwhile)
        endings = judge_answers(self.state, self.plan, self.sink, linked, calls.failed)
        for ending in endings:
            ending.work.is_linked |= ending.outcome == Outcome.LINKED
        endings += [hold_back(work, calls.stop) for work in calls.uncalled]
        unread = [ending for ending in endings if must_be_read(ending)]
        unread += [compare_only(work) for work in compared]
        endings = [ending for ending in endings if not must_be_read(ending)]
        if calls.stop is not None and self._coming is not None:
            endings += [hold_back(work, calls.stop) for work in self._coming.opened]
            self._coming = None
        try:
            self.close_read()
        except _ENDS_EARLY as error:  # what was booked keeps its receipts for the next run
            close(self.state, self.plan, [*endings, *(put_off(ending.work, error) for ending in unread)])
            raise
        self._start_reading(endings, calls.booked, unread)
        if calls.stop is not None:
            self.close_read()
            raise calls.stop

    def finish(self) -> None:
        """Take every work to its last operation's end."""
        self.close_read()
        while self._going_on:
            self._run(None)
            self.close_read()

    def leave(self, error: ConnectorError) -> None:
        """Close what was booked meanwhile all the same, and leave due what was opened and never called."""
        try:
            self.close_read()
        finally:
            uncalled = self._going_on + (self._coming.opened if self._coming else [])
            self._going_on, self._coming = [], None
            close(self.state, self.plan, [hold_back(work, error) for work in uncalled])

    def _start_reading(
        self, endings: list[Ending], booked: list[tuple[Work, Receipt]], unread: Sequence[Ending]
    ) -> None:
        self._endings, self._booked, self._unread = endings, booked, unread
        wanted = [Booked(draft=work.draft, external_id=receipt.external_id) for work, receipt in booked]
        wanted += [to_read(ending) for ending in unread]
        parts = (wanted[start : start + _READ_BACK_AT_ONCE] for start in range(0, len(wanted), _READ_BACK_AT_ONCE))
        self._standing = [self.state.pool.submit(read_each, self.sink, part) for part in parts]

    def _meanwhile(self) -> None:
        self._close_if_read()
        if self._coming is None and (self._rest or self._supply.is_ready()):
            self._coming = self._next_batch()
        if self._coming is not None:
            self._coming.step()

    def _close_if_read(self) -> None:
        """Close the batch before as soon as its reading is there; a failed reading is dealt with after the calls."""
        reading = self._standing
        if reading is not None and all(part.done() and part.exception() is None for part in reading):
            self.close_read()

    def close_read(self) -> None:
        """Wait for the batch before and close it. Raises what its reading raised: receipts stay for the next run."""
        if self._standing is None:
            return
        reading, endings, booked, unread = self._standing, self._endings, self._booked, self._unread
        self._standing, self._endings, self._booked, self._unread = None, [], [], ()
        try:
            read = [part.result() for part in reading]
        except _ENDS_EARLY as error:
            close(self.state, self.plan, [*endings, *(put_off(ending.work, error) for ending in unread)])
            raise
        standing = {reference: found for part, _ in read for reference, found in part.items()}
        faults = {reference: fault for _, part in read for reference, fault in part.items()}
        endings += [judge_read(work, receipt.external_id, standing, faults) for work, receipt in booked]
        endings += [judge_unsent(self.plan.flow, ending, standing, faults) for ending in unread]
        reached("read_back")
        self._going_on += close(self.state, self.plan, endings)

"""Posts a chunk as a belt of batches: while one is called, the one before is read back and the next looked up."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from integrations.contracts import Booked, Found, Receipt, Sink
from integrations.engine.calls import book_all
from integrations.engine.checkpoint import reached
from integrations.engine.post import Ending, close, compare, fail, hold_back, judge_hits, open_batch
from integrations.engine.singly import Hits, find_each, read_each
from integrations.engine.work import FlowPlan, RunState, Work
from integrations.errors import ContractError, TransientError

_BATCH_S = 12.0  # so long a batch should take to be called, at the pace last measured
_SMALLEST, _LARGEST = 50, 500
_READ_BACK_AT_ONCE = 250
_PREPARED_AT_ONCE = 2  # drafts between two answers: none has to wait for its receipt's commit


def deliver(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Take a chunk of judged works to its end: every SyncRecord is written, every draft posted or accounted for.

    Raises ConfigurationError (the sync must stop), TransientError (the target is away), LeaseLostError.
    """
    decided = [work for work in works if work.prepare is None]
    if decided:
        open_batch(state, plan, decided, [])
    belt = Belt(state, plan)
    coming = _Batch(belt, [work for work in works if work.prepare is not None])
    while coming.works:
        batch, coming = coming, _Batch(belt, coming.rest)
        works, hits = batch.take()
        belt.run(works, hits, coming.step)
    belt.finish()


class _Batch:
    """The next batch: its drafts are made a few at a time between the answers of the one before, then looked up."""

    def __init__(self, belt: "Belt", candidates: Sequence[Work]) -> None:
        size = min(_LARGEST, max(_SMALLEST, int(belt.state.pace * _BATCH_S)))
        self.works, self.rest = list(candidates[:size]), candidates[size:]
        self._belt = belt
        self._left = deque(self.works)
        self._hits: Future[tuple[Hits, dict[str, ContractError]]] | None = None

    def step(self, number: int = _PREPARED_AT_ONCE) -> None:
        """Make some drafts; after the last one have all of them looked up by a pool thread."""
        for _ in range(min(number, len(self._left))):
            work = self._left.popleft()
            if work.prepare is not None:
                work.prepare()
        if not self._left and self._hits is None and self.works:
            first = [
                work.draft for work in self.works if work.drafts and not (work.operation or work.draft.external_id)
            ]
            self._hits = self._belt.state.pool.submit(find_each, self._belt.sink, first)

    def take(self) -> tuple[list[Work], Hits]:
        """Give the batch and what stands there already; what cannot be looked up is parked. Raises TransientError."""
        self.step(len(self._left))
        hits, faults = self._hits.result() if self._hits else ({}, {})
        for work in self.works:
            if work.drafts and (fault := faults.get(work.draft.reference)) is not None:
                work.park(fault.code, f"{work.label} cannot be looked up in the target: {fault.message}")
        return self.works, hits


def _nothing() -> None:
    """Nothing is left to prepare."""


class Belt:
    """The batches of one chunk on their way."""

    def __init__(self, state: RunState, plan: FlowPlan) -> None:
        self.state = state
        self.sink = state.sink_session(plan.flow).sink(plan.flow.sink)
        self._plan = plan
        self._going_on: list[Work] = []  # opened for their next operation
        self._endings: list[Ending] = []
        self._booked: list[tuple[Work, Receipt]] = []
        self._standing: Future[dict[str, Found]] | None = None

    def run(self, works: list[Work], hits: Hits, prepare: Callable[[], None] = _nothing) -> None:
        """Open a batch, call it, and hand it on to be read back; `prepare` is called between answers."""
        first = [work for work in works if work.drafts and work.draft.reference in hits]
        linked = [each for work in first if (each := judge_hits(work, hits[work.draft.reference])) is not None]
        opened = [work for work in works if work.drafts]
        if works:
            open_batch(self.state, self._plan, works, opened)
        done = {id(ending.work) for ending in linked}
        calling = [work for work in opened if id(work) not in done] + self._going_on
        self._going_on = []
        calls = book_all(self.state, self.sink, calling, lambda: self._meanwhile(prepare))
        endings = linked + [fail(self.sink, work, error) for work, error in calls.failed]
        endings += [hold_back(work, calls.stop) for work in calls.uncalled]
        self._close_read()
        self._start_reading(endings, calls.booked)
        if calls.stop is not None:
            self._close_read()
            raise calls.stop

    def finish(self) -> None:
        """Take every work to its last operation's end."""
        self._close_read()
        while self._going_on:
            self.run([], {})
            self._close_read()

    def _start_reading(self, endings: list[Ending], booked: list[tuple[Work, Receipt]]) -> None:
        self._endings, self._booked = endings, booked
        wanted = [Booked(draft=work.draft, external_id=receipt.external_id) for work, receipt in booked]
        self._standing = self.state.pool.submit(_read_standing, self.sink, wanted)

    def _meanwhile(self, prepare: Callable[[], None]) -> None:
        self._close_if_read()
        prepare()

    def _close_if_read(self) -> None:
        """Close the batch before as soon as its reading is there; a failed reading is dealt with after the calls."""
        if self._standing is not None and self._standing.done() and self._standing.exception() is None:
            self._close_read()

    def _close_read(self) -> None:
        """Wait for the batch before and close it. Raises TransientError: its receipts stay for the next run."""
        if self._standing is None:
            return
        reading, endings, booked = self._standing, self._endings, self._booked
        self._standing, self._endings, self._booked = None, [], []
        try:
            standing = reading.result()
        except TransientError:
            close(self.state, self._plan, endings)
            raise
        endings += [compare(work, receipt.external_id, standing.get(work.draft.reference)) for work, receipt in booked]
        reached("read_back")
        self._going_on += close(self.state, self._plan, endings)


def _read_standing(sink: Sink, booked: Sequence[Booked]) -> dict[str, Found]:
    """Read what stands in the target. Runs in a pool thread."""
    standing: dict[str, Found] = {}
    for start in range(0, len(booked), _READ_BACK_AT_ONCE):
        standing |= read_each(sink, booked[start : start + _READ_BACK_AT_ONCE])
    return standing

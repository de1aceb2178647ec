"""Posts a chunk as a belt of batches: while one is called, the one before is read back and the next looked up."""

from collections.abc import Sequence
from concurrent.futures import Future

from integrations.contracts import Booked, Found, Receipt, Sink
from integrations.engine.calls import book_all
from integrations.engine.checkpoint import reached
from integrations.engine.post import Ending, close, compare, fail, hold_back, judge_hits, open_batch
from integrations.engine.singly import Hits, find_each, read_each
from integrations.engine.work import FlowPlan, RunState, Work
from integrations.errors import TransientError

_BATCH_S = 12.0  # so long a batch should take to be called, at the pace last measured
_SMALLEST, _LARGEST = 50, 500
_READ_BACK_AT_ONCE = 250


def deliver(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Take a chunk of looked-at works to its end: every SyncRecord is written, every draft posted or accounted for.

    Raises ConfigurationError (the sync must stop), TransientError (the target is away), LeaseLostError.
    """
    ready = [work for work in works if work.drafts]
    decided = [work for work in works if not work.drafts]
    if decided:
        open_batch(state, plan, decided, [])
    belt = Belt(state, plan)
    coming = _Batch(belt, ready)
    while coming.works:
        works, hits = coming.take()
        coming = _Batch(belt, coming.rest)
        belt.run(works, hits)
    belt.finish()


class _Batch:
    """The next batch, being looked up by a pool thread."""

    def __init__(self, belt: "Belt", ready: Sequence[Work]) -> None:
        size = min(_LARGEST, max(_SMALLEST, int(belt.state.pace * _BATCH_S)))
        self.works, self.rest = list(ready[:size]), ready[size:]
        first = [work.draft for work in self.works if work.operation == 0 and not work.draft.external_id]
        self._hits = belt.state.pool.submit(find_each, belt.sink, first)

    def take(self) -> tuple[list[Work], Hits]:
        """Give the batch and what stands there already; what cannot be looked up is parked. Raises TransientError."""
        hits, faults = self._hits.result()
        for work in self.works:
            if work.drafts and (fault := faults.get(work.draft.reference)) is not None:
                work.park(fault.code, f"{work.label} cannot be looked up in the target: {fault.message}")
        return self.works, hits


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

    def run(self, works: list[Work], hits: Hits) -> None:
        """Open a batch, call it, and hand it on to be read back."""
        first = [work for work in works if work.drafts and work.draft.reference in hits]
        linked = [each for work in first if (each := judge_hits(work, hits[work.draft.reference])) is not None]
        opened = [work for work in works if work.drafts]
        if works:
            open_batch(self.state, self._plan, works, opened)
        done = {id(ending.work) for ending in linked}
        calling = [work for work in opened if id(work) not in done] + self._going_on
        self._going_on = []
        calls = book_all(self.state, self.sink, calling, self._close_if_read)
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

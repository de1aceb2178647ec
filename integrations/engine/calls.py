"""Books a batch of drafts through the pool; receipts are committed at most a second or fifty receipts later."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from audit.record import Answer, save_answers
from audit.redact import redact
from integrations.contracts import Receipt, Sink
from integrations.engine.checkpoint import reached
from integrations.engine.faults import OURS, our_fault
from integrations.engine.lease import fenced
from integrations.engine.work import RunState, Work
from integrations.errors import (
    ConfigurationError,
    ConnectorError,
    LeaseLostError,
    MappingError,
    TransientError,
    UnknownOutcomeError,
)
from integrations.money import to_json

_RECEIPTS_AT_ONCE = 50
_RECEIPTS_WAIT_S = 1.0
_ANSWERS_AT_ONCE = 16
_ANSWERS_WAIT_S = 0.02
_TRANSIENT_LIMIT = 20  # so many in a row end the run early
_Result = tuple[Work, Receipt | Exception]


@dataclass(slots=True)
class Calls:
    """What became of a batch: receipts, refusals, and works never called because the run has to stop."""

    booked: list[tuple[Work, Receipt]] = field(default_factory=list)
    failed: list[tuple[Work, ConnectorError]] = field(default_factory=list)
    uncalled: list[Work] = field(default_factory=list)
    stop: ConnectorError | None = None


def book_all(state: RunState, sink: Sink, works: Sequence[Work], meanwhile: Callable[[], None]) -> Calls:
    """Book every work, `pool_size` at a time. A reason to stop leaves the rest uncalled. Raises LeaseLostError.

    `meanwhile` is called on the run's own thread between answers.
    """
    calls, unsaved = Calls(), list[tuple[Work, Receipt]]()
    if not works:
        return calls
    waiting, answers, halt = deque(works), _Answers(), Event()
    pumps = min(state.pool_size, len(works))
    started = saved_at = time.monotonic()
    with state.limiter.reserve(pumps), _halting(halt):
        for _ in range(pumps):
            state.pool.submit(_pump, sink, waiting, answers, halt)
        while pumps:
            for result in answers.take():
                pumps -= result is None
                if result is not None:
                    _sort(state, calls, unsaved, halt, result)
                    meanwhile()
                if len(unsaved) >= _RECEIPTS_AT_ONCE:
                    _save(state, calls, unsaved)
                    saved_at = time.monotonic()
            if unsaved and time.monotonic() - saved_at > _RECEIPTS_WAIT_S:
                _save(state, calls, unsaved)
                saved_at = time.monotonic()
            state.lease.renew_if_old()
            meanwhile()
            if state.slice_is_over:
                halt.set()
        _save(state, calls, unsaved)
    calls.uncalled = list(waiting)
    state.pace = (len(works) - len(waiting)) / max(time.monotonic() - started, 0.001)
    return calls


@contextmanager
def _halting(halt: Event) -> Iterator[None]:
    """Start no further call once the run's own thread has left."""
    try:
        yield
    finally:
        halt.set()


class _Answers:
    """What the pumps bring, handed over some at a time: waking the run's own thread for each costs them more than it
    gains."""

    def __init__(self) -> None:
        self._brought: deque[_Result | None] = deque()
        self._enough = Event()

    def put(self, result: _Result | None) -> None:
        """Bring one answer; None says that a pump has stopped."""
        self._brought.append(result)
        if result is None or len(self._brought) >= _ANSWERS_AT_ONCE:
            self._enough.set()

    def take(self) -> list[_Result | None]:
        """Give what was brought, after a short wait at most."""
        self._enough.wait(_ANSWERS_WAIT_S)
        self._enough.clear()
        return [self._brought.popleft() for _ in range(len(self._brought))]


def _pump(sink: Sink, waiting: "deque[Work]", answers: "_Answers", halt: Event) -> None:
    """Book one work after the other until none is left. Runs in a pool thread: no database, no Django."""
    try:
        while not halt.is_set():
            try:
                work = waiting.popleft()
            except IndexError:
                return
            answers.put((work, _book(sink, work)))
    finally:
        answers.put(None)


def _book(sink: Sink, work: Work) -> Receipt | Exception:
    reached("calling")
    try:
        return sink.book(work.draft)
    except OURS as error:  # nobody can tell how far it came
        return UnknownOutcomeError(our_fault(error), code="our_fault")
    except Exception as error:  # judged by the run's own thread: what is none of ours ends the run
        return error


def _sort(state: RunState, calls: Calls, unsaved: list[tuple[Work, Receipt]], halt: Event, result: _Result) -> None:
    work, answer = result
    if isinstance(answer, Receipt):
        unsaved.append((work, answer))
        state.transient_in_row = 0
        return
    if isinstance(answer, LeaseLostError) or not isinstance(answer, ConnectorError):
        halt.set()
        raise answer
    calls.failed.append((work, answer))
    state.transient_in_row = state.transient_in_row + 1 if isinstance(answer, TransientError) else 0
    stops = isinstance(answer, ConfigurationError) and not isinstance(answer, MappingError)
    if calls.stop is None and (stops or state.transient_in_row >= _TRANSIENT_LIMIT):
        calls.stop = answer
        halt.set()


def _save(state: RunState, calls: Calls, unsaved: list[tuple[Work, Receipt]]) -> None:
    if not unsaved:
        return
    reached("answered")
    answers = [
        Answer(attempt_id=work.attempt_id, external_id=receipt.external_id, answer=to_json(redact(receipt.summary)))
        for work, receipt in unsaved
    ]
    with fenced(state.lease):
        save_answers(answers)
    reached("receipts_saved")
    calls.booked.extend(unsaved)
    unsaved.clear()

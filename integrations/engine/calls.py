"""Books a batch of drafts through the pool; receipts are committed at most a second or fifty receipts later."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event

from audit.record import Answer, save_answers
from audit.redact import redact
from integrations.contracts import Receipt, Sink
from integrations.engine.checkpoint import reached
from integrations.engine.lease import fenced
from integrations.engine.work import RunState, Work
from integrations.errors import ConfigurationError, ConnectorError, LeaseLostError, MappingError, TransientError
from integrations.money import to_json

_RECEIPTS_AT_ONCE = 50
_RECEIPTS_WAIT_S = 1.0
_TRANSIENT_LIMIT = 20  # so many in a row end the run early
_Result = tuple[Work, Receipt | BaseException]


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
    waiting, results, halt = deque(works), SimpleQueue[_Result | None](), Event()
    pumps = min(state.pool_size, len(works))
    started = saved_at = time.monotonic()
    with state.limiter.reserve(pumps), _halting(halt):
        for _ in range(pumps):
            state.pool.submit(_pump, sink, waiting, results, halt)
        while pumps:
            result = _next(results)
            pumps -= result is None
            if result is not None and result is not _QUIET:
                _sort(state, calls, unsaved, halt, result)
            if len(unsaved) >= _RECEIPTS_AT_ONCE or (unsaved and time.monotonic() - saved_at > _RECEIPTS_WAIT_S):
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


_QUIET: _Result = (None, None)  # type: ignore[assignment]


def _next(results: "SimpleQueue[_Result | None]") -> _Result | None:
    try:
        return results.get(timeout=_RECEIPTS_WAIT_S)
    except Empty:
        return _QUIET


def _pump(sink: Sink, waiting: "deque[Work]", results: "SimpleQueue[_Result | None]", halt: Event) -> None:
    """Book one work after the other until none is left. Runs in a pool thread: no database, no Django."""
    try:
        while not halt.is_set():
            try:
                work = waiting.popleft()
            except IndexError:
                return
            results.put((work, _book(sink, work)))
    finally:
        results.put(None)


def _book(sink: Sink, work: Work) -> Receipt | BaseException:
    reached("calling")
    try:
        return sink.book(work.draft)
    except BaseException as error:
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

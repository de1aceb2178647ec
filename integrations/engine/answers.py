"""Judges the answers of a batch that was called: refused, unknown, put off, or standing there already."""

from collections.abc import Sequence

from integrations.contracts import Sink
from integrations.engine.endings import Ending, Outcome, hold_refused, hold_unknown, is_doubtful, put_off, refused
from integrations.engine.faults import meet_closed_period
from integrations.engine.hits import judge_hits, refuse_taken
from integrations.engine.references import doubt
from integrations.engine.refused import moves_on
from integrations.engine.singly import find_each
from integrations.engine.work import FlowPlan, RunState, State, Work
from integrations.errors import (
    ClosedPeriodError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    DuplicateError,
    MappingError,
    MissingReferenceError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)


def judge_answers(
    state: RunState, plan: FlowPlan, sink: Sink, linked: Sequence[Ending], failed: Sequence[tuple[Work, ConnectorError]]
) -> list[Ending]:
    """Give the endings of what was not booked: linked by its page's look-up, or refused. One document, one record."""
    if any(isinstance(error, MissingReferenceError) for _, error in failed):
        doubt(state.sync.target if plan.flow.reads == "source" else state.sync.source)
    endings = [*linked, *(_fail(state, plan, sink, work, error) for work, error in failed)]
    kept = {id(ending) for ending in refuse_taken(state, plan, endings)}
    return [ending if id(ending) in kept else refused(ending.work) for ending in endings]


def _fail(state: RunState, plan: FlowPlan, sink: Sink, work: Work, error: ConnectorError) -> Ending:
    if isinstance(error, ClosedPeriodError) and moves_on(state, plan, work, error):
        return refused(work)
    return fail(sink, work, error)


def fail(sink: Sink, work: Work, error: ConnectorError) -> Ending:
    """Turn an error into the ending that its class stands for."""
    if isinstance(error, DuplicateError):
        try:
            hits, _ = find_each(sink, [work.draft])
        except (TransientError, ConfigurationError) as away:  # the other endings of the batch must not be lost
            return put_off(work, away)
        ending = judge_hits(work, hits.get(work.draft.reference, ()))
        if ending is not None:
            return ending
    if isinstance(error, ClosedPeriodError):
        meet_closed_period(work, error, work.period_policy)
        return Ending(work, Outcome.REJECTED, code=error.code, message=work.reason)
    if isinstance(error, TransientError):
        return put_off(work, error)
    if isinstance(error, RejectedError) and work.state != State.PARKED and is_doubtful(work):
        return hold_refused(work, error)
    if isinstance(error, RejectedError | MappingError):
        if work.state != State.PARKED:
            work.park(error.code, f"{work.label}: {error.message}", field=error.field, value=error.value)
        return refused(work)
    if isinstance(error, UnknownOutcomeError | ContractError):
        return hold_unknown(work, error.code, error.message)
    return put_off(work, error)  # configuration: certainly not booked, due again once the tenant has acted

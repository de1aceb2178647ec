"""The steps of posting a batch: what was found, attempts opened, answers judged, read back, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from audit.models import Attempt
from audit.record import Closing, Opening, close_attempts, idempotency_key, open_attempts
from integrations.contracts import Booked, Found, Receipt, Sink
from integrations.engine import backoff
from integrations.engine.checkpoint import reached
from integrations.engine.compare import differences, is_same_document
from integrations.engine.drafts import dump_draft
from integrations.engine.lease import fenced
from integrations.engine.problems import note_problems, refresh_problems
from integrations.engine.singly import read_each
from integrations.engine.store import NewLink, release_waiting, save_links, save_works
from integrations.engine.work import FlowPlan, RunState, State, Work
from integrations.errors import (
    ConnectorError,
    ContractError,
    DuplicateError,
    MappingError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)

Outcome = Attempt.Outcome
_READ_BACK_AT_ONCE = 250
_SETTLE_SOON_S = 2
LINK, POST_ANEW = "link", "post"  # a person's decisions about a document that looks like ours


@dataclass(slots=True)
class Ending:
    """How one work's attempt ended, before it is written."""

    work: Work
    outcome: str
    found: Found | None = None
    code: str = ""
    message: str = ""


def judge_hits(work: Work, hits: Sequence[Found]) -> Ending | None:
    """Link a single hit that agrees; park the record beside anything else that stands there. None without an ending."""
    if not hits:
        return None
    ids = ", ".join(hit.external_id for hit in hits)
    if len(hits) > 1:
        work.park(
            "duplicate_in_target",
            f"{work.label} stands {len(hits)} times in the target ({ids}). Void all but one there.",
        )
    elif not hits[0].by_reference and _decided(work, hits[0]) == POST_ANEW:
        return None
    elif not hits[0].by_reference and _decided(work, hits[0]) != LINK:
        advice = "Link it, or have it posted as a new one."
        work.park(
            "possible_duplicate",
            f"{work.label} looks like {ids}, which stands there without our reference. {advice}",
            value=ids,
        )
    elif hits[0].stage == "voided":
        work.park(
            "voided_in_target", f"{work.label} stands in the target as {ids}, but voided. Decide there, then replay."
        )
    elif is_same_document(work.draft.facts, hits[0].facts):
        return Ending(work, Outcome.LINKED, found=hits[0])
    else:
        told = "; ".join(map(str, differences(work.draft.facts, hits[0].facts)))
        work.park("found_but_different", f"{work.label} stands in the target as {ids}, but not as drafted: {told}.")
    return None


def _decided(work: Work, hit: Found) -> str:
    """Give a person's decision about a look-alike; to link counts only where the two agree."""
    decision = work.row.decision if work.row else ""
    agrees = is_same_document(work.draft.facts, hit.facts)
    return "" if decision == LINK and not agrees else decision


def open_batch(state: RunState, plan: FlowPlan, works: Sequence[Work], opened: Sequence[Work]) -> None:
    """Write all SyncRecords and open the attempts in one commit: without it no call starts."""
    for work in opened:
        work.state = State.OPEN
    with fenced(state.lease):
        note_problems(state, works)
        save_works(state, plan.flow.slug, works)
        refresh_problems(state)
        open_works(state, plan, opened)
        release_waiting(state.sync, _settled_names(plan.flow.slug, works))
    for work in works:
        if work.state not in (State.OPEN, State.DELIVERED):
            state.count(plan.flow.slug, work.state)
    reached("opened")


def _settled_names(flow: str, works: Sequence[Work]) -> list[str]:
    """Name the records whose children are judged anew: they may go on, or learn that there is nothing to wait for."""
    return [f"{flow}:{work.key}" for work in works if work.state in (State.DELIVERED, State.SKIPPED)]


def open_works(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Open one attempt per work, inside the caller's transaction."""
    source, target, flow = state.sync.source_identity, state.sync.target_identity, plan.flow.slug
    openings = [
        Opening(
            record_id=work.record_id,
            flow=flow,
            natural_key=work.key,
            operation=work.draft.operation,
            revision=work.revision,
            reference=work.draft.reference,
            idempotency_key=idempotency_key(source, target, flow, work.key, work.draft.operation, work.revision),
            source_version=work.version,
            mapping_version=plan.mapping_version,
            draft=dump_draft(work.draft, then=work.then),
        )
        for work in works
    ]
    for work, attempt_id in zip(works, open_attempts(run=state.run, openings=openings), strict=True):
        work.attempt_id = attempt_id


# After the calls


def fail(sink: Sink, work: Work, error: ConnectorError) -> Ending:
    """Turn an error into the ending that its class stands for."""
    if isinstance(error, DuplicateError):
        ending = judge_hits(work, sink.find([work.draft]).get(work.draft.reference, ()))
        if ending is not None:
            return ending
    if isinstance(error, TransientError):
        return put_off(work, error)
    if isinstance(error, RejectedError | MappingError):
        if work.state != State.PARKED:
            work.park(error.code, f"{work.label}: {error.message}", field=error.field, value=error.value)
        return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)
    if isinstance(error, UnknownOutcomeError | ContractError):
        return hold_unknown(work, error.code, error.message)
    return put_off(work, error)  # configuration: certainly not booked, due again once the tenant has acted


def put_off(work: Work, error: ConnectorError) -> Ending:
    """Certainly not booked: due again later."""
    delay_s = backoff.wait_s(work.key, work.tries, error.retry_after_s)
    work.state, work.due_at = State.DUE, timezone.now() + timedelta(seconds=delay_s)
    work.tries, work.code, work.reason = work.tries + 1, error.code, error.message
    return Ending(work, Outcome.TRANSIENT, code=error.code, message=error.message)


def hold_unknown(work: Work, code: str, message: str) -> Ending:
    """Sent without a trustworthy answer: looked up before anything is repeated."""
    work.state, work.code, work.reason = State.UNKNOWN, code, message
    work.due_at, work.absent_since = timezone.now() + timedelta(seconds=_SETTLE_SOON_S), None
    return Ending(work, Outcome.UNKNOWN, code=code, message=message)


def leave_due(work: Work) -> Work:
    """Leave a judged record for the next slice, which reads it anew."""
    work.state, work.due_at, work.prepare = State.DUE, timezone.now(), None
    return work


def hold_back(work: Work, stop: ConnectorError | None) -> Ending:
    why = stop.message if stop else "The run stopped before the call."
    work.state, work.due_at = State.DUE, timezone.now() + timedelta(seconds=_SETTLE_SOON_S)
    work.code, work.reason = "not_called", why
    return Ending(work, Outcome.TRANSIENT, code="not_called", message=why)


def read_back(sink: Sink, booked: Sequence[tuple[Work, Receipt]]) -> list[Ending]:
    """Compare what stands in the target with the drafts; the only way to become delivered. Raises TransientError."""
    endings = []
    for start in range(0, len(booked), _READ_BACK_AT_ONCE):
        chunk = booked[start : start + _READ_BACK_AT_ONCE]
        standing = read_each(
            sink, [Booked(draft=work.draft, external_id=receipt.external_id) for work, receipt in chunk]
        )
        endings += [compare(work, receipt.external_id, standing.get(work.draft.reference)) for work, receipt in chunk]
    return endings


def compare(work: Work, external_id: str, found: Found | None) -> Ending:
    """Judge one document that the target said it booked."""
    if found is None:
        told = f"The target answered that it booked {work.label} as {external_id}, but it does not show it yet."
        return hold_unknown(work, "not_shown", told)
    told = "; ".join(map(str, differences(work.draft.facts, found.facts)))
    told = "it is voided there" if found.stage == "voided" else told
    if told:
        work.state, work.code, work.field, work.value = State.DIFFERENT, "different", "document", found.external_id
        work.reason = (
            f"{work.label} was booked as {found.external_id}, but not as drafted: {told}. "
            "Correct it there, or accept it."
        )
        return Ending(work, Outcome.DIFFERENT, found=found, code="different", message=work.reason)
    return Ending(work, Outcome.DELIVERED, found=found)


# The close


def close(state: RunState, plan: FlowPlan, endings: Sequence[Ending]) -> list[Work]:
    """Write all endings in one commit and open the next operations; give the works that go on."""
    if not endings:
        return []
    flow = plan.flow.slug
    closings = [_closing(ending) for ending in endings]
    links = [
        NewLink(
            work=ending.work,
            reference=ending.work.draft.reference,
            found=ending.found,
            is_as_drafted=ending.outcome != Outcome.DIFFERENT,
        )
        for ending in endings
        if ending.found is not None
    ]
    going_on = [ending.work for ending in endings if _finish(ending)]
    works = [ending.work for ending in endings]
    with fenced(state.lease):
        close_attempts(closings)
        save_links(state, flow, links)
        note_problems(state, works)
        save_works(state, flow, works)
        refresh_problems(state)
        open_works(state, plan, going_on)
        release_waiting(state.sync, _settled_names(flow, works))
    for work in works:
        if work.state != State.OPEN:
            state.count(flow, work.state)
    reached("closed")
    return going_on


def _finish(ending: Ending) -> bool:
    """Set a work's state after its ending; True when another operation follows."""
    work = ending.work
    if ending.outcome not in (Outcome.DELIVERED, Outcome.LINKED):
        return False
    work.code = work.field = work.value = work.reason = ""
    work.tries, work.due_at, work.absent_since, work.waits_for = 0, None, None, ()
    if work.after:  # settled without its other drafts: the next pass reads the record anew and goes on there
        work.state, work.due_at, work.resume = State.DUE, timezone.now(), work.after
        return False
    work.operation, work.resume = work.operation + 1, ""
    work.state = State.OPEN if work.operation < len(work.drafts) else State.DELIVERED
    return work.state == State.OPEN


def _closing(ending: Ending) -> Closing:
    return Closing(
        attempt_id=ending.work.attempt_id,
        outcome=ending.outcome,
        external_id=ending.found.external_id if ending.found else "",
        code=ending.code,
        message=ending.message,
    )

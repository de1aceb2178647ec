"""The steps of posting a batch: what was found, attempts opened, answers judged, read back, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.models import Attempt
from audit.record import Closing, Opening, close_attempts, idempotency_key, open_attempts
from integrations.contracts import Booked, Draft, Flow, Found, LinkView, Receipt, Sink, Value
from integrations.engine import backoff
from integrations.engine.checkpoint import reached
from integrations.engine.companions import (
    all_reversed,
    as_seen,
    awaits_posting,
    is_further,
    is_void,
    link_after,
    tell_ids,
)
from integrations.engine.compare import applies_alike, differences, is_same_document, told_applications
from integrations.engine.drafts import dump_draft
from integrations.engine.faults import PERIOD, meet_closed_period
from integrations.engine.lease import fenced
from integrations.engine.others import is_of_others, stated_of
from integrations.engine.parents import ask_older_parents, forget_look_ups
from integrations.engine.problems import note_problems, refresh_problems
from integrations.engine.rates import details_after, is_unsettled
from integrations.engine.reconcile.landing import Landed, note_landed
from integrations.engine.references import doubt, make_stale
from integrations.engine.refused import moves_on
from integrations.engine.reversal import ask_children
from integrations.engine.singly import Faults, find_each, read_each
from integrations.engine.standing import LINK, NOT_FOUND, POST_ANEW, REVERSED, UNDONE
from integrations.engine.store import load_owners, release_waiting, save_companions, save_links, save_works
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

Outcome = Attempt.Outcome
_READ_BACK_AT_ONCE = 250
_SETTLE_SOON_S = 2
AMEND_NEXT = "linked"  # the details version of a link that is to be amended: it is applied otherwise
_POLL_SOON_S = 30  # after booking what its system posts in batches
_SETTLES_NEXT = "difference_follows"


@dataclass(slots=True)
class Ending:
    """How one work's attempt ended, before it is written."""

    work: Work
    outcome: str
    found: Found | None = None
    code: str = ""
    message: str = ""
    further: Mapping[str, Found] = field(default_factory=dict)  # by reference: what a look shows beside the own one


def judge_hits(work: Work, hits: Sequence[Found]) -> Ending | None:
    """Link a single hit that agrees; park the record beside anything else that stands there. None without an ending."""
    if takes_only_ours(work):
        hits = [hit for hit in hits if hit.by_reference]
    if work.link is not None and work.link.state == "reversed":
        gone = {work.link.external_id, *work.taken_back}  # what is posted anew was one of them
        hits = [hit for hit in hits if hit.external_id not in gone]
    if work.aim.looks_up:
        return _link_older(work, hits)
    decision, wanted = work.row.decision if work.row else "", work.draft.facts
    if work.chosen and (chosen := [hit for hit in hits if hit.external_id == work.chosen]):
        hits, wanted = chosen, replace(wanted, date=None)  # a person saw both: the day it was keyed may be another
    if not hits:
        return None
    ids = ", ".join(hit.external_id for hit in hits)
    agrees = is_same_document(wanted, hits[0].facts)
    shows = hits[0].facts.applied is not None  # else it is read before it is linked
    applies = not shows or applies_alike(wanted, hits[0].facts, lacks=bool(work.aim.lacks))
    if len(hits) > 1:
        advice = "Choose which of them it is, or void all but one there."
        work.park(
            "duplicate_in_target", f"{work.label} stands {len(hits)} times in the target ({ids}). {advice}", value=ids
        )
    elif not hits[0].by_reference and not (agrees and (decision == LINK or (work.links_alike and applies))):
        advice = "Link it, or have it posted as a new one."
        advice = advice if applies else f"{told_applications(wanted, hits[0].facts)} {advice}"
        work.park(
            "possible_duplicate",
            f"{work.label} looks like {ids}, which stands there without our reference. {advice}",
            value=ids,
        )
    elif hits[0].stage == "voided" and not (work.aim.mode == "reverse" or work.aim.may_be_voided):
        work.park(
            "voided_in_target", f"{work.label} stands in the target as {ids}, but voided. Decide there, then replay."
        )
    elif agrees:
        return Ending(work, Outcome.LINKED, found=hits[0])
    else:
        told = "; ".join(map(str, differences(work.draft.facts, hits[0].facts)))
        work.park("found_but_different", f"{work.label} stands in the target as {ids}, but not as drafted: {told}.")
    return None


def takes_only_ours(work: Work) -> bool:
    """Tell whether look-alikes are no hindrance: for reversals, and where a person wants the record posted anew."""
    return work.aim.mode == "reverse" or (work.row is not None and work.row.decision == POST_ANEW)


def _link_older(work: Work, hits: Sequence[Found]) -> Ending | None:
    """Link a document older than the start date where it stands once and agrees; nothing is ever booked for it."""
    agreeing = [h for h in hits if h.stage != "voided" and is_same_document(work.draft.facts, h.facts)]
    if len(agreeing) == 1:
        return Ending(work, Outcome.LINKED, found=agreeing[0])
    told = (
        f"{len(agreeing)} documents there agree with it." if agreeing else "The target shows none that agrees with it."
    )
    work.skip(NOT_FOUND, f"{work.label} is older than the start date. {told}")
    return None


def refuse_taken(state: RunState, plan: FlowPlan, endings: Sequence[Ending]) -> list[Ending]:
    """Park what would be linked to a document that is another record's already; give the other endings."""
    ids = {e.found.external_id: e for e in endings if e.found is not None and not e.found.by_reference}
    owners = load_owners(state.sync, plan.flow.slug, list(ids)) if ids else {}
    kept = list[Ending]()
    for ending in endings:
        external_id = ending.found.external_id if ending.found is not None else ""
        owner = owners.get(external_id, ending.work.key) if external_id in ids else ending.work.key
        if owner == ending.work.key and ids.get(external_id, ending) is ending:
            kept.append(ending)
            continue
        other = owner if owner != ending.work.key else ids[external_id].work.key
        advice = "Have it posted as a new one, or choose another."
        told = f"{ending.work.label} looks like {external_id}, which {other} is linked to. {advice}"
        ending.work.park("possible_duplicate", told, value=external_id)
    return kept


def open_batch(state: RunState, plan: FlowPlan, works: Sequence[Work], opened: Sequence[Work]) -> None:
    """Write all SyncRecords and open the attempts in one commit: without it no call starts."""
    for work in opened:
        work.state = State.OPEN
    with fenced(state.lease):
        note_problems(state, works)
        save_works(state, plan.flow.slug, works)
        refresh_problems(state)
        save_links(state, plan.flow.slug, {work.key: work.new_link for work in works if work.new_link is not None})
        open_works(state, plan, opened)
        ask_children(state)
        ask_older_parents(state)
        release_waiting(state.sync, _settled_names(plan.flow.slug, works))
    for work in works:
        if work.state not in (State.OPEN, State.DELIVERED):
            state.count(plan.flow.slug, work.state, code=work.code)
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
            draft=dump_draft(work.draft, then=work.then, aim=_kept(work)),
        )
        for work in works
    ]
    for work, attempt_id in zip(works, open_attempts(run=state.run, openings=openings), strict=True):
        work.attempt_id = attempt_id


def _kept(work: Work) -> dict[str, Value]:
    return work.aim.kept() | ({"details": work.details} if work.details else {})


# After the calls


def judge_answers(
    state: RunState, plan: FlowPlan, sink: Sink, linked: Sequence[Ending], failed: Sequence[tuple[Work, ConnectorError]]
) -> list[Ending]:
    """Give the endings of what was not booked: linked by its page's look-up, or refused. One document, one record."""
    if any(isinstance(error, MissingReferenceError) for _, error in failed):
        doubt(state.sync.target if plan.flow.reads == "source" else state.sync.source)
    endings = [*linked, *(_fail(state, plan, sink, work, error) for work, error in failed)]
    kept = {id(ending) for ending in refuse_taken(state, plan, endings)}
    return [ending if id(ending) in kept else _refused(ending.work) for ending in endings]


def _refused(work: Work) -> Ending:
    return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)


def _fail(state: RunState, plan: FlowPlan, sink: Sink, work: Work, error: ConnectorError) -> Ending:
    if isinstance(error, ClosedPeriodError) and moves_on(state, plan, work, error):
        return _refused(work)
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
    if isinstance(error, RejectedError | MappingError):
        if work.state != State.PARKED:
            work.park(error.code, f"{work.label}: {error.message}", field=error.field, value=error.value)
        return _refused(work)
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


def hold_unread(work: Work, fault: ContractError) -> Ending:
    """The target's answer about this record cannot be read: it stays unknown and is asked for again, more rarely."""
    work.tries += 1
    ending = hold_unknown(work, fault.code, f"{work.label} cannot be looked up in the target: {fault.message}")
    work.due_at = timezone.now() + timedelta(seconds=backoff.wait_s(work.key, work.tries))
    return ending


def leave_due(work: Work) -> Work:
    """Leave a judged record for the next slice, which reads it anew."""
    work.state, work.due_at, work.prepare = State.DUE, timezone.now(), None
    work.is_taken_up = work.row is not None and work.row.is_taken_up
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
        read = read_each(sink, [Booked(draft=work.draft, external_id=receipt.external_id) for work, receipt in chunk])
        endings += [judge_read(work, receipt.external_id, *read) for work, receipt in chunk]
    return endings


def judge_read(work: Work, external_id: str, standing: Mapping[str, Found], faults: Faults) -> Ending:
    """Judge one document that the target said it booked by what a reading gave; what cannot be read stays unknown."""
    fault = faults.get(work.draft.reference)
    return hold_unread(work, fault) if fault else compare(work, external_id, standing.get(work.draft.reference))


def compare(work: Work, external_id: str, found: Found | None) -> Ending:
    """Judge one document that the target said it booked."""
    if found is None:
        told = f"The target answered that it booked {work.label} as {external_id}, but it does not show it yet."
        return hold_unknown(work, "not_shown", told)
    if is_release(work.draft) and found.stage == "on_hold" and not is_of_others(work):
        told = f"The target answered that it released {work.label}, but it still shows {external_id} on hold."
        return hold_unknown(work, "still_on_hold", told)
    told = "; ".join(map(str, differences(stated_of(work), found.facts)))
    if found.stage == "voided":
        is_meant = work.aim.mode == "reverse" or work.aim.may_be_voided or is_void(work.draft)
        told = "" if is_meant and work.draft.external_id else "it is voided there"
    return differ(work, work.draft, found, told) if told else Ending(work, Outcome.DELIVERED, found=found)


def differ(work: Work, draft: Draft, found: Found, told: str, own: Found | None = None) -> Ending:
    """Hold a record of which one document (that of `draft`) stands otherwise than drafted; `own` is its own, if other.

    The ending is told about the own document.
    """
    work.state, work.code, work.field, work.value = State.DIFFERENT, "different", "document", found.external_id
    named = named_document(work, draft, found.number or found.external_id if own else found.external_id)
    work.reason = f"{named}, but not as drafted: {told}. Correct it there, or accept it."
    return Ending(work, Outcome.DIFFERENT, found=own or found, code="different", message=work.reason)


def named_document(work: Work, draft: Draft, name: str) -> str:
    """Say what was booked under which name: a record, part of it, or something beside it."""
    part = {"share": "Part of ", "companion": "What belongs to "}.get(draft.makes, "")
    return f"{part}{work.label} was booked as {name}"


def is_release(draft: Draft) -> bool:
    """Tell whether a draft only takes a standing document off its hold."""
    return draft.operation.partition(":")[0] == "release"


# The close


def close(state: RunState, plan: FlowPlan, endings: Sequence[Ending]) -> list[Work]:
    """Write all endings in one commit and open the next operations; give the works that go on."""
    if not endings:
        return []
    flow = plan.flow.slug
    closings = [_closing(ending) for ending in endings]
    links = {ending.work.key: link for ending in endings if (link := _link_after(plan.flow, ending)) is not None}
    going_on = [ending.work for ending in endings if _finish(plan.flow, ending)]
    works = [ending.work for ending in endings]
    with fenced(state.lease):
        close_attempts(closings)
        note_landed(state.sync, flow, _landed(endings))
        save_links(state, flow, links)
        save_companions(state, flow, links)
        note_problems(state, works)
        save_works(state, flow, works)
        forget_look_ups(works)
        refresh_problems(state)
        open_works(state, plan, going_on)
        release_waiting(state.sync, _settled_names(flow, works))
        if any(ending.outcome == Outcome.REJECTED and PERIOD in ending.work.waits_for for ending in endings):
            make_stale(state.sync.target if plan.flow.reads == "source" else state.sync.source)
    for work in works:
        if work.state != State.OPEN:
            state.count(flow, State.DELIVERED if work.code == _SETTLES_NEXT else work.state)
    reached("closed")
    return going_on


def _landed(endings: Sequence[Ending]) -> list[Landed]:
    shown = [(each.work, found) for each in endings for found in (each.found, *each.further.values()) if found]
    return [Landed(key=work.key, label=work.label, found=found) for work, found in shown]


def _link_after(flow: Flow, ending: Ending) -> LinkView | None:
    """Give what is known of the record's document after an operation; None where the operation made no link."""
    work, found = ending.work, ending.found
    is_last = not work.then and ending.outcome != Outcome.DIFFERENT
    link = work.link
    if found is None:
        return None
    if ending.outcome == Outcome.ABSENT:  # one of its further documents is gone
        work.link = as_seen(replace(link, is_as_drafted=False), ending.further) if link else None
        return work.link
    if work.draft.writes_back or work.draft.makes == "nothing":
        if work.aim.mode != "reverse" or link is None or not is_last:
            return None
        work.link = all_reversed(replace(link, state="reversed", reversed_on=work.aim.on))
        return work.link
    if link is None or link.revision != work.revision:
        link = _new_link(work, found)
    link = _as_read(ending, link, found)
    if awaits_posting(link) and link.is_as_drafted and work.aim.mode != "reverse":
        work.look_again_at = timezone.now() + timedelta(seconds=_POLL_SOON_S * float(settings.SETTLE_SCALE))
    if work.aim.mode == "reverse":
        link = _reversed(work, found, link, is_last=is_last)
    elif is_last:
        details = AMEND_NEXT if work.aim.amends_next else details_after(flow, work, found, link)
        link = replace(link, source_version=work.version, details_version=details)
        link = replace(link, state="standing")
    work.link = link
    return link


def _new_link(work: Work, found: Found) -> LinkView:
    return LinkView(
        external_id=found.external_id,
        facts=found.facts,
        revision=work.revision,
        source_version=work.version,
        reference=work.draft.reference,
        is_ours=found.by_reference,
    )


def _as_read(ending: Ending, link: LinkView, found: Found) -> LinkView:
    """Take what was read into the link: of the own document, of the further one just booked, or of all at a look."""
    is_wrong = ending.outcome == Outcome.DIFFERENT
    if is_further(ending.work.draft):
        link = link_after(ending.work, link, found)
        return replace(link, is_as_drafted=False) if is_wrong else link
    if found.external_id == link.external_id:
        link = replace(link, facts=found.facts, is_posted=found.stage == "posted", is_as_drafted=not is_wrong)
    return as_seen(link, ending.further)


def _reversed(work: Work, found: Found, link: LinkView, *, is_last: bool) -> LinkView:
    if found.external_id != link.external_id and not link.reversal_id and not is_further(work.draft):
        link = replace(link, reversal_id=found.external_id)
    if not is_last:
        return replace(link, state="reversing")
    return all_reversed(replace(link, state="reversed", reversed_on=work.aim.on))


def _finish(flow: Flow, ending: Ending) -> bool:
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
    if work.operation < len(work.drafts):
        tell_ids(work, flow, start=work.operation)
        work.state = State.OPEN
        return True
    _come_to_rest(work)
    return False


def _come_to_rest(work: Work) -> None:
    """Set the state of a work whose last operation is done, by what it was for."""
    aim = work.aim
    if aim.mode == "reverse" and aim.purpose == "void":
        work.state, work.code, work.reason = (
            State.DELIVERED,
            REVERSED,
            f"Withdrawn in the source; reversed on {aim.on}.",
        )
    elif aim.mode == "reverse" and aim.purpose == "undo":
        told = work.row.decision_value if work.row else ""
        work.skip(UNDONE, f"{told} Reversed on {aim.on}.".strip())
    elif aim.mode == "reverse" or aim.reverses_next:  # read anew: posted again, or reversed
        work.state, work.due_at = State.DUE, timezone.now()
        work.code = "posted_anew" if aim.mode == "reverse" else "reversal_follows"
        work.reason = "Its new state is posted next." if aim.mode == "reverse" else "Its reversal is booked next."
    elif aim.amends_next:
        work.state, work.due_at, work.code = State.DUE, timezone.now(), "amend_follows"
        work.reason = "It was linked; what it is applied to is brought up to date next."
    else:
        work.deliver()
        if work.link is not None and is_unsettled(work.link.details_version):
            work.state, work.due_at, work.code = State.DUE, timezone.now(), _SETTLES_NEXT
            work.reason = "What its exchange rate leaves is booked next."


def _closing(ending: Ending) -> Closing:
    return Closing(
        attempt_id=ending.work.attempt_id,
        outcome=ending.outcome,
        external_id=ending.found.external_id if ending.found else "",
        code=ending.code,
        message=ending.message,
    )

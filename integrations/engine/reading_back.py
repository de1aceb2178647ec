"""Compares what was booked with what stands in the target: the only way to become delivered."""

from collections.abc import Mapping, Sequence

from integrations.contracts import Booked, Draft, Found, Receipt, Sink
from integrations.engine.companions import is_void, named_part
from integrations.engine.compare import differences
from integrations.engine.endings import Ending, Outcome, hold_unknown, hold_unread
from integrations.engine.others import is_of_others, stated_of
from integrations.engine.singly import Faults, read_each
from integrations.engine.work import State, Work

REJECTED = "rejected_in_target"  # the code of records whose document an approver refused there
_READ_BACK_AT_ONCE = 250


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
    if found.stage == "rejected":
        return turn_down(work, found)
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


def turn_down(work: Work, found: Found) -> Ending:
    """Hold a record whose document was refused there by whoever approves documents: it would be awaited for ever."""
    work.state, work.code, work.field, work.value = State.DIFFERENT, REJECTED, "document", found.external_id
    named = named_document(work, work.draft, found.number or found.external_id)
    work.reason = (
        f"{named}, and was rejected there by an approver, so it is never posted. Have it approved there after all, "
        "then read it back; or change it in the source."
    )
    return Ending(work, Outcome.DIFFERENT, found=found, code=REJECTED, message=work.reason)


def named_document(work: Work, draft: Draft, name: str) -> str:
    """Say what was booked under which name: a record, part of it, or something beside it."""
    return f"{named_part(draft)}{work.label} was booked as {name}"


def is_release(draft: Draft) -> bool:
    """Tell whether a draft only takes a standing document off its hold."""
    return draft.operation.partition(":")[0] == "release"

"""Judges what was linked or is only compared: what it is applied to must be as drafted, is amended, or is shown."""

from collections.abc import Mapping
from dataclasses import replace

from integrations.contracts import Booked, Draft, Flow, Found
from integrations.engine.compare import applies_alike, told_applications
from integrations.engine.endings import Ending, Outcome, hold_unknown, hold_unread
from integrations.engine.others import is_of_others
from integrations.engine.reading_back import is_release
from integrations.engine.settle import deleted
from integrations.engine.singly import Faults
from integrations.engine.standing import LINK
from integrations.engine.work import State, Work

OTHERWISE = "applied_otherwise"  # the code of what is linked, but applied to something else


def must_be_read(ending: Ending) -> bool:
    """Tell whether the look-up that linked a document does not show all that counts: what it is applied to."""
    work = ending.work
    return ending.outcome == Outcome.LINKED and not work.aim.looks_up and work.draft.facts.applied is not None


def compare_only(work: Work) -> Ending:
    """Begin the ending of a work that is not called: what stands is to be compared with its draft."""
    return Ending(work, Outcome.LINKED)


def to_read(ending: Ending) -> Booked:
    """Name the document that is to be read."""
    link, found = ending.work.link, ending.found
    external_id = found.external_id if found else link.external_id if link else ""
    return Booked(draft=ending.work.draft, external_id=external_id)


def judge_unsent(flow: Flow, ending: Ending, standing: Mapping[str, Found], faults: Faults) -> Ending:
    """Judge what was linked, or is compared only, by what a reading of it gave."""
    work, reference = ending.work, ending.work.draft.reference
    if (fault := faults.get(reference)) is not None:
        return hold_unread(work, fault)
    found = standing.get(reference)
    if found is None and ending.found is None:
        return deleted(work)
    if found is None:
        return hold_unknown(work, "not_shown", f"{work.label} was found in the target, which does not show it now.")
    return _judge(flow, work, replace(found, by_reference=bool(ending.found and ending.found.by_reference)))


def _judge(flow: Flow, work: Work, found: Found) -> Ending:
    """Take a document as linked where it is applied as drafted; else ours is amended next, that of others shown."""
    wanted, aim = work.draft.facts, work.aim
    is_done = found.stage == "voided" or aim.reverses_next
    if is_done or applies_alike(wanted, found.facts, lacks=bool(aim.lacks)):
        return Ending(work, Outcome.LINKED, found=found)
    is_ours = found.by_reference and not is_of_others(work)
    if is_ours and work.draft.makes != "companion" and aim.mode == "deliver" and flow.amend is not None:
        work.aim = replace(aim, amends_next=True)
        work.drafts = tuple(map(_asking_less, work.drafts))
        return Ending(work, Outcome.LINKED, found=found)
    told = told_applications(wanted, found.facts)
    is_the_same = is_ours or is_of_others(work) or bool(work.row and work.row.decision == LINK)
    if not is_the_same:  # as far as anybody said
        told = f"{work.label} looks like {found.external_id}, which stands there without our reference. {told}"
        work.park("possible_duplicate", f"{told} Link it, or have it posted as a new one.", value=found.external_id)
        return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)
    work.state, work.code, work.field, work.value = State.DIFFERENT, OTHERWISE, "document", found.external_id
    whose = "" if is_ours else ", which others booked"
    work.reason = (
        f"{work.label} is linked to {found.external_id}{whose}. {told} Correct it there and have it read again, or "
        "accept it."
    )
    return Ending(work, Outcome.DIFFERENT, found=found, code=OTHERWISE, message=work.reason)


def _asking_less(draft: Draft) -> Draft:
    """Let a release be judged by itself: what is applied otherwise is amended after it."""
    return replace(draft, facts=replace(draft.facts, applied=None)) if is_release(draft) else draft

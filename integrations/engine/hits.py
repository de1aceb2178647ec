"""Judges what a look-up shows before a first write: linked where it agrees, else the record waits for a person."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone

from integrations.contracts import Found, LinkView
from integrations.engine.companions import is_further, named_part
from integrations.engine.compare import applies_alike, differences, is_same_document, told_applications
from integrations.engine.drafting import PAID_IN_TARGET
from integrations.engine.endings import Ending, Outcome
from integrations.engine.standing import LINK, NOT_FOUND, POST_ANEW
from integrations.engine.store import load_owners
from integrations.engine.work import FlowPlan, RunState, State, Work

RESTORED = "stands_after_all"
LOOK_ALIKES = ("possible_duplicate", "duplicate_in_target", PAID_IN_TARGET)


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
        if is_to_be_linked(work):
            _hold_unlinked(work)
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
    elif not hits[0].by_reference and is_further(work.draft):  # what is ours beside it may be taken back: theirs never
        work.park(
            "possible_duplicate",
            f"{named_part(work.draft)}{work.label} looks like {ids}, which stands there without our reference. "
            "A part is never linked: if it is the same, skip the rest here with a reason; else have it posted anew.",
            value=ids,
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


def is_to_be_linked(work: Work) -> bool:
    """Tell whether a person had a record linked that nothing was booked for: it is never posted instead."""
    is_first = work.link is None and not work.operation and work.aim.mode != "reverse"
    return is_first and work.row is not None and work.row.decision == LINK


def _hold_unlinked(work: Work) -> None:
    """Park a record whose look-alike is not there, with the choices that it had."""
    code = work.row.code if work.row is not None and work.row.code in LOOK_ALIKES else "possible_duplicate"
    work.park(
        code,
        f"{work.label} was to be linked to {work.chosen or 'its look-alike'}, which does not stand in the target. Link "
        "it to another, or have it posted as a new one.",
    )


def to_be_read(work: Work) -> tuple[str, ...]:
    """Name the documents that are read with a look-up: the one a person chose, and the one that was given up."""
    given_up = work.link.external_id if work.link is not None and is_given_up(work.link) else ""
    return tuple(id for id in dict.fromkeys((work.chosen, given_up)) if id)


def is_given_up(link: LinkView) -> bool:
    """Tell whether a person took a document for gone, as a reconciliation showed it: nothing of ours reversed it."""
    return link.state == "reversed" and link.reversed_on is None and not link.reversal_id


def keep_restored(work: Work, hits: Sequence[Found]) -> bool:
    """Post nothing in the place of a document that was given up and stands there after all: it is linked as before."""
    link = work.link
    if link is None or not is_given_up(link):
        return False
    if not any(hit.external_id == link.external_id and hit.stage != "voided" for hit in hits):
        return False
    work.drafts, work.operation, work.resume = (), 0, ""
    work.new_link, work.revision = replace(link, state="standing"), link.revision
    work.state, work.due_at, work.look_again_at = State.DUE, timezone.now(), timezone.now()
    work.code, work.reason = RESTORED, f"{work.label} stands in the target after all, as {link.external_id}."
    return True


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

"""What an ending leaves: what is known of the record's document, and how the record goes on."""

from dataclasses import replace

from django.utils import timezone

from integrations.contracts import Flow, Found, LinkView
from integrations.engine.companions import (
    all_reversed,
    as_seen,
    awaits_posting,
    is_further,
    link_after,
    tell_ids,
    voided_by,
)
from integrations.engine.endings import Ending, Outcome
from integrations.engine.others import leaves_own
from integrations.engine.rates import details_after, is_unsettled
from integrations.engine.standing import REVERSED, UNDONE, look_soon
from integrations.engine.store import DELETED
from integrations.engine.work import State, Work

AMEND_NEXT = "linked"  # the details version of a link that is to be amended: it is applied otherwise
SETTLES_NEXT = "difference_follows"  # the code of what is booked, and whose exchange difference is next


def known_after(flow: Flow, ending: Ending) -> LinkView | None:
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
        work.look_again_at = look_soon()
    if work.aim.mode == "reverse":
        link = _reversed(work, found, link, is_last=is_last)
    elif is_last:
        work.aim = replace(work.aim, amends_next=work.aim.amends_next or work.draft.amends_next)
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
        link = link_after(ending.work, link, found, is_wrong=is_wrong)
        return replace(link, is_as_drafted=False) if is_wrong else link
    if found.external_id == link.external_id:
        link = replace(link, facts=found.facts, is_posted=found.stage == "posted", is_as_drafted=not is_wrong)
    return as_seen(link, ending.further, taken_back=frozenset() if is_wrong else voided_by(ending.work))


def _reversed(work: Work, found: Found, link: LinkView, *, is_last: bool) -> LinkView:
    if found.external_id != link.external_id and not link.reversal_id and not is_further(work.draft):
        link = replace(link, reversal_id=found.external_id)
    if not is_last:
        return replace(link, state="reversing")
    if leaves_own(link, work.aim):
        return all_reversed(replace(link, state="standing"))
    return all_reversed(replace(link, state="reversed", reversed_on=work.aim.on))


def missed_by(ending: Ending) -> tuple[Found, ...]:
    """Give, as they were last read, the documents that a look found deleted or voided by others."""
    work, link = ending.work, ending.work.link
    if link is None or link.state == "reversed":
        return ()
    is_voided = work.state == State.DIFFERENT and ending.found is not None and ending.found.stage == "voided"
    if not is_voided and work.code != DELETED:
        return ()
    named = work.value or link.external_id
    known = {one.external_id: (one.reference, one.facts) for one in link.companions}
    known[link.external_id] = (link.reference, link.facts)
    if named not in known:
        return ()
    reference, facts = known[named]
    return (Found(external_id=named, reference=reference, facts=facts),)


def finish(flow: Flow, ending: Ending) -> bool:
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
        told = aim.why or "Withdrawn in the source."
        work.state, work.code, work.reason = State.DELIVERED, REVERSED, f"{told} Its reversal is dated {aim.on}."
    elif aim.mode == "reverse" and aim.purpose == "undo":
        told = work.row.decision_value if work.row else ""
        done = f"Reversed on {aim.on}.{_left(work)}"
        work.skip(UNDONE, f"{told.rstrip('. ')}. {done}" if told else done)
    elif aim.mode == "reverse" or aim.reverses_next:  # read anew: posted again, or reversed
        work.state, work.due_at = State.DUE, timezone.now()
        work.code = "posted_anew" if aim.mode == "reverse" else "reversal_follows"
        work.reason = "Its new state is posted next." if aim.mode == "reverse" else "Its reversal is booked next."
    elif aim.amends_next:
        work.state, work.due_at, work.code = State.DUE, timezone.now(), "amend_follows"
        work.reason = "What it is applied to is brought up to date next."
    else:
        work.deliver()
        if work.link is not None and is_unsettled(work.link.details_version):
            work.state, work.due_at, work.code = State.DUE, timezone.now(), SETTLES_NEXT
            work.reason = "What its exchange rate leaves is booked next."


def _left(work: Work) -> str:
    """Say what an undo left as it is: a document that others booked."""
    link = work.link
    if link is None or not leaves_own(link, work.aim):
        return ""
    return f" {link.external_id} was booked by others and stays: only what was booked here beside it is taken back."

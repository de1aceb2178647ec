"""Judges a record by what stands of it in the target: leave it, deliver it, bring it up to date, or reverse it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from integrations.contracts import Context, Flow, LinkView, Verdict
from integrations.engine.companions import awaits_posting
from integrations.engine.work import Aim, FlowPlan, RunState, State, Work
from integrations.periods import is_open, is_same_period

LINK, POST_ANEW, UNDO, LOOK_UP = "link", "post", "undo", "look_up"  # decisions, by people or (to look up) the engine
REVERSED = "reversed"  # the code of delivered records whose documents are out of the ledger again
UNDONE = "undone"
TOO_OLD, NOT_FOUND = "before_start_date", "not_found_at_cut_over"
_POLL_SOON_S = 30
_UNSAID = "deletion_unsaid"  # the source shows a deletion that the flow has no day for


def judge(state: RunState, plan: FlowPlan, work: Work, context: Context) -> bool:
    """Judge by decisions, earlier delivery, withdrawal, the flow's own verdict and the start date.

    False when the work is decided; else its aim tells what its drafts are for.
    """
    decision = work.row.decision if work.row else ""
    if decision == UNDO:
        return _judge_undone(state, plan, work)
    verdict = _verdict(plan, work, context)
    if work.record.body is None and work.link is None:
        told = f"The source does not know {work.label}: it was deleted there before it could be read."
        work.skip("not_in_source", told)
        return False
    if verdict.action == "withdraw" and plan.flow.is_document:
        return _judge_withdrawn(state, plan, work, verdict, context)
    if work.link is not None and work.link.state != "reversed":
        return _judge_standing(state, plan, work, work.link, context)
    if decision == LOOK_UP and work.link is None:
        work.aim = Aim(looks_up=True)
        return True
    if verdict.action != "deliver":
        work.skip(verdict.code, verdict.reason)
        return False
    # what was reversed stood in the ledger, and is posted anew whatever its day
    return work.link is not None or not _is_too_old(state, plan, work)


def _verdict(plan: FlowPlan, work: Work, context: Context) -> Verdict:
    """Ask the flow; a document that is deleted without its saying so is withdrawn."""
    verdict = Verdict() if work.record.body is None else plan.flow.verdict(work.record, context)
    if work.record.deleted and plan.flow.is_document and verdict.action != "withdraw":
        return Verdict(action="withdraw", code=_UNSAID, reason=f"{work.label} was deleted in the source.")
    return verdict


def _judge_undone(state: RunState, plan: FlowPlan, work: Work) -> bool:
    is_of_others = work.link is not None and not (work.link.is_ours or work.link.companions)
    if work.link is None or work.link.state == "reversed" or is_of_others:
        work.skip(UNDONE, work.row.decision_value if work.row else "")
        return False
    if plan.flow.reverse is None:
        work.park("cannot_be_undone", f"{work.label} cannot be reversed by the sync: reverse it in the target by hand.")
        return False
    work.aim = Aim(mode="reverse", purpose="undo", on=state.today)
    return True


# Withdrawn in the source


def _judge_withdrawn(state: RunState, plan: FlowPlan, work: Work, verdict: Verdict, context: Context) -> bool:
    if work.link is None:
        return _judge_never_posted(state, plan, work, verdict, context)
    if work.link.state == "reversed":
        told = f"{verdict.reason} Its reversal is dated {work.link.reversed_on}."
        work.state, work.code, work.reason = State.DELIVERED, REVERSED, told.strip()
        return False
    choice = state.policy(plan.flow.slug, "voids")
    if work.link.source_version == work.version and work.record.body is not None:
        choice = "reverse"  # it was posted as withdrawn, in order to be reversed
    if choice == "skip":
        work.skip("withdrawn_after_posting", f"{verdict.reason} The policy leaves {work.link.external_id} as it is.")
        return False
    if choice == "park" or plan.flow.reverse is None:
        code = "deleted_after_posting" if work.record.deleted else "voided_after_posting"
        told = f"{verdict.reason} It stands in the target as {work.link.external_id}. Void or credit it there."
        work.park(code, told)
        return False
    work.aim = Aim(mode="reverse", purpose="void", on=verdict.on or state.today, why=verdict.reason)
    return True


def _judge_never_posted(state: RunState, plan: FlowPlan, work: Work, verdict: Verdict, context: Context) -> bool:
    if verdict.left_out:
        work.skip("had_no_effect", f"{verdict.reason} {verdict.left_out}")
        return False
    if _is_too_old(state, plan, work):
        return False
    is_wanted = plan.flow.reverse is not None and verdict.code != _UNSAID
    if not is_wanted or _may_skip(state, plan, work, verdict.on or state.today, context):
        code = "deleted_before_posting" if work.record.deleted else "voided_before_posting"
        work.skip(code, verdict.reason)
        return False
    in_place = plan.flow.voids and plan.flow.posts_in(None, state.sync.policies) == plan.flow.module
    work.aim = Aim(reverses_next=True, may_be_voided=in_place)
    return True


def _may_skip(state: RunState, plan: FlowPlan, work: Work, on: date, context: Context) -> bool:
    """Tell whether the policy skips: only where both dates fall in one open period, so that none lacks anything."""
    flow, day = plan.flow, work.document_date
    if state.policy(flow.slug, "voided_before_posting") != "skip" or day is None:
        return False
    company = _company(state, plan, work, context)
    if flow.company_of and not company:  # nobody can tell whether its period is open
        return False
    references, module = state.references_of(flow), flow.posts_in(None, state.sync.policies)
    return is_same_period(day, on, references, module, company) and is_open(day, references, module, company)


def _company(state: RunState, plan: FlowPlan, work: Work, context: Context) -> str:
    """Give the company whose periods count for a record that was never drafted."""
    if plan.flow.company_of is None or work.record.body is None:
        return ""
    shown = plan.flow.source(work.record, context)
    applied = plan.mapping.apply(shown.header, shown.lines, on=work.document_date, zone=state.source_zone)
    return plan.flow.company({**shown.header, **applied.header})


def _is_too_old(state: RunState, plan: FlowPlan, work: Work) -> bool:
    start, day = state.sync.start_date, work.document_date
    if not (plan.flow.is_document and start and day and day < start):
        return False
    work.is_taken_up = state.is_backfilled(day, is_taken_up=work.is_taken_up)
    if work.is_taken_up:
        return False
    work.skip(TOO_OLD, f"{work.label} is dated {day}, before the sync's start date {start}.")
    return True


# Standing


def _judge_standing(state: RunState, plan: FlowPlan, work: Work, link: LinkView, context: Context) -> bool:
    flow = plan.flow
    if link.source_version == work.version and not work.record.deleted:
        if has_open_operations(work) and (flow.amend is None or not link.details_version):
            return True  # the revision is not complete yet
        if flow.amend is not None and link.is_as_drafted and _has_known_details(work, link):
            work.aim = Aim(mode="amend")
            return True
        leave_standing(state, plan, work, link)
        return False
    if work.record.deleted and not flow.is_document:
        work.state, work.reason = State.DELIVERED, "Deleted in the source; kept in the target."
        return False
    if flow.is_document and state.policy(flow.slug, "after_posting") == "reverse" and flow.reverse is not None:
        work.aim = Aim(mode="reverse", purpose="repost", on=_changed_on(state, flow, work, link, context))
        return True
    if flow.is_document:
        work.park(
            "changed_after_posting",
            f"{work.label} changed after it was posted as {link.external_id}. A posted document is never rewritten: "
            "correct it in the target, then have it read again.",
            field="source version",
        )
        return False
    return True


def _changed_on(state: RunState, flow: Flow, work: Work, link: LinkView, context: Context) -> date:
    """Give the day of the change, else today; never before the day on which what stands was posted."""
    changed = flow.changed_on(work.record, context) if flow.changed_on else None
    posted = link.facts.posting_date or link.facts.date or state.today
    return max(changed, posted) if changed else state.today


def _has_known_details(work: Work, link: LinkView) -> bool:
    """Tell whether it is known what details stand; what was booked before there were any is taken as it is.

    Whether anything is to be amended shows once the needs are known: a parent may be about to be reversed.
    """
    return bool(link.details_version or (work.row and work.row.details_version))


def has_open_operations(work: Work) -> bool:
    """Tell whether an earlier pass left off in the midst of this very version."""
    return work.row is not None and bool(work.row.next_operation) and work.row.source_version == work.version


def look_soon() -> datetime:
    """Give when to look first at what its system posts in batches."""
    return timezone.now() + timedelta(seconds=_POLL_SOON_S * float(settings.SETTLE_SCALE))


def leave_standing(state: RunState, plan: FlowPlan, work: Work, link: LinkView) -> None:
    """Keep what is delivered delivered, and what stands differently different."""
    work.revision = link.revision
    if link.state == "reversing":  # what asked for its reversal has gone
        work.new_link = replace(link, state="standing")
    if link.is_as_drafted:
        work.deliver()
        if awaits_posting(link):  # its look may have come while the record was not delivered, and gone by
            work.look_again_at = look_soon()
        state.count(plan.flow.slug, "unchanged")
        return
    work.state, work.code, work.field, work.value = State.DIFFERENT, "different", "document", link.external_id
    work.reason = f"{work.label} stands in the target as {link.external_id}, but not as drafted. Correct or accept it."

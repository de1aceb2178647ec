"""What a refusal teaches: a period that a target tells as open, and refuses, counts as closed for an hour."""

from datetime import date

from django.utils import timezone

from integrations.contracts import Module
from integrations.engine.reading_back import is_release
from integrations.engine.references import keep_refused
from integrations.engine.work import FlowPlan, RunState, State, Work
from integrations.errors import ClosedPeriodError
from integrations.periods import NEXT_OPEN, References, period_of, periods_of, posting_day, refused

MOVED_ON = "period_refused"
_MOST_MOVES = 12  # periods in a row that may be refused: no record is to wander on for ever


def moves_on(state: RunState, plan: FlowPlan, work: Work, error: ClosedPeriodError) -> bool:
    """Let the policy have what was refused: True where it is drafted anew at once, on the next open day.

    The period counts as closed from now on, for this record and all others. Without the day that was refused nothing
    is learned: the record waits, as if the policy were to hold it.
    """
    if not _learn(state, plan, work, error) or work.period_policy != NEXT_OPEN or work.tries >= _MOST_MOVES:
        return False
    work.state, work.due_at, work.tries = State.DUE, timezone.now(), work.tries + 1
    work.code, work.reason = MOVED_ON, f"{error.message} It is drafted anew for the next open day."
    return True


def _learn(state: RunState, plan: FlowPlan, work: Work, error: ClosedPeriodError) -> bool:
    """Know the refused period as closed; False where nobody can tell which it was."""
    flow, draft = plan.flow, work.draft
    if draft.writes_back:
        return False
    references, company = state.references_of(flow), flow.company(draft.payload)
    module = flow.posts_in(None if work.aim.mode == "deliver" else work.link, state.sync.policies)
    day = _day_of(work, error) or _drafted_for(work, references, module, company)
    period = period_of(day, periods_of(references, module, company)) if day else None
    if period is None:
        return False
    if period.is_open:
        mark = refused(period, module)
        keep_refused(state.sync.target if flow.reads == "source" else state.sync.source, mark)
        state.add_reference(flow, mark)
    return True


def _day_of(work: Work, error: ClosedPeriodError) -> date | None:
    """Give the day that was refused, as the connector says it."""
    try:
        return date.fromisoformat(error.value)
    except ValueError:
        return None


def _drafted_for(work: Work, references: References, module: Module, company: str) -> date | None:
    """Give the day that a new document was drafted for: as it says, else that of its date by the policy.

    None where a standing document was to be changed: its own period is refused, not that of the day drafted for. One
    that is only to be released was made for that day.
    """
    facts, releases = work.draft.facts, work.aim.mode == "deliver" and is_release(work.draft)
    if work.draft.external_id and not releases:
        return None
    if facts.posting_date or work.aim.mode == "reverse":
        return facts.posting_date or work.aim.on
    if facts.date is None:
        return None
    try:
        return posting_day(
            facts.date, references, module, work.period_policy, work.label, company, not_before=work.not_before
        )
    except ClosedPeriodError:
        return None

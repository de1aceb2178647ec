"""How a work's attempt ended, and the endings of what was not booked, or nobody knows whether it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.models import Attempt
from integrations.contracts import Found
from integrations.engine import backoff
from integrations.engine.work import State, Work
from integrations.errors import ConnectorError, ContractError

Outcome = Attempt.Outcome
SENT_AGAIN = "sent_again"  # the code of records whose answer was lost, and of which nothing was found
SENT_ONCE_MORE = "sent_once_more"  # likewise, after the call sent again was refused: the next refusal holds
REFUSED_SINCE = "refused_after_lost_answer"
_SETTLE_SOON_S = 2
_REFUSED_LOOK_S = 60


@dataclass(slots=True)
class Ending:
    """How one work's attempt ended, before it is written."""

    work: Work
    outcome: str
    found: Found | None = None
    code: str = ""
    message: str = ""
    further: Mapping[str, Found] = field(default_factory=dict)  # by reference: what a look shows beside the own one


def refused(work: Work) -> Ending:
    """Refused for good: the work says why."""
    return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)


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


def is_doubtful(work: Work) -> bool:
    """Tell whether a refusal may come of an earlier call, whose answer was lost and which the target still works at."""
    return work.row is not None and work.row.code == SENT_AGAIN


def hold_refused(work: Work, error: ConnectorError) -> Ending:
    """Have the target asked once more before a refusal counts: the call before this one may yet do it."""
    told = f"{error.message} An earlier call, whose answer was lost, may still be under way: it is looked for again."
    ending = hold_unknown(work, REFUSED_SINCE, told)
    work.due_at = timezone.now() + timedelta(seconds=_REFUSED_LOOK_S * float(settings.SETTLE_SCALE))
    return ending


def hold_unread(work: Work, fault: ContractError) -> Ending:
    """The target's answer about this record cannot be read: it stays unknown and is asked for again, more rarely."""
    work.tries += 1
    ending = hold_unknown(work, fault.code, f"{work.label} cannot be looked up in the target: {fault.message}")
    work.due_at = timezone.now() + timedelta(seconds=backoff.wait_s(work.key, work.tries))
    return ending


def hold_back(work: Work, stop: ConnectorError | None) -> Ending:
    why = stop.message if stop else "The run stopped before the call."
    work.state, work.due_at = State.DUE, timezone.now() + timedelta(seconds=_SETTLE_SOON_S)
    work.code, work.reason = "not_called", why
    return Ending(work, Outcome.TRANSIENT, code="not_called", message=why)


def leave_due(work: Work) -> Work:
    """Leave a judged record for the next slice, which reads it anew."""
    work.state, work.due_at, work.prepare = State.DUE, timezone.now(), None
    work.is_taken_up = work.row is not None and work.row.is_taken_up
    return work

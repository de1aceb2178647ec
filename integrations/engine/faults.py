"""What happens to one record that cannot be judged or drafted: it is held up, the others go on."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from integrations.engine.work import Work
from integrations.errors import ClosedPeriodError, ConnectorError
from integrations.periods import ASK, CODES, HOLD, SKIP

log = structlog.get_logger()
PERIOD = "period"  # the name that records wait for whose period is closed
OURS = (LookupError, ArithmeticError, ValueError, TypeError, AttributeError)  # what a fault of our own code raises


def our_fault(error: Exception) -> str:
    """Say of a record's call that our own code failed at it; to be called while the error is handled."""
    log.exception("call.our_fault")
    return f"It meets a fault of ours ({type(error).__name__}); support has been told. The others go on."


@contextmanager
def parking_faults(work: Work) -> Iterator[None]:
    """Park a record that cannot be judged, by its own fault or by ours; a closed period has its policy."""
    try:
        yield
    except ClosedPeriodError as error:
        policies = {code: policy for policy, code in CODES.items()}
        meet_closed_period(work, error, policies.get(error.code, HOLD))
    except ConnectorError as error:
        work.park(error.code, f"{work.label}: {error.message}", field=error.field, value=error.value)
    except OURS as error:
        log.exception("triage.our_fault", record=work.key)
        told = f"{work.label} meets a fault of ours ({type(error).__name__}); support has been told. The others go on."
        work.park("our_fault", told, value=type(error).__name__)


def meet_closed_period(work: Work, error: ClosedPeriodError, policy: str) -> None:
    """Hold a record until its period opens, ask a person, or skip it."""
    told = error.message if error.message.startswith(work.label) else f"{work.label}: {error.message}"
    told += _unposted(work)
    if policy == SKIP:
        work.skip(CODES[SKIP], told)
    elif policy == ASK:
        work.park(CODES[ASK], told, field="posting date", value=error.value)
    else:
        work.wait(CODES[HOLD], told, [PERIOD])
        work.field, work.value = "posting date", error.value[:200]


def _unposted(work: Work) -> str:
    """Say what of the record stands in the target already and is not in its ledger."""
    link = work.link
    if link is None or not link.is_ours or link.is_posted or link.state != "standing" or work.aim.mode != "deliver":
        return ""
    return f" {link.external_id} stands there unposted until then; where it is not to be posted, delete it there."

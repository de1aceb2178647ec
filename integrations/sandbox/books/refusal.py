"""Why the books refuse something; each simulator words it as its vendor would."""

from enum import Enum


class Reason(Enum):
    """What was wrong, for simulators to choose their own code and status by."""

    UNBALANCED = "unbalanced"
    UNKNOWN_ACCOUNT = "unknown_account"
    INACTIVE_ACCOUNT = "inactive_account"
    PARTY_MISSING = "party_missing"
    UNKNOWN_CURRENCY = "unknown_currency"
    NO_RATE = "no_rate"
    NO_PERIOD = "no_period"
    PERIOD_CLOSED = "period_closed"
    PERIOD_LOCKED = "period_locked"
    UNKNOWN_DOCUMENT = "unknown_document"
    DUPLICATE_DOCUMENT = "duplicate_document"
    OVER_APPLIED = "over_applied"
    NOT_APPLICABLE = "not_applicable"
    STILL_APPLIED = "still_applied"


class BooksRefusal(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """The simulated ledger refuses; nothing was changed."""

    def __init__(self, reason: Reason, message: str, subject: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.subject = subject

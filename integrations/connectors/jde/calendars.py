"""How a customer's JD Edwards tells its periods: what the connection's form offers, as no release says it by itself."""

from dataclasses import dataclass

PATTERNS, MONTHS = "patterns", "months"
CLOSED, OPEN = "closed", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """By date patterns and each ledger's period, or by months; whether dates before the current period pass."""

    read: str = PATTERNS
    prior_periods: str = CLOSED

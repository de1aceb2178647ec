"""Which check belongs to which pair."""

from collections.abc import Callable

from portal.checker import acumatica, dynamics, netsuite, payables, receivables
from portal.checker.control import Control
from portal.checker.verdict import Verdict

_CHECKS: dict[str, Callable[[Control, set[tuple[str, str]]], Verdict]] = {
    "chargebee_to_acumatica": acumatica.check,
    "chargebee_to_dynamics365": dynamics.check,
    "chargebee_to_jde": receivables.check,
    "chargebee_to_netsuite": netsuite.check,
    "jde_to_billcom": payables.check,
}


def check_pair(slug: str, control: Control, *, exempt: set[tuple[str, str]]) -> Verdict:
    """Check one pair from outside. Raises KeyError for a pair without a check."""
    return _CHECKS[slug](control, exempt)

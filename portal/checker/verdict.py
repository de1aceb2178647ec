"""What a check finds: counts per flow, and every finding in a sentence."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class FlowCount:
    """One flow: how many documents were due in the source, and how they stand in the target."""

    due: int = 0
    found: int = 0
    duplicates: int = 0
    missing: int = 0
    amount_differences: int = 0
    source_totals: dict[str, Decimal] = field(default_factory=dict)  # by currency
    target_totals: dict[str, Decimal] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Tell whether the totals are the same amounts: 469.66 is 469.660, and zero of a currency is none of it."""
        return _cleared(self.source_totals) == _cleared(self.target_totals)


@dataclass(slots=True)
class Verdict:
    """One pair: its flows, what it does not cover, and what is wrong."""

    flows: dict[str, FlowCount] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    out_of_scope: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def duplicates(self) -> int:
        """Documents that stand more than once."""
        return sum(flow.duplicates for flow in self.flows.values())

    @property
    def missing(self) -> int:
        """Documents due that do not stand at all."""
        return sum(flow.missing for flow in self.flows.values())

    @property
    def amount_differences(self) -> int:
        """Documents whose amount, date, customer or applications are not the source's."""
        return sum(flow.amount_differences for flow in self.flows.values())

    @property
    def is_reconciled(self) -> bool:
        """Tell whether totals agree per flow and currency, and nothing is missing, doubled or different."""
        return all(flow.agrees for flow in self.flows.values()) and not (
            self.duplicates or self.missing or self.amount_differences
        )


def _cleared(totals: dict[str, Decimal]) -> dict[str, Decimal]:
    return {currency: total for currency, total in totals.items() if total}

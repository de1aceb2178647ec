"""Compares what a draft says with what stands in the target: a 2xx is not proof."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from integrations.contracts import Facts

_SCALARS = ("name", "customer", "currency", "total", "open_amount", "date", "posting_date")
_IDENTIFYING = ("customer", "currency", "total", "date")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not as the draft said."""

    field: str
    wanted: str
    stands: str

    def __str__(self) -> str:
        return f"{self.field}: {self.wanted} was sent, {self.stands or 'nothing'} stands there"


def differences(wanted: Facts, stands: Facts) -> list[Difference]:
    """List every fact the draft states that does not stand in the target. The order of lines does not matter."""
    found = [
        Difference(name, _show(getattr(wanted, name)), _show(getattr(stands, name)))
        for name in _SCALARS
        if getattr(wanted, name) is not None and getattr(wanted, name) != getattr(stands, name)
    ]
    if wanted.lines is not None and _sums(wanted.lines) != _sums(stands.lines or ()):
        found.append(Difference("lines", _show_pairs(_sums(wanted.lines)), _show_pairs(_sums(stands.lines or ()))))
    if wanted.applied is not None and _applied(wanted) != _applied(stands):
        found.append(Difference("applications", _show_pairs(_applied(wanted)), _show_pairs(_applied(stands))))
    return found


def is_same_document(wanted: Facts, stands: Facts) -> bool:
    """Tell whether customer, currency, total and date agree, as far as the draft states them."""
    return all(
        getattr(wanted, name) is None or getattr(wanted, name) == getattr(stands, name) for name in _IDENTIFYING
    )


def _sums(lines: tuple[object, ...]) -> dict[str, Decimal]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.account] += line.amount  # type: ignore[attr-defined]
    return {account: amount for account, amount in sums.items() if amount}


def _applied(facts: Facts) -> dict[str, Decimal]:
    sums: Counter[str] = Counter()
    for application in facts.applied or ():
        sums[application.external_id] += application.amount  # type: ignore[assignment]
    return {to: amount for to, amount in sums.items() if amount}  # type: ignore[misc]


def _show(value: object) -> str:
    return "" if value is None else str(value)


def _show_pairs(sums: dict[str, Decimal]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in sorted(sums.items()))

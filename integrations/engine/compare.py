"""Compares what a draft says with what stands in the target: a 2xx is not proof."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.contracts import Facts, LineFact

_SCALARS = ("name", "customer", "currency", "total", "open_amount", "exchange_rate", "date", "posting_date")
_IDENTIFYING = ("customer", "currency", "total", "date")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not as the draft said."""

    field: str
    wanted: str
    stands: str

    def __str__(self) -> str:
        name = self.field.replace("_", " ")
        return f"{name}: {self.wanted or 'nothing'} was sent, {self.stands or 'nothing'} stands there"


def differences(wanted: Facts, stands: Facts) -> list[Difference]:
    """List every fact the draft states that does not stand in the target. The order of lines does not matter."""
    found = [
        Difference(name, _show(getattr(wanted, name)), _show(getattr(stands, name)))
        for name in _SCALARS
        if getattr(wanted, name) is not None and getattr(wanted, name) != getattr(stands, name)
    ]
    found += [
        Difference(name, id, ", ".join(other for said, other in stands.dimensions if said == name))
        for name, id in wanted.dimensions
        if (name, id) not in stands.dimensions
    ]
    stated = _stated(wanted)
    sums = (
        ("lines", _line_sums(wanted, stated), _line_sums(stands, stated)),
        ("applied", _applied_sums(wanted), _applied_sums(stands)),
    )
    found += [
        Difference(name, _show_pairs(said, but=shown), _show_pairs(shown, but=said))
        for name, said, shown in sums
        if getattr(wanted, name) is not None and said != shown
    ]
    return found


def is_same_document(wanted: Facts, stands: Facts) -> bool:
    """Tell whether customer, currency, total and date agree, as far as the draft states them."""
    return all(getattr(wanted, name) is None or getattr(wanted, name) == getattr(stands, name) for name in _IDENTIFYING)


def applies_alike(wanted: Facts, stands: Facts, *, lacks: bool = False) -> bool:
    """Tell whether a document is applied as a draft states, if it does. With `lacks` it may be applied to more."""
    if wanted.applied is None:
        return True
    there, sums = _applied_sums(stands), _applied_sums(wanted)
    return all(there.get(name) == amount for name, amount in sums.items()) if lacks else there == sums


def told_applications(wanted: Facts, stands: Facts) -> str:
    """Say what a document is applied to, and what it should be."""
    there, sums = _show_pairs(_applied_sums(stands)), _show_pairs(_applied_sums(wanted))
    return f"It is applied to {there or 'nothing'} there, and to {sums or 'nothing'} in the source."


def _stated(wanted: Facts) -> dict[str, set[str]]:
    """Name, by account, the dimensions that every line of a draft states; where one does not, the target chooses it."""
    stated: dict[str, set[str]] = {}
    if not any(line.dimensions for line in wanted.lines or ()):
        return stated
    for line in wanted.lines or ():
        names = {name for name, _ in line.dimensions}
        stated[line.account] = stated.get(line.account, names) & names
    return stated


def _line_sums(facts: Facts, stated: Mapping[str, set[str]]) -> dict[str, Decimal]:
    lines = facts.lines or ()
    if not stated:
        return _sums((line.account, line.amount) for line in lines)
    return _sums((_called(line, stated.get(line.account, set())), line.amount) for line in lines)


def _called(line: LineFact, names: set[str]) -> str:
    told = " ".join(f"{name} {id}" for name, id in sorted(line.dimensions) if name in names)
    return f"{line.account} ({told})" if told else line.account


def _applied_sums(facts: Facts) -> dict[str, Decimal]:
    return _sums((applied.external_id, applied.amount) for applied in facts.applied or ())


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for name, amount in amounts:
        sums[name] += amount
    return {name: amount for name, amount in sums.items() if amount}


def _show(value: object) -> str:
    return "" if value is None else str(value)


def _show_pairs(sums: Mapping[str, Decimal], *, but: Mapping[str, Decimal] | None = None) -> str:
    """Show sums by name; with `but` only those that the other side does not show alike."""
    told = {name: amount for name, amount in sums.items() if but is None or but.get(name) != amount}
    return ", ".join(f"{name} {amount}" for name, amount in sorted(told.items()))

"""What another version of a mapping would change: records whose drafts differ, fields, and amounts that move."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.contracts import Record
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.plain import Plain, draft_plainly, sums_of, values_of
from integrations.engine.work import FlowPlan

_FIELDS_KEPT = 40
_RECORDS_KEPT = 200
Moved = dict[tuple[str, str], Decimal]  # (account, currency) -> by how much its balance would be another


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record that a version would draft otherwise. `fields`: (where, before, after); blank where nothing was."""

    key: str
    label: str
    amount: str
    currency: str
    fields: tuple[tuple[str, str, str], ...]
    moved: Moved
    before: str = ""  # why nothing is drafted by the one, or by the other
    after: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give it as a report keeps it."""
        return {
            "key": self.key,
            "label": self.label,
            "amount": self.amount,
            "currency": self.currency,
            "fields": [list(one) for one in self.fields[:_FIELDS_KEPT]],
            "moved": moved_rows(self.moved),
            "before": self.before,
            "after": self.after,
        }


def compare(ground: Ground, before: FlowPlan, after: FlowPlan, records: Sequence[Record]) -> list[Change]:
    """Give the records that `after` would draft otherwise than `before`, whatever stands of them."""
    was = {plain.look.record.key: plain for plain in draft_plainly(ground, before, records)}
    return list(changes_of(ground, was, draft_plainly(ground, after, records)))


def changes_of(ground: Ground, was: Mapping[str, Plain], drafted: Iterable[Plain]) -> Iterator[Change]:
    """Give those of the drafted records that were (by their keys) drafted otherwise before."""
    for plain in drafted:
        change = _change(ground, was[plain.look.record.key], plain)
        if change is not None:
            yield change


def _change(ground: Ground, was: Plain, now: Plain) -> Change | None:
    old, new = values_of(was), values_of(now)
    fields = tuple(
        (name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    )
    if not fields and was.said == now.said:
        return None
    moved: Moved = defaultdict(Decimal)
    for name, amount in sums_of(ground, now).items():
        moved[name] += amount
    for name, amount in sums_of(ground, was).items():
        moved[name] -= amount
    return Change(
        key=now.look.record.key,
        label=now.label,
        amount=str(now.money.amount) if now.money else "",
        currency=now.money.currency if now.money else "",
        fields=fields,
        moved={name: amount for name, amount in moved.items() if amount},
        before=was.said,
        after=now.said,
    )


def summed(changes: Iterable[Change]) -> Moved:
    """Add up what moves over all records."""
    sums: Moved = defaultdict(Decimal)
    for change in changes:
        for name, amount in change.moved.items():
            sums[name] += amount
    return dict(sums)


def moved_rows(moved: Moved) -> list[dict[str, str]]:
    """Give amounts that move as rows: debits positive, credits negative."""
    return [
        {"account": account, "currency": currency, "amount": str(amount)}
        for (account, currency), amount in sorted(moved.items())
        if amount
    ]


def report_of(changes: Sequence[Change], compared: int) -> dict[str, Any]:
    """Give the report of a comparison, ready for JSON."""
    return {
        "compared": compared,
        "differ": len(changes),
        "moved": moved_rows(summed(changes)),
        "records": [change.as_json() for change in changes[:_RECORDS_KEPT]],
    }

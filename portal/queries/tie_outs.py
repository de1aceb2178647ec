"""What a tie-out says to people: who owes, what is open in all per currency, and what to do about a difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.engine.reconcile.open_items import Balance, balances
from integrations.engine.reconcile.report import OpenRow, TieOut
from integrations.engine.reconcile.signing import open_name
from integrations.engine.reconcile.trail import party_names
from integrations.models import Sync
from portal.states import look_of

_ASIDE = "See what was paid and applied to it in both systems and reconcile again, or say why it is right."
_OTHERWISE = (
    "In all the two agree on what is owed here: the systems only settled documents with one another otherwise. "
    "Settle them there as in the source, or say that it is right."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDifference:
    """An open amount that does not agree: what to do about it, and why it is explained."""

    row: OpenRow
    name: str
    advice: str
    explained_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBalance:
    """What one customer or vendor owes or is owed, by name; `id` is the one in the target."""

    balance: Balance
    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTotal:
    """What is open in all in one currency: the figure that is compared with the control account."""

    currency: str
    documents: int
    source: Decimal
    target: Decimal

    @property
    def difference(self) -> Decimal:
        """Give the target less the source."""
        return self.target - self.source


def open_balances(sync: Sync, tie_out: TieOut) -> tuple[OpenBalance, ...]:
    """Give the open balances with the names of their customers and vendors; one query."""
    found = balances(tie_out)
    names = party_names(sync, (each.customer for each in found))
    return tuple(
        OpenBalance(balance=each, name=names.get(each.customer) or each.customer or "unknown", id=each.customer)
        for each in found
    )


def open_totals(found: Iterable[OpenBalance]) -> tuple[OpenTotal, ...]:
    """Add balances up, by currency."""
    sums: defaultdict[str, list[Balance]] = defaultdict(list)
    for each in found:
        sums[each.balance.currency].append(each.balance)
    return tuple(
        OpenTotal(
            currency=currency,
            documents=sum(each.documents for each in some),
            source=sum((each.source.amount for each in some), Decimal(0)),
            target=sum((each.target.amount for each in some), Decimal(0)),
        )
        for currency, some in sorted(sums.items())
    )


def open_differences(
    tie_out: TieOut, marks: Mapping[str, Any], named: Mapping[int, Sequence[str]]
) -> tuple[OpenDifference, ...]:
    """Give the open amounts that do not agree. `named`: what the period's differences call a record, by its id."""
    agreeing = {(one.customer, one.currency) for one in balances(tie_out) if one.source == one.target}
    return tuple(
        _open(
            row,
            marks.get(open_name(row), {}),
            named.get(row.record_id, ()),
            _OTHERWISE if (row.customer, row.currency) in agreeing else _ASIDE,
        )
        for row in tie_out.differing
    )


def _open(row: OpenRow, mark: Mapping[str, str], kinds: Sequence[str], advice: str) -> OpenDifference:
    words = ", ".join(look_of(kind, "difference").word.lower() for kind in kinds)
    return OpenDifference(
        row=row,
        name=open_name(row),
        advice=f"It is named above ({words}): heal that first, then reconcile again." if words else advice,
        explained_by=mark.get("by", ""),
        reason=mark.get("reason", ""),
    )

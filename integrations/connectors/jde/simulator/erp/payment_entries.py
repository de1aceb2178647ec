"""What a payment does to the books: trade at the voucher's rate, the bank at its own, the rest to exchange."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO, Line, entry_of
from integrations.connectors.jde.simulator.erp.vouchers import OFFSET, TRADE
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.books import Entry, to_base

DISCOUNT, EXCHANGE = "9110", "9145"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a payment does to one pay item: pay an amount and take a discount, in the item's currency."""

    item: Row
    amount: Decimal
    discount: Decimal = ZERO

    @property
    def reduces(self) -> Decimal:
        """By how much the item's open amount shrinks."""
        return self.amount + self.discount

    @property
    def open(self) -> Decimal:
        """The item's open amount in its own currency."""
        return Decimal(self.item["FAP"] if self.item["CRRM"] == "F" else self.item["AAP"])


def document_entries(
    enterprise: Enterprise,
    bank: Row,
    parts: Sequence[tuple[Applied, Decimal]],
    total: Decimal,
    discount: Decimal,
    rate: Decimal,
) -> list[Entry]:
    """Give the balanced entries of a payment; `parts` pair each item with its amount at the voucher's rate."""
    company = bank["CO"]
    base = enterprise.base_currency(company)
    trade = enterprise.account_of(company, TRADE)
    lines = [Line(account=trade, amount=one.reduces, base=amount, text=OFFSET) for one, amount in parts]
    if discount:
        account = enterprise.account_of(company, DISCOUNT)
        lines.append(Line(account=account, amount=-discount, base=-base.round(discount * rate)))
    if total:
        lines.append(Line(account=bank, amount=-total, base=-base.round(total * rate)))
    entries = [entry_of(line, at) for at, line in enumerate(lines, 1)]
    return to_base(entries, rate, base, enterprise.account_of(company, EXCHANGE)["AID"])


def allocate(applied: Sequence[Applied]) -> list[tuple[str, str, Decimal]]:
    """Say which document is used on which voucher: debit memos first, the payment ("") for what they leave."""
    memos: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in applied:
        if one.reduces < 0:
            memos[item_document(one.item)] -= one.reduces
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in applied:
        left = max(one.reduces, ZERO)
        for payer, rest in memos.items():
            used = min(left, rest)
            found[payer, item_document(one.item)] += used
            memos[payer], left = rest - used, left - used
        found["", item_document(one.item)] += left
    return [(payer, target, amount) for (payer, target), amount in found.items() if amount]


def item_document(item: Row) -> str:
    """Give the id of the document a pay item belongs to."""
    return f"{item['DCT']}-{item['DOC']}-{item['KCO']}"

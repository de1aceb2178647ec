"""What stands in a ledger: documents with their entries and what is applied to what."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from integrations.sandbox.books.currency import Currency
from integrations.sandbox.books.refusal import BooksRefusal, Reason

ZERO = Decimal(0)

Side = Literal["debit", "credit", ""]


@dataclass(slots=True)
class Entry:
    """One side of a posting, in the document's currency and in the company's base currency.

    `line` is the document's line it comes from; `has_base` says that the base amounts were given and are not converted.
    """

    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    base_debit: Decimal = ZERO
    base_credit: Decimal = ZERO
    line: int = 0
    party: str = ""
    memo: str = ""
    has_base: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """An amount, in the document's currency, used on the document with this id."""

    id: str
    amount: Decimal


@dataclass(slots=True, kw_only=True)
class Document:
    """One business document of a ledger, posted or held.

    `kind` is neutral: invoice, credit_note, payment, refund, deposit, deposit_application, journal, bill ...; `record`
    is the system's own name. `applicable` is how much of it may be applied: all of an invoice or payment, nothing of a
    journal; `side` tells which way it moves the party's balance, and only opposite sides apply to each other.
    """

    id: str
    kind: str
    record: str = ""
    reference: str = ""
    number: str = ""
    party: str = ""
    company: str = ""
    currency: str
    rate: Decimal = Decimal(1)
    total: Decimal
    applicable: Decimal = ZERO
    side: Side = ""
    date: datetime.date
    posting_date: datetime.date
    due_date: datetime.date | None = None
    status: str = ""
    memo: str = ""
    entries: list[Entry] = field(default_factory=list)
    applied: dict[str, Decimal] = field(default_factory=dict)
    used: Decimal = ZERO
    is_posted: bool = False

    @property
    def open(self) -> Decimal:
        """What is left to be applied, paid or refunded."""
        return self.applicable - self.used

    @property
    def applications(self) -> tuple[Application, ...]:
        """What this document is applied to, in the order it was applied."""
        return tuple(Application(id, amount) for id, amount in self.applied.items())


def debit(account: str, amount: Decimal, line: int = 0, party: str = "", memo: str = "") -> Entry:
    """Make an entry on the debit side, or on the credit side when the amount is negative."""
    if amount < 0:
        return Entry(account, ZERO, -amount, line=line, party=party, memo=memo)
    return Entry(account, amount, ZERO, line=line, party=party, memo=memo)


def credit(account: str, amount: Decimal, line: int = 0, party: str = "", memo: str = "") -> Entry:
    """Make an entry on the credit side, or on the debit side when the amount is negative."""
    return debit(account, -amount, line, party, memo)


def to_base(
    entries: Sequence[Entry], rate: Decimal, base: Currency, difference_account: str | None = None
) -> list[Entry]:
    """Fill in base amounts at `rate` where an entry has none of its own, and return the entries, balanced in base.

    A difference goes to `difference_account` as a base-only entry (realised exchange gain or loss); without one it is a
    rounding cent and goes into the largest entry that was converted here.
    """
    balance = ZERO
    largest: Entry | None = None
    for entry in entries:
        if not entry.has_base:
            if rate == 1:
                entry.base_debit, entry.base_credit = entry.debit, entry.credit
            else:
                entry.base_debit = base.round(entry.debit * rate)
                entry.base_credit = base.round(entry.credit * rate)
            if largest is None or entry.base_debit + entry.base_credit > largest.base_debit + largest.base_credit:
                largest = entry
        balance += entry.base_debit - entry.base_credit
    out = list(entries)
    if balance and difference_account:
        gain = Entry(difference_account, has_base=True)
        gain.base_debit, gain.base_credit = (ZERO, balance) if balance > 0 else (-balance, ZERO)
        out.append(gain)
    elif balance and largest is not None:
        _absorb(largest, balance)
    return out


def require_balanced(document: Document) -> None:
    """Refuse a document whose debits and credits differ in either currency."""
    balance = base_balance = ZERO
    for entry in document.entries:
        balance += entry.debit - entry.credit
        base_balance += entry.base_debit - entry.base_credit
    if balance or base_balance:
        raise BooksRefusal(
            Reason.UNBALANCED,
            f"Debits and credits differ by {balance or base_balance}.",
            document.id,
        )


def _absorb(entry: Entry, balance: Decimal) -> None:
    if entry.base_debit:
        entry.base_debit -= balance
    else:
        entry.base_credit += balance

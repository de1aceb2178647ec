"""What a draft makes in the ledger, as debits and credits: of journals as they say, of documents by their kind."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from integrations.contracts import Context, Draft, LedgerEntry, Value

Entries: TypeAlias = tuple[LedgerEntry, ...]
Maker: TypeAlias = Callable[[Draft, Context], Entries]
ZERO = Decimal(0)
RECEIVABLES, PAYABLES = "Accounts receivable", "Accounts payable"
_MAKES = ("create", "withheld", "moved", "pay", "journal")  # other operations move nothing; reversals mirror what stood


def of_journal(draft: Draft, context: Context) -> Entries:
    """Give the lines of a journal; nothing of what moves nothing (a release, an application)."""
    return tuple(LedgerEntry(account=line.account, amount=line.amount) for line in draft.facts.lines or ())


def by_sink(**kinds: Maker) -> Maker:
    """Choose by the sink that a draft names; sinks not named make no entries."""

    def entries(draft: Draft, context: Context) -> Entries:
        makes = draft.operation.partition(":")[0].partition("-")[0] in _MAKES
        maker = kinds.get(draft.sink) if makes else None
        return maker(draft, context) if maker else ()

    return entries


def of_document(side: int, contra: str, account_of: Callable[[str, Context], str] | None = None) -> Maker:
    """Give how a document's lines are booked against one account: `side` 1 debits that account, -1 credits it.

    What the lines leave of the total is tax that the target books by itself. `account_of` gives a line's account where
    the line names something else (an item).
    """

    def entries(draft: Draft, context: Context) -> Entries:
        facts = draft.facts
        total, lines = facts.total or ZERO, facts.lines or ()
        rest = total - sum((line.amount for line in lines), ZERO)
        named = [(account_of(one.account, context) if account_of else one.account, one.amount) for one in lines]
        made = [LedgerEntry(account=account, amount=-side * amount) for account, amount in named]
        made.append(LedgerEntry(account="", amount=-side * rest, text="Taxes, on the target's own account"))
        return _moving(LedgerEntry(account="", amount=side * total, text=contra), *made)

    return entries


def of_cash(side: int, contra: str, account: Callable[[Mapping[str, Value]], str]) -> Maker:
    """Give how money is booked: `side` 1 debits the cash account (it came in), -1 credits it."""

    def entries(draft: Draft, context: Context) -> Entries:
        amount = side * abs(draft.facts.total or ZERO)
        cash = LedgerEntry(account=account(draft.payload), amount=amount)
        return _moving(cash, LedgerEntry(account="", amount=-amount, text=contra))

    return entries


def _moving(*entries: LedgerEntry) -> Entries:
    return tuple(entry for entry in entries if entry.amount)


def named(*path: str) -> Callable[[Mapping[str, Value]], str]:
    """Give a reader of a payload's field: a text, or a reference by `id`, `value` or `refName` below it."""

    def read(payload: Mapping[str, Value]) -> str:
        value: Value = payload
        for name in (*path, "id", "value"):
            if isinstance(value, Mapping) and (name in value or name in path):
                value = value.get(name)
        return "" if value is None or isinstance(value, Mapping) else str(value)

    return read

"""Lines of a journal entry as JD Edwards takes them: texts cut, subledgers, one amount or both; and read again."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.jde.records import plain, shown
from integrations.contracts import Draft, Value

LONGEST_TEXT = 30  # of F0911: explanation and remark
ADDRESS = "A"  # the subledger type of address numbers
Entry = lifecycle.entries.Entry
Entries = lifecycle.entries.Entries
Line = Mapping[str, Value]


def written(entries: Entries) -> tuple[Line, ...]:
    """Write lines. Where any brings an amount in the company's currency, all of them bring both."""
    return tuple(_line(entry, number) for number, entry in enumerate(entries, 1))


def text(words: str, ending: str = "") -> str:
    """Write a text within its length; the ending is kept whole, and what cannot be printed is left out."""
    kept = "".join(char if char.isprintable() else " " for char in plain(words))
    return f"{shown(kept, LONGEST_TEXT - len(ending))}{ending}"


def lines_of(draft: Draft) -> tuple[Line, ...]:
    """Give the lines of a journal that was drafted."""
    lines = draft.payload.get("lines")
    return tuple(line for line in lines if isinstance(line, Mapping)) if isinstance(lines, list | tuple) else ()


def read(draft: Draft) -> Iterator[Entry]:
    """Read a journal that was drafted as entries; accounts with an address number are receivables."""
    for line in lines_of(draft):
        amount, foreign = Decimal(str(line["amount"])), line.get("currencyAmount")
        has_both = foreign not in (None, "")
        yield Entry(
            account=str(line["account"]),
            amount=Decimal(str(foreign)) if has_both else amount,
            base=amount if has_both else None,
            role="receivable" if line.get("subledgerType") == ADDRESS else "line",
            customer=str(line.get("subledger") or "") if line.get("subledgerType") == ADDRESS else "",
            text=str(line.get("remark") or ""),
        )


def negated(line: Line) -> Line:
    """Give a line the other way round, in both currencies."""
    amounts = {name: -Decimal(str(line[name])) for name in ("amount", "currencyAmount") if line.get(name) is not None}
    return {**line, **amounts}


def _line(entry: Entry, number: int) -> Line:
    """Write a line; the receivable carries the customer's address number as its subledger."""
    remark = entry.values.get("remark") if entry.role == "line" else None
    line: dict[str, Value] = {
        "lineNumber": number,
        "account": entry.account,
        "amount": entry.amount if entry.base is None else entry.base,
        "remark": text(str(remark or "")) or text(entry.text),
    }
    if entry.base is not None:
        line["currencyAmount"] = entry.amount
    if entry.customer:
        return {**line, "subledger": entry.customer, "subledgerType": ADDRESS}
    given = {name: entry.values.get(name) for name in ("subledger", "subledgerType")} if entry.role == "line" else {}
    return {**line, **{name: value for name, value in given.items() if value}}

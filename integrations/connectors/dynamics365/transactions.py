"""Posted customer transactions: what stands in the subledger, looked up in batches."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from integrations.connectors.dynamics365.odata import Row, amount, between, chunks, day, text
from integrations.contracts import Facts

SET = "CustTransactions"
ORDER = "dataAreaId,SysRecId"
TRANSACTION = "trans:"  # before a record id, as the external id of documents that are no journal of ours
IDS_AT_ONCE = 40


class Reader(Protocol):
    """Reads a company's rows."""

    def rows(self, entity_set: str, condition: str = "", order: str = "") -> Iterator[Row]:
        """Read rows by a filter."""
        ...

    def among(self, entity_set: str, field: str, values: Sequence[str], order: str = "") -> Iterator[Row]:
        """Read the rows whose field is one of the values."""
        ...


def by_references(reader: Reader, field: str, references: Sequence[str]) -> dict[str, list[Row]]:
    """Give the transactions by our reference, as the posting copied it."""
    found: dict[str, list[Row]] = {}
    for row in reader.among(SET, field, list(references), ORDER):
        found.setdefault(text(row, field), []).append(row)
    return found


def by_ids(reader: Reader, external_ids: Sequence[str]) -> dict[str, Row]:
    """Give transactions by external id."""
    return {f"{TRANSACTION}{text(row, 'SysRecId')}": row for row in by_record_ids(reader, external_ids)}


def by_record_ids(reader: Reader, ids: Sequence[str]) -> Iterator[Row]:
    """Read transactions by record id, with or without the prefix; what is none is left out."""
    plain = [one.removeprefix(TRANSACTION) for one in dict.fromkeys(ids)]
    numbers = [one for one in plain if one.isascii() and one.isdecimal() and len(one) < 19]
    for part in chunks(numbers, IDS_AT_ONCE):
        yield from reader.rows(SET, f"({' or '.join(f'SysRecId eq {number}' for number in part)})", ORDER)


def dated(reader: Reader, start: date, end: date) -> Iterator[Row]:
    """Read the transactions dated in [start, end]."""
    return reader.rows(SET, between("TransDate", start, end), ORDER)


def open_rows(reader: Reader) -> Iterator[Row]:
    """Read what is not settled to the end: what is has a day of closing."""
    for row in reader.rows(SET, "Closed lt 1900-01-02T00:00:00Z", ORDER):
        if amount(row, "AmountCur") != amount(row, "SettleAmountCur"):
            yield row


def facts_of_transaction(row: Row) -> Facts:
    """Give a transaction's facts: the total unsigned, the open amount as it is left of it."""
    return Facts(
        customer=text(row, "AccountNum"),
        currency=text(row, "CurrencyCode"),
        total=abs(amount(row, "AmountCur")),
        open_amount=abs(amount(row, "AmountCur") - amount(row, "SettleAmountCur")),
        date=day(row, "TransDate"),
        posting_date=day(row, "TransDate"),
    )

"""What is read: customers, journals until they are posted, and posted customer transactions; all by key, in full.

F&O gives none of these a moment of last change, so a window is the whole company whatever its start.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integrations.connectors.dynamics365.odata import (
    Query,
    Row,
    amount,
    day,
    day_literal,
    flag,
    text,
    text_literal,
)
from integrations.connectors.dynamics365.records import Customer, Journal, Transaction
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.connectors.dynamics365.transactions import by_record_ids, dated
from integrations.contracts import IndexEntry, Page, Record, Stream, Unreadable, Window
from integrations.errors import ConnectorError
from integrations.paging import by_keyset

PAGE_ROWS = 1000
SLUGS = ("customers", "journals", "payment_journals", "customer_transactions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entity set, its key beside the company, and how to read a row."""

    slug: str
    entity_set: str
    key: str
    parse: Callable[[Row], Any]
    is_numeric: bool = False


class SetStream:
    """A stream over one entity set, paged by its key: rows added meanwhile neither repeat nor hide others."""

    lag_s = 0

    def __init__(self, ground: Ground, source: Source) -> None:
        self.slug = source.slug
        self._ground = ground
        self._source = source

    def pages(self, window: Window) -> Iterator[Page]:
        """Read everything from the position on."""
        for page in by_keyset(self._after, self._key, PAGE_ROWS, window.position):
            records, unreadable = self._split(page.items)
            yield Page(records=records, unreadable=unreadable, position=page.next)

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now; what is gone does not come, as F&O keeps no trace of it."""
        return self._split(self._rows(list(dict.fromkeys(keys))))

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List all keys; F&O gives no order of changes."""
        for page in by_keyset(self._after, self._key, PAGE_ROWS):
            yield from (IndexEntry(key=self._key(row), order=0) for row in page.items)

    def _rows(self, keys: Sequence[str]) -> Iterator[Row]:
        return self._ground.among(self._source.entity_set, self._source.key, keys, f"dataAreaId,{self._source.key}")

    def _after(self, after: str) -> list[Row]:
        condition = f"{self._source.key} gt {self._literal(after)}" if after else ""
        query = Query(
            entity_set=self._source.entity_set,
            filter=self._ground.in_company(condition),
            order=self._source.key,
            top=PAGE_ROWS,
        )
        return list(self._ground.client.rows(query))

    def _literal(self, key: str) -> str:
        return str(int(key)) if self._source.is_numeric else text_literal(key)

    def _key(self, row: Row) -> str:
        return text(row, self._source.key)

    def _split(self, rows: Iterator[Row] | Sequence[Row]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        records: list[Record] = []
        unreadable: list[Unreadable] = []
        for row in rows:
            try:
                records.append(Record(stream=self.slug, key=self._key(row), body=self._source.parse(row)))
            except ConnectorError as error:
                unreadable.append(Unreadable(stream=self.slug, key=self._key(row), error=error))
        return tuple(records), tuple(unreadable)


class TransactionStream(SetStream):
    """Posted customer transactions, which have a document date."""

    def _rows(self, keys: Sequence[str]) -> Iterator[Row]:
        return by_record_ids(self._ground, keys)

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List keys, from a document date on."""
        if start is None:
            yield from super().index(None)
            return
        condition = f"TransDate ge {day_literal(start.date())}"
        for row in self._ground.rows(self._source.entity_set, condition, "dataAreaId,SysRecId"):
            yield IndexEntry(key=self._key(row), order=0)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read the transactions dated in [start, end]."""
        records, unreadable = self._split(dated(self._ground, start, end))
        yield Page(records=records, unreadable=unreadable)

    def named(self, field: str, values: Sequence[str]) -> Iterator[Row]:
        """Read rows by a business key, as events name it."""
        return self._ground.among(self._source.entity_set, field, values, "dataAreaId,SysRecId")


def customer_of(row: Row) -> Customer:
    """Read a customer."""
    return Customer(
        account=text(row, "CustomerAccount"),
        name=text(row, "OrganizationName") or text(row, "NameAlias"),
        group=text(row, "CustomerGroupId"),
        currency=text(row, "SalesCurrencyCode"),
        email=text(row, "PrimaryContactEmail"),
        on_hold=text(row, "OnHoldStatus"),
    )


def journal_of(row: Row) -> Journal:
    """Read a journal's header."""
    return Journal(
        batch=text(row, "JournalBatchNumber"),
        journal_name=text(row, "JournalName"),
        description=text(row, "Description"),
        is_posted=flag(row, "IsPosted"),
    )


def transaction_of(row: Row) -> Transaction:
    """Read a posted customer transaction."""
    return Transaction(
        id=text(row, "SysRecId"),
        account=text(row, "AccountNum"),
        voucher=text(row, "Voucher"),
        invoice=text(row, "Invoice"),
        date=day(row, "TransDate"),
        due_date=day(row, "DueDate"),
        currency=text(row, "CurrencyCode"),
        amount=amount(row, "AmountCur"),
        settled=amount(row, "SettleAmountCur"),
        document=text(row, "DocumentNum"),
        payment_reference=text(row, "PaymReference"),
        text=text(row, "Txt"),
    )


_SOURCES = (
    Source(slug="customers", entity_set="CustomersV3", key="CustomerAccount", parse=customer_of),
    Source(slug="journals", entity_set="LedgerJournalHeaders", key="JournalBatchNumber", parse=journal_of),
    Source(
        slug="payment_journals", entity_set="CustomerPaymentJournalHeaders", key="JournalBatchNumber", parse=journal_of
    ),
)
_TRANSACTIONS = Source(
    slug="customer_transactions",
    entity_set="CustTransactions",
    key="SysRecId",
    parse=transaction_of,
    is_numeric=True,
)


def streams(ground: Ground) -> Mapping[str, Stream]:
    """Make the streams of one connection."""
    made = {source.slug: SetStream(ground, source) for source in _SOURCES}
    return {**made, _TRANSACTIONS.slug: TransactionStream(ground, _TRANSACTIONS)}

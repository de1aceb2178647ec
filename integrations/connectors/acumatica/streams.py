"""What is read: customers, and the documents that stand, for reconciliation and for hints from push notifications."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.faces import INVOICE, JOURNAL, MEMO, PAYMENT, REFUND, Face
from integrations.connectors.acumatica.query import Query, batches, compare, every, some
from integrations.connectors.acumatica.reader import CHANGED, by_key, changes
from integrations.connectors.acumatica.records import Customer, split_id
from integrations.connectors.acumatica.values import Row
from integrations.contracts import IndexEntry, Page, Record, Stream, Unreadable, Window
from integrations.errors import ConnectorError

OVERLAP = timedelta(minutes=5)
LAG_S = 60
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of object: what to ask for, how its key is written, and how it is read."""

    slug: str
    query: Query
    key_field: str
    key_of: Callable[[Row], str]
    parse: Callable[[Row], Any]
    where_key: Callable[[str], str]  # empty for what is no key of it
    date_field: str = ""


class ListStream:
    """A stream over one list. Acumatica shows no deleted records: what is gone does not come."""

    lag_s = LAG_S

    def __init__(self, client: Client, source: Source) -> None:
        self.slug = source.slug
        self._client = client
        self._source = source

    def pages(self, window: Window) -> Iterator[Page]:
        """Read what changed since five minutes before the window, in stretches of time; the position is a time.

        Later changes come too, so that nothing that changes meanwhile is lost.
        """
        start = window.start - OVERLAP if window.start else None
        if window.position:
            start = datetime.fromisoformat(window.position)
        for rows, position in changes(self._client, self._source.query, start):
            records, unreadable = self._split(rows)
            yield Page(records=records, unreadable=unreadable, position=position)

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now; unknown ones do not come."""
        wanted = dict.fromkeys(keys)
        predicates = [where for key in wanted if key.isprintable() and (where := self._source.where_key(key))]
        records: list[Record] = []
        unreadable: list[Unreadable] = []
        for where in batches(predicates, self._source.query.where):
            good, bad = self._split(self._client.rows(self._source.query.plus(where)))
            records += [one for one in good if one.key in wanted]
            unreadable += [one for one in bad if one.key in wanted]
        return tuple(records), tuple(unreadable)

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List keys and orders; of documents those dated from that day on."""
        seen: set[str] = set()
        for row in self._listed(start.date() if start else None, None):
            key = self._source.key_of(row)
            if key not in seen:
                seen.add(key)
                yield IndexEntry(key=key, order=order_of(row))

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read all documents of some days, those of the tenant's zone."""
        rows = tuple(self._listed(start, end))
        records, unreadable = self._split(rows)
        yield Page(records=records, unreadable=unreadable)

    def _listed(self, start: date | None, end: date | None) -> Iterator[Row]:
        source, query = self._source, self._source.query
        if source.date_field and start:
            query = query.plus(compare(source.date_field, "ge", start - _DAY))
        if source.date_field and end:
            query = query.plus(compare(source.date_field, "lt", end + 2 * _DAY))
        for page in by_key(self._client, query, source.key_field):
            for row in page:
                day = row.day(source.date_field) if source.date_field else None
                if day is None or ((start is None or day >= start) and (end is None or day <= end)):
                    yield row

    def _split(self, rows: Sequence[Row]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        records: list[Record] = []
        unreadable: list[Unreadable] = []
        for row in rows:
            key = self._source.key_of(row)
            try:
                records.append(Record(stream=self.slug, key=key, body=self._source.parse(row), order=order_of(row)))
            except ConnectorError as error:
                unreadable.append(Unreadable(stream=self.slug, key=key, error=error))
        return tuple(records), tuple(unreadable)


def order_of(row: Row) -> int:
    """Give the time of the last change in milliseconds; 0 if none was told."""
    changed = row.moment(CHANGED)
    return 0 if changed is None else int(changed.astimezone(UTC).timestamp() * 1000)


def _customers() -> Source:
    return Source(
        slug="customers",
        query=Query(entity="Customer", expand=("MainContact",)),
        key_field="CustomerID",
        key_of=lambda row: row.text("CustomerID"),
        parse=_customer,
        where_key=lambda key: compare("CustomerID", "eq", key),
    )


def _customer(row: Row) -> Customer:
    return Customer(
        id=row.text("CustomerID"),
        name=row.text("CustomerName"),
        reference=row.text("AccountRef"),
        customer_class=row.text("CustomerClass"),
        status=row.text("Status"),
        currency=row.text("CurrencyID"),
        email=row.linked("MainContact").text("Email"),
        changed_at=row.moment(CHANGED),
    )


def _documents(slug: str, face: Face, kind: str = "") -> Source:
    kinds = (kind,) if kind else (*face.types, *face.reversals)
    where = some(compare(face.type_key, "eq", each) for each in kinds)

    def where_key(key: str) -> str:
        found, number = split_id(key)
        return every(compare(face.type_key, "eq", found), compare(face.number_key, "eq", number)) if number else ""

    return Source(
        slug=slug,
        query=face.query(where, lines=face.is_journal),
        key_field=face.number_key,
        key_of=face.id_of,
        parse=face.document,
        where_key=where_key,
        date_field=face.date,
    )


def _sources() -> tuple[Source, ...]:
    return (
        _customers(),
        _documents("invoices", INVOICE),
        _documents("credit_memos", MEMO),
        _documents("payments", PAYMENT, "Payment"),
        _documents("refunds", REFUND, "Refund"),
        _documents("journals", JOURNAL),
    )


STREAMS = tuple(source.slug for source in _sources())


def streams(client: Client) -> Mapping[str, Stream]:
    """Make the streams of one connection."""
    return {source.slug: ListStream(client, source) for source in _sources()}

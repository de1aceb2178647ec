"""Reads BILL's lists as streams: everything, what changed in a window, named objects, and an index for the sweep.

A window has no upper end in its filter and is sorted by the time of creation, which no change moves: a row changed
while it is read can come twice, but pages never shift so that one is lost.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.connectors.billcom.client import Client, Listing, Raw
from integrations.connectors.billcom.parse import (
    parse_account,
    parse_bill,
    parse_dimension,
    parse_payment,
    parse_vendor,
)
from integrations.connectors.billcom.query import since
from integrations.contracts import IndexEntry, Page, Record, Unreadable, Window
from integrations.errors import ContractError, RejectedError
from integrations.paging import by_token

OVERLAP = timedelta(minutes=5)  # clocks and zones were confused before on "updated since" cursors
MADE_BEFORE = timedelta(days=60)  # so long before its date a bill of ours may be made: see the sink
LAG_S = 60
NEWEST_FIRST = "processDate:desc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One list. `dated` tells how the sweep limits it: by creation, by due date, by process date, or not at all."""

    slug: str
    path: str
    parse: Callable[[Raw], Any]
    dated: str = ""
    day: Callable[[Raw], str] | None = None  # a document's own date, as written


def _invoice_day(raw: Raw) -> str:
    invoice = raw.get("invoice")
    return str(invoice.get("invoiceDate") or "")[:10] if isinstance(invoice, Mapping) else ""


def _process_day(raw: Raw) -> str:
    return str(raw.get("processDate") or "")[:10]


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(slug="vendors", path="vendors", parse=parse_vendor, dated="createdTime"),
        Kind(slug="bills", path="bills", parse=parse_bill, dated="dueDate", day=_invoice_day),
        Kind(slug="payments", path="payments", parse=parse_payment, dated="processDate", day=_process_day),
        Kind(slug="chart_of_accounts", path="classifications/chart-of-accounts", parse=parse_account),
        Kind(slug="departments", path="classifications/departments", parse=parse_dimension),
        Kind(slug="locations", path="classifications/locations", parse=parse_dimension),
    )
}


class ListStream:
    """One kind of object. Archived ones come with `deleted`: BILL removes nothing."""

    lag_s = LAG_S

    def __init__(self, kind: Kind, client: Client) -> None:
        self.slug = kind.slug
        self._kind = kind
        self._client = client

    def pages(self, window: Window) -> Iterator[Page]:
        """Read a window page by page; five minutes before its start are read again."""
        filters: tuple[str, ...] = ()
        if window.start is not None:
            filters = (since("updatedTime", window.start - OVERLAP),)
        yield from self.filtered(filters, window.position)

    def filtered(self, filters: tuple[str, ...], position: str) -> Iterator[Page]:
        """Read what passes filters, page by page, from a page's token on."""
        for rows, token in self._walk(Listing(path=self._kind.path, filters=filters), position):
            yield self._page(rows, token)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read documents dated in [start, end]: bills by invoice date, payments by process date; others have none.

        BILL cannot filter by invoice date. A bill of ours is made no more than 60 days before its date, so those made
        since then are read and compared here.
        """
        if self._kind.day is None:
            return
        if self._kind.dated == "processDate":
            rows: Iterator[Raw] = self._newest(start)
        else:
            begin = datetime.combine(start, datetime.min.time(), UTC) - MADE_BEFORE
            rows = self._client.walk(Listing(path=self._kind.path, filters=(since("createdTime", begin),)))
        day = self._kind.day
        yield self._page([raw for raw in rows if start.isoformat() <= day(raw) <= end.isoformat()], "")

    def _page(self, rows: Sequence[Raw], token: str) -> Page:
        read = [self._parsed(raw) for raw in rows]
        return Page(
            records=tuple(one for one in read if isinstance(one, Record)),
            unreadable=tuple(one for one in read if isinstance(one, Unreadable)),
            position=token,
        )

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now: one from itself, several from the list in batches of a hundred."""
        found = self._client.some(self._kind.path, keys)
        read = [self._parsed(found[key]) for key in dict.fromkeys(keys) if key in found]
        return (
            tuple(one for one in read if isinstance(one, Record)),
            tuple(one for one in read if isinstance(one, Unreadable)),
        )

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List ids and orders. Bills go by due date, which is no earlier than the invoice's; vendors by creation."""
        if self._kind.dated == "processDate":
            rows = self._newest(start.date() if start else None)
        else:
            rows = self._client.walk(Listing(path=self._kind.path, filters=_from(self._kind.dated, start)))
        for raw in rows:
            if isinstance(raw.get("id"), str):
                yield IndexEntry(key=raw["id"], order=order_of(raw), deleted=raw.get("archived") is True)

    def _newest(self, start: date | None) -> Iterator[Raw]:
        """Give payments back to a day: their order by process date is documented, a filter on it is not."""
        for raw in self._client.walk(Listing(path=self._kind.path, sort=NEWEST_FIRST)):
            if start and str(raw.get("processDate") or "9999") < start.isoformat():
                return
            yield raw

    def _walk(self, listing: Listing, position: str) -> Iterator[tuple[Sequence[Raw], str]]:
        """Read a list to its end; a token kept too long is given up for the list's start."""
        try:
            first = self._client.page(listing, position)
        except (RejectedError, ContractError):
            if not position:
                raise
            position, first = "", self._client.page(listing)
        for page in by_token(lambda token: first if token == position else self._client.page(listing, token), position):
            yield page.items, page.next

    def _parsed(self, raw: Raw) -> Record | Unreadable:
        try:
            body = self._kind.parse(raw)
        except ContractError as error:
            key = raw.get("id")
            return Unreadable(stream=self.slug, key=key if isinstance(key, str) else _made_up_key(raw), error=error)
        return Record(
            stream=self.slug, key=body.id, body=body, order=order_of(raw), deleted=raw.get("archived") is True
        )


def order_of(raw: Raw) -> int:
    """Give what grows with every change, in milliseconds: `updatedTime`, else 0."""
    try:
        moment = datetime.fromisoformat(str(raw.get("updatedTime")))
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _from(dated: str, start: datetime | None) -> tuple[str, ...]:
    if start is None or not dated:
        return ()
    return (f"dueDate:gte:{start.date().isoformat()}",) if dated == "dueDate" else (since(dated, start),)


def _made_up_key(raw: Raw) -> str:
    """Name a row that has no id by its content, so that the same row is parked once."""
    return f"row-{hashlib.sha256(repr(raw).encode()).hexdigest()[:16]}"

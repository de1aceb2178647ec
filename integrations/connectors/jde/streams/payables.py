"""Everything that may become a bill to pay, in one stream: purchase orders, receipts and supplier invoices."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.ledger import distributions
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, PurchaseOrder, Receipt, SupplierInvoice
from integrations.connectors.jde.settled import with_payments
from integrations.connectors.jde.streams.base import TableStream
from integrations.connectors.jde.streams.billing import billing_of
from integrations.connectors.jde.streams.invoices import SupplierInvoiceStream
from integrations.connectors.jde.streams.orders import PurchaseOrderStream
from integrations.connectors.jde.streams.receipts import ReceiptStream
from integrations.connectors.jde.streams.received import with_vouchers
from integrations.contracts import IndexEntry, Page, Record, Unreadable, Window
from integrations.errors import ContractError

RECEIPT = "OV"


class PayablesStream:
    """Orders with the vouchers that name them, receipts, and supplier invoices with their accounts; keys tell which."""

    slug = "payables"
    lag_s = 0

    def __init__(self, client: Client) -> None:
        self._client = client
        self._orders = PurchaseOrderStream(client)
        self._parts: tuple[TableStream, ...] = (self._orders, ReceiptStream(client), SupplierInvoiceStream(client))

    def pages(self, window: Window) -> Iterator[Page]:
        """Read part by part; the position is the part's number and its own position."""
        first, _, rest = window.position.partition("|")
        if window.position and not (first.isdecimal() and int(first) < len(self._parts)):
            raise ContractError(
                f"“{window.position[:60]}” is no position in {self.slug}.", code="jde_unexpected_answer"
            )
        for at in range(int(first or 0), len(self._parts)):
            for page in self._parts[at].pages(replace(window, position=rest)):
                yield replace(self._completed(page), position=self._position(at, page.position))
            rest = ""

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now."""
        records: list[Record] = []
        unreadable: list[Unreadable] = []
        for part, own in zip(self._parts, self._by_part(keys), strict=True):
            read, broken = part.read(own) if own else ((), ())
            page = self._completed(Page(records=read, unreadable=broken))
            records += page.records
            unreadable += page.unreadable
        return tuple(records), tuple(unreadable)

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List keys and orders of all parts."""
        for part in self._parts:
            yield from part.index(start)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read what is dated in [start, end]: order, receipt and invoice dates."""
        for part in self._parts:
            for page in part.dated(start, end):
                yield self._completed(page)

    def _position(self, at: int, own: str) -> str:
        if own:
            return f"{at}|{own}"
        return f"{at + 1}|" if at + 1 < len(self._parts) else ""

    def _by_part(self, keys: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
        orders, receipts, invoices = list[str](), list[str](), list[str]()
        types = self._client.credentials.approval.order_types
        for key in keys:
            kind = key.partition("-")[0]
            (orders if kind in types else receipts if kind == RECEIPT else invoices).append(key)
        return orders, receipts, invoices

    def _completed(self, page: Page) -> Page:
        """Add what the bodies lack, in one look-up of each kind for the page, and make the records this stream's."""
        bodies = {record.key: record.body for record in page.records}
        invoices = [body for body in bodies.values() if isinstance(body, SupplierInvoice)]
        orders = [body for body in bodies.values() if isinstance(body, PurchaseOrder)]
        receipts = [body for body in bodies.values() if isinstance(body, Receipt)]
        billing = billing_of(self._client, orders, receipts)
        known = with_payments(self._client, (*invoices, *billing.vouchers))
        billing = billing.with_known(known)
        bodies |= self._with_accounts([known[one.key] for one in invoices])
        bodies |= {order.key: billing.of(order) for order in orders}
        bodies |= with_vouchers(self._client, receipts, billing.named)
        currencies = self._currencies({body.supplier for body in bodies.values()})
        records = []
        for record in page.records:
            body = bodies[record.key]
            body = replace(body, supplier_currency=currencies.get(body.supplier, ""))
            records.append(replace(record, stream=self.slug, body=body))
        broken = tuple(replace(one, stream=self.slug) for one in page.unreadable)
        return replace(page, records=tuple(records), unreadable=broken)

    def _with_accounts(self, invoices: Sequence[SupplierInvoice]) -> dict[str, SupplierInvoice]:
        types = self._client.credentials.approval.order_types
        keys = {one.key: key for one in invoices if (key := DocumentKey.parse(one.key))}
        lines = distributions(self._client, keys.values()) if keys else {}
        return {
            one.key: replace(
                one,
                lines=lines.get(keys[one.key], ()) if one.key in keys else (),
                order_is_read=one.order.partition("-")[0] in types,
            )
            for one in invoices
        }

    def _currencies(self, suppliers: set[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for part in batches(sorted(suppliers)):
            query = Query(table="F0401", columns=("AN8", "CRRP"), either=any_of("AN8", part))
            found |= {row.whole("AN8"): row.text("CRRP") for row in rows(self._client, query, "AN8")}
        return found

"""Everything that may become a bill to pay, in one stream: purchase orders, receipts and supplier invoices."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.ledger import distributions
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, PurchaseOrder, Receipt, SupplierInvoice
from integrations.connectors.jde.streams.base import TableStream
from integrations.connectors.jde.streams.invoices import SupplierInvoiceStream
from integrations.connectors.jde.streams.orders import PurchaseOrderStream
from integrations.connectors.jde.streams.receipts import ReceiptStream
from integrations.connectors.jde.streams.received import open_of
from integrations.connectors.jde.vouchers import COLUMNS, VOID_TYPE, vouchers_of
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
        """Add accounts to invoices and vouchers to orders, in one look-up for the page, and make them this stream's."""
        invoices = [record for record in page.records if isinstance(record.body, SupplierInvoice)]
        orders = [record for record in page.records if isinstance(record.body, PurchaseOrder)]
        lines = distributions(self._client, _keys(invoices)) if invoices else {}
        receipts = [record for record in page.records if isinstance(record.body, Receipt)]
        wanted = {record.key for record in orders} | {record.body.order for record in receipts}
        naming = vouchers_naming(self._client, wanted) if wanted else {}
        entered = entered_for(self._client, [record.key for record in orders]) if orders else {}
        left = open_of(self._client, [record.body for record in receipts], naming)
        currencies = self._currencies({record.body.supplier for record in page.records})
        types = self._client.credentials.approval.order_types
        records = []
        for record in page.records:
            key, body = DocumentKey.parse(record.key), record.body
            body = replace(body, supplier_currency=currencies.get(body.supplier, ""))
            if key is not None and isinstance(body, SupplierInvoice):
                is_read = body.order.partition("-")[0] in types
                body = replace(body, lines=lines.get(key, ()), order_is_read=is_read)
            elif isinstance(body, PurchaseOrder):
                vouchers = naming.get(record.key, ())
                named = sum((voucher.open for voucher in vouchers), Decimal(0)) if vouchers else None
                body = replace(
                    body,
                    vouchers=tuple(voucher.key for voucher in vouchers),
                    vouchers_open=entered.get(record.key, named),
                )
            elif isinstance(body, Receipt):
                body = replace(body, left=left[record.key])
            records.append(replace(record, stream=self.slug, body=body))
        broken = tuple(replace(one, stream=self.slug) for one in page.unreadable)
        return replace(page, records=tuple(records), unreadable=broken)

    def _currencies(self, suppliers: set[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for part in batches(sorted(suppliers)):
            query = Query(table="F0401", columns=("AN8", "CRRP"), either=any_of("AN8", part))
            found |= {row.whole("AN8"): row.text("CRRP") for row in rows(self._client, query, "AN8")}
        return found


def vouchers_naming(client: Client, orders: Iterable[str]) -> dict[str, list[SupplierInvoice]]:
    """Give the standing vouchers that name orders, by order."""
    wanted = set(orders)
    numbers = sorted({key.number for key in map(DocumentKey.parse, wanted) if key})
    found: dict[str, list[SupplierInvoice]] = {}
    for part in batches(numbers):
        query = Query(table="F0411", columns=COLUMNS, either=any_of("PO", [str(one) for one in part]))
        for voucher in vouchers_of(rows(client, query, "DOC")):
            if voucher.order in wanted and not voucher.is_voided and not voucher.key.startswith(f"{VOID_TYPE}-"):
                found.setdefault(voucher.order, []).append(voucher)
    return found


def entered_for(client: Client, orders: Sequence[str]) -> dict[str, Decimal]:
    """Give what the vouchers leave open that were entered with an order's id as their invoice number, by order."""
    found: dict[str, Decimal] = {}
    for part in batches(list(orders)):
        query = Query(table="F0411", columns=COLUMNS, either=any_of("VINV", part))
        for voucher in vouchers_of(rows(client, query, "DOC")):
            if not voucher.is_voided:
                found[voucher.invoice_number] = found.get(voucher.invoice_number, Decimal(0)) + voucher.open
    return found


def _keys(records: Sequence[Record]) -> list[DocumentKey]:
    return [key for key in (DocumentKey.parse(record.key) for record in records) if key]

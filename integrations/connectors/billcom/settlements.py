"""What BILL did about bills, as one stream: payments with the documents that they settle, and bills put away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from integrations.connectors.billcom.client import Client
from integrations.connectors.billcom.objects import Bill, Payment, Settled, Settlement
from integrations.connectors.billcom.parse import parse_bill, parse_vendor_credit
from integrations.connectors.billcom.query import since
from integrations.connectors.billcom.records import reference_in
from integrations.connectors.billcom.sinks.roster import currency_of
from integrations.connectors.billcom.streams import KINDS, LAG_S, OVERLAP, ListStream
from integrations.contracts import IndexEntry, Page, Record, Unreadable, Window

PAYMENT_ID = "stp"  # how BILL begins a payment's id, documented
_ARCHIVED = "archived:eq:true"
_AWAY = "away|"  # begins the position in the second part


class SettlementStream:
    """Payments first, then archived bills. A restored bill is read by its id only, as its webhook asks."""

    slug = "settlements"
    lag_s = LAG_S

    def __init__(self, client: Client) -> None:
        self._client = client
        self._payments = ListStream(KINDS["payments"], client)
        self._bills = ListStream(KINDS["bills"], client)

    def pages(self, window: Window) -> Iterator[Page]:
        """Read a window page by page; the position tells the part."""
        if not window.position.startswith(_AWAY):
            for page in self._payments.pages(window):
                yield replace(self._completed(page), position=page.position or _AWAY)
        filters = (_ARCHIVED,) if window.start is None else (_ARCHIVED, since("updatedTime", window.start - OVERLAP))
        token = window.position.removeprefix(_AWAY) if window.position.startswith(_AWAY) else ""
        for page in self._bills.filtered(filters, token):
            yield replace(self._put_away(page), position=f"{_AWAY}{page.position}" if page.position else "")

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read payments and bills now, each by its id."""
        paying = [key for key in keys if key.startswith(PAYMENT_ID)]
        others = [key for key in keys if not key.startswith(PAYMENT_ID)]
        payments = self._completed(_page(self._payments.read(paying))) if paying else Page(records=())
        bills = self._put_away(_page(self._bills.read(others))) if others else Page(records=())
        return (*payments.records, *bills.records), (*payments.unreadable, *bills.unreadable)

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List payments and archived bills."""
        yield from self._payments.index(start)
        for page in self._bills.filtered((_ARCHIVED,), ""):
            yield from (IndexEntry(key=record.key, order=record.order) for record in page.records)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read the payments processed in [start, end]; bills put away move no money."""
        for page in self._payments.dated(start, end):
            yield self._completed(page)

    def _completed(self, page: Page) -> Page:
        """Add the bills and credits that payments settle, in batches."""
        payments = [record.body for record in page.records]
        bills = self._client.some("bills", list(dict.fromkeys(bill for one in payments for bill in _bills(one))))
        used = list(dict.fromkeys(credit for one in payments for credit in _credits(one)))
        credits = self._client.some("vendor-credits", used) if used else {}
        known = {key: settled_bill(parse_bill(raw)) for key, raw in bills.items()}
        known |= {key: _credit(raw) for key, raw in credits.items()}
        vendors = self._client.some("vendors", list(dict.fromkeys(one.vendor_id for one in payments)))
        return self._ours(page, known, {key: currency_of(raw) for key, raw in vendors.items()})

    def _ours(self, page: Page, known: Mapping[str, Settled], currencies: Mapping[str, str]) -> Page:
        records = []
        for record in page.records:
            wanted = (*_bills(record.body), *_credits(record.body))
            settled = tuple(known[key] for key in dict.fromkeys(wanted) if key in known)
            currency = currencies.get(record.body.vendor_id, "")
            body = Settlement(payment=record.body, settled=settled, currency=currency)
            records.append(replace(record, stream=self.slug, body=body, deleted=False))
        broken = tuple(replace(one, stream=self.slug) for one in page.unreadable)
        return replace(page, records=tuple(records), unreadable=broken)

    def _put_away(self, page: Page) -> Page:
        records = tuple(
            replace(
                record,
                stream=self.slug,
                body=Settlement(payment=None, settled=(settled_bill(record.body),)),
                deleted=False,
            )
            for record in page.records
        )
        return replace(
            page, records=records, unreadable=tuple(replace(one, stream=self.slug) for one in page.unreadable)
        )


def settled_bill(bill: Bill) -> Settled:
    """Give what a payment's reader needs of a bill."""
    return Settled(
        id=bill.id,
        reference=reference_in(bill.description),
        number=bill.invoice_number,
        date=bill.invoice_date,
        total=bill.amount,
        order=bill.purchase_order_number,
        archived=bill.archived,
    )


def _credit(raw: Mapping[str, object]) -> Settled:
    one = parse_vendor_credit(raw)
    return Settled(
        id=one.id,
        reference=reference_in(one.description),
        number=one.reference_number,
        date=one.credit_date,
        total=-one.amount,
        archived=one.archived,
    )


def _page(read: tuple[tuple[Record, ...], tuple[Unreadable, ...]]) -> Page:
    return Page(records=read[0], unreadable=read[1])


def _bills(payment: Payment) -> list[str]:
    return [split.bill_id for split in payment.bill_payments]


def _credits(payment: Payment) -> list[str]:
    return [credit.id for split in payment.bill_payments for credit in split.credits if credit.id]

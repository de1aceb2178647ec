"""Bills: known again by our reference in their description, recognised by vendor and invoice number otherwise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from integrations.connectors.billcom.client import Client, Listing, Raw
from integrations.connectors.billcom.objects import Bill
from integrations.connectors.billcom.parse import parse_bill
from integrations.connectors.billcom.query import any_of, is_id, since
from integrations.connectors.billcom.records import dimensions, marked, owner, reference_in, source_key
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.past import end_of, settled_since, still_there
from integrations.connectors.billcom.sinks.roster import Roster
from integrations.connectors.billcom.sinks.validate import LINES
from integrations.contracts import Draft, Facts, Found, LineFact, OpenItem, Stage, Value
from integrations.errors import MappingError, MissingReferenceError, RejectedError

VENDORS_AT_ONCE = 50
AHEAD = timedelta(days=60)  # a bill dated further ahead is refused, so that the window below holds every bill of ours
LOOK_BACK = AHEAD + timedelta(days=31)
UNPAID = ("", "UNPAID", "UNDEFINED")
_WAITING = ("ASSIGNED", "APPROVING")


class BillSink(RecordSink):
    """Writes and reads bills. A bill is changed or archived only while nothing of it is paid or scheduled."""

    slug = "bills"

    def __init__(self, client: Client, roster: Roster) -> None:
        super().__init__(client)
        self._roster = roster

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by BILL's id, then among the bills of the drafts' vendors made from 91 days before their dates on."""
        known = self.known(drafts)
        hits: dict[str, tuple[Found, ...]] = {
            draft.reference: (known[draft.reference],) for draft in drafts if draft.reference in known
        }
        lacking = [draft for draft in drafts if draft.reference not in hits]
        bills = self._bills_of(lacking)
        found = {one.external_id: one for one in self._seen(bills)}
        ours = _grouped(bills, lambda bill: reference_in(bill.description))
        others = _grouped(bills, lambda bill: (bill.vendor_id, bill.invoice_number))
        for draft in lacking:
            mine = ours.get(draft.reference, ())
            rows = mine or [bill for bill in others.get(_business_key(draft), ()) if _is_alike(bill, draft)]
            hits[draft.reference] = tuple(replace(found[bill.id], by_reference=bool(mine)) for bill in rows)
        return hits

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all bills whose invoice is dated in [start, end], archived ones with stage `voided`."""
        begin = datetime.combine(start - AHEAD, time.min, UTC)
        rows = self._client.walk(Listing(path=self.slug, filters=(since("createdTime", begin),)))
        bills = [bill for bill in map(parse_bill, rows) if bill.invoice_date and start <= bill.invoice_date <= end]
        yield from self._seen(bills)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what was open at the end of a day: what is open now, with payments, voids and archiving since undone."""
        bills = {bill.id: bill for bill in self._maybe_open(as_of)}
        later = settled_since(self._client, as_of)
        more = self._client.some(self.slug, [key for key in later if key not in bills])
        bills |= {key: parse_bill(raw) for key, raw in more.items()}
        currencies = self._roster.currencies([bill.vendor_id for bill in bills.values()])
        for bill in still_there(bills.values(), as_of):
            amount = bill.open_amount + later.get(bill.id, Decimal(0))
            if amount and bill.invoice_date and bill.invoice_date <= as_of:
                yield OpenItem(
                    external_id=bill.id,
                    reference=reference_in(bill.description),
                    customer=bill.vendor_id,
                    currency=currencies.get(bill.vendor_id, ""),
                    amount=amount,
                    number=bill.invoice_number,
                )

    def _maybe_open(self, as_of: date) -> Iterator[Bill]:
        """Read the bills that are not paid, and those that may have been archived after a day."""
        for filters in (
            ("archived:eq:false", "paymentStatus:ne:PAID"),
            ("archived:eq:true", since("updatedTime", end_of(as_of))),
        ):
            yield from map(parse_bill, self._client.walk(Listing(path=self.slug, filters=filters)))

    def body_of(self, draft: Draft) -> dict[str, Value]:
        """Give the body with our reference in its description; the approval flag must go with every change."""
        body: dict[str, Value] = {"billApprovals": True, **draft.payload}
        if draft.operation == "create" or LINES in body or "description" in body:
            body["description"] = marked(str(body.get("description") or ""), draft.reference)
        return body

    def found_of(self, rows: Sequence[Raw]) -> Sequence[Found]:
        """Read bills as they stand."""
        return self._seen([parse_bill(raw) for raw in rows])

    def before_change(self, draft: Draft) -> None:
        """Refuse to touch a bill with a payment: whether BILL would is not documented."""
        raw = self._client.one(self.slug, draft.external_id)
        if raw is None:
            raise MissingReferenceError(
                f"BILL has no bill {draft.external_id}. Look whether it was merged or removed there.",
                code="billcom_unknown_record",
                value=draft.external_id,
            )
        bill = parse_bill(raw)
        _check_owner(draft, bill)
        if bill.payment_status in UNPAID and not bill.paid_amount and not bill.scheduled_amount:
            return
        raise RejectedError(
            f"Bill {bill.invoice_number} of {bill.vendor_name or bill.vendor_id} is {bill.payment_status.lower()}: it "
            "can only be changed in BILL, after its payment was cancelled or voided.",
            code="billcom_bill_locked",
            field="paymentStatus",
            value=bill.payment_status,
        )

    def change(self, draft: Draft, body: Mapping[str, Value]) -> Raw:
        """Replace the bill where the body has lines (those that stand are removed), else change its header."""
        if LINES in body:
            return self._client.replace(self.slug, draft.external_id, body)
        return super().change(draft, body)

    def _check(self, draft: Draft, *, is_whole: bool) -> None:
        super()._check(draft, is_whole=is_whole or LINES in draft.payload)
        last = self._client.clock.now().date() + AHEAD
        day = _invoice_date(draft)
        if day and day > last:
            raise MappingError(
                f"{draft.reference}: the invoice date {day} is more than {AHEAD.days} days ahead. Correct it in the "
                "source record.",
                code="billcom_invalid_value",
                field="invoice.invoiceDate",
                value=day.isoformat(),
            )

    def _bills_of(self, drafts: Sequence[Draft]) -> list[Bill]:
        """Read the bills of the drafts' vendors, in batches of vendors whose dates lie close together."""
        first: dict[str, date] = {}
        for draft in drafts:
            vendor_id, day = _vendor_id(draft), _invoice_date(draft)
            if is_id(vendor_id):
                first[vendor_id] = min(first.get(vendor_id, date.max), day or date(1970, 4, 2))
        vendors = sorted(first, key=lambda one: first[one])
        bills: dict[str, Bill] = {}
        for start in range(0, len(vendors), VENDORS_AT_ONCE):
            part = vendors[start : start + VENDORS_AT_ONCE]
            begin = datetime.combine(first[part[0]] - LOOK_BACK, time.min, UTC)
            listing = Listing(path=self.slug, filters=(any_of("vendorId", part), since("createdTime", begin)))
            bills |= {bill.id: bill for bill in map(parse_bill, self._client.walk(listing))}
        return list(bills.values())

    def _seen(self, bills: Sequence[Bill]) -> list[Found]:
        currencies = self._roster.currencies([bill.vendor_id for bill in bills])
        return [_found(bill, currencies.get(bill.vendor_id)) for bill in bills]


def _check_owner(draft: Draft, bill: Bill) -> None:
    """Refuse to change a bill that stands for another object of ours, but for the order that the draft names."""
    theirs = reference_in(bill.description)
    order = str(draft.payload.get("purchaseOrderNumber") or "")
    if theirs in ("", draft.reference) or (order and source_key(theirs) == order):
        return
    if source_key(theirs) and source_key(theirs) != source_key(draft.reference):
        raise RejectedError(
            f"Bill {bill.invoice_number} stands for {source_key(theirs)} already: one bill per purchase. Enter what is "
            "missing in BILL by hand, or skip this record with the reason.",
            code="billcom_bill_taken",
            field="purchaseOrderNumber",
            value=source_key(theirs),
        )


def _grouped(bills: Sequence[Bill], key: Callable[[Bill], object]) -> Mapping[object, Sequence[Bill]]:
    groups: dict[object, list[Bill]] = {}
    for bill in bills:
        groups.setdefault(key(bill), []).append(bill)
    return groups


def _business_key(draft: Draft) -> tuple[str, str]:
    return _vendor_id(draft), _part(draft, "invoice", "invoiceNumber")


def _is_alike(bill: Bill, draft: Draft) -> bool:
    """Tell whether a bill of the same vendor and number may be the draft's: not if another object of ours made it."""
    theirs = owner(reference_in(bill.description))
    return bool(bill.invoice_number) and not bill.archived and (not theirs or theirs != owner(draft.reference))


def _vendor_id(draft: Draft) -> str:
    return draft.facts.customer or str(draft.payload.get("vendorId") or "")


def _invoice_date(draft: Draft) -> date | None:
    try:
        return date.fromisoformat(_part(draft, "invoice", "invoiceDate"))
    except ValueError:
        return draft.facts.date


def _part(draft: Draft, group: str, name: str) -> str:
    part = draft.payload.get(group)
    return str(part.get(name) or "") if isinstance(part, Mapping) else ""


def _found(bill: Bill, currency: str | None) -> Found:
    return Found(
        external_id=bill.id,
        reference=reference_in(bill.description),
        number=bill.invoice_number,
        stage=_stage(bill),
        facts=Facts(
            customer=bill.vendor_id,
            currency=currency,
            total=bill.amount,
            open_amount=Decimal(0) if bill.archived else bill.open_amount,
            date=bill.invoice_date,
            lines=tuple(
                LineFact(
                    account=coded.chart_of_account_id,
                    amount=line.amount,
                    dimensions=dimensions(coded.department_id, coded.location_id),
                )
                for line in bill.lines
                for coded in (line.classifications,)
            ),
        ),
    )


def _stage(bill: Bill) -> Stage:
    """Say where a bill stands: it waits for approvers, was denied by one, or may be paid."""
    if bill.archived:
        return "voided"
    if bill.approval_status == "DENIED":
        return "rejected"
    return "unposted" if bill.approval_status in _WAITING else "posted"

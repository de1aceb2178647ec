"""What happened since a day, so that it can be undone: payments, credits they used, voids, documents put away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from integrations.connectors.billcom.client import Client, Listing
from integrations.connectors.billcom.objects import Bill, Payment, VendorCredit
from integrations.connectors.billcom.parse import parse_payment
from integrations.connectors.billcom.query import since
from integrations.connectors.billcom.records import reference_in, source_key

_MOVED = (
    "PROCESSED", "SENT", "DELIVERED", "CLEARED", "PARTIALLY_CLAIMED", "EXPIRING", "FUNDS_ESCHEATED", "VOID_PENDING",
    "DISBURSEMENT_FAILED_ACTION_NEEDED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED",
)  # fmt: skip
_VOIDED = "VOIDED"
_ACCEPTED = "ACCEPTED"
_REISSUES = ("VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD")
_PATH = "payments"

Document = TypeVar("Document", Bill, VendorCredit)


def settled_since(client: Client, as_of: date) -> dict[str, Decimal]:
    """Give by bill or credit what payments after a day took off it, less what voids after the day gave back.

    Payments count from their process date on; a void's day is that of its acceptance, in UTC.
    """
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for payment in _processed_after(client, as_of):
        for key, amount in _parts(payment) if payment.single_status in _MOVED else ():
            found[key] += amount
    for payment in _voided_after(client, as_of):
        for key, amount in _parts(payment):
            found[key] -= amount
    return dict(found)


def still_there(documents: Collection[Document], as_of: date) -> Iterator[Document]:
    """Give what is not archived, or was only after a day, unless another stands for the same purchase in its place.

    BILL does not tell when a document was archived: the day of its last change counts, in UTC.
    """
    end = end_of(as_of)
    standing = {key for one in documents if not one.archived and (key := _purchase(one))}
    for one in documents:
        if not one.archived or (one.updated_at >= end and _purchase(one) not in standing):
            yield one


def end_of(day: date) -> datetime:
    """Give the end of a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


def _purchase(one: Bill | VendorCredit) -> str:
    return source_key(reference_in(one.description))


def _processed_after(client: Client, as_of: date) -> Iterator[Payment]:
    """Read newest payments first, until the day: their order by process date is documented, a filter on it is not."""
    for raw in client.walk(Listing(path=_PATH, sort="processDate:desc")):
        if str(raw.get("processDate") or "9999")[:10] <= as_of.isoformat():
            return
        yield parse_payment(raw)


def _voided_after(client: Client, as_of: date) -> Iterator[Payment]:
    """Read the payments of the day or earlier that were voided after it; a reissue gives nothing back."""
    for raw in client.walk(Listing(path=_PATH, filters=(since("updatedTime", end_of(as_of)),))):
        payment = parse_payment(raw)
        if payment.single_status != _VOIDED or payment.process_date is None or payment.process_date > as_of:
            continue
        accepted = [void for void in payment.voids if void.status == _ACCEPTED]
        ended = [void.updated_at for void in accepted if void.updated_at] or [payment.updated_at]
        if ended[-1] >= end_of(as_of) and not any(void.type in _REISSUES for void in accepted):
            yield payment


def _parts(payment: Payment) -> Iterable[tuple[str, Decimal]]:
    """Give what a payment took off bills, by cash and credits, and off the credits it used."""
    for split in payment.bill_payments:
        yield split.bill_id, split.amount + sum((credit.amount for credit in split.credits), Decimal(0))
        for credit in split.credits:
            yield credit.id, credit.amount

"""Where a payment is on its way in BILL, and what follows: post it, wait, take it back, leave it out, or park it."""

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from integrations.connectors.billcom.records import Payment, Settled, Settlement, source_key
from integrations.contracts import DELIVER, Context, Record, Verdict
from integrations.errors import RejectedError
from integrations.pairs.jde_to_billcom.common import DEBIT_MEMO, VOUCHER, digest, is_ours, type_of

FLOW = "payments"
_PATH = ("SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "PROCESSED", "SENT", "DELIVERED", "CLEARED")
_LATE = {"PARTIALLY_CLAIMED": "DELIVERED", "EXPIRING": "DELIVERED", "FUNDS_ESCHEATED": "CLEARED"}
_PENDING = ("CANCELLATION_IN_PROGRESS", "DISBURSEMENT_ON_HOLD", "VOID_PENDING")
_ENDED = {
    "CANCELED": "was cancelled while it was scheduled",
    "VOIDED": "was voided",
    "FUNDING_FAILED_VOIDED": "was voided, as BILL could not take the money",
}
_REISSUES = ("VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD")


def settlement_of(record: Record) -> Settlement:
    """Give the record's body as what this stream holds."""
    return cast(Settlement, record.body)


def label(record: Record) -> str:
    """Give what people call it."""
    payment = settlement_of(record).payment
    if payment is None:
        return f"Bill {settlement_of(record).settled[0].number} put away"
    return f"Payment {payment.confirmation_number or payment.transaction_number or payment.id}"


def phase(payment: Payment) -> str:
    """Say where a payment is: its step on the way, or pending, failed, withdrawn, unknown. A reissue withdraws nothing.

    A payment that was sent can fail even after it cleared: no step is the last.
    """
    status = payment.single_status
    if status in _ENDED:
        is_reissue = any(void.type in _REISSUES and void.status == "ACCEPTED" for void in payment.voids)
        return "CLEARED" if is_reissue else "withdrawn"
    if status in _PATH or status in _LATE:
        return _LATE.get(status, status)
    if status in _PENDING:
        return "pending"
    return "failed" if "FAILED" in status else "unknown"


def version(record: Record) -> str:
    """Digest what was paid, and whether it stands: the steps of a payment that stands change nothing."""
    found = settlement_of(record)
    payment = found.payment
    if payment is None:
        return digest(("put away", *(one.archived for one in found.settled)))
    splits = [
        (split.bill_id, split.amount, *((credit.id, credit.amount) for credit in split.credits))
        for split in payment.bill_payments
    ]
    return digest((payment.amount, payment.process_date, *splits, _standing(payment)))


def _standing(payment: Payment) -> str:
    """Tell what of its phase counts: before it moves money each step, for the policy may post from any of them."""
    now = phase(payment)
    return "moving" if now in _PATH[3:] or now == "pending" else now


def details(record: Record) -> str:
    """Digest the step a payment is at: what waits for the policy's step is looked at again at each."""
    payment = settlement_of(record).payment
    return "" if payment is None else phase(payment)


def verdict(record: Record, context: Context) -> Verdict:
    """Post what has reached the policy's step; take back what was voided; park what failed or is not understood."""
    found = settlement_of(record)
    if found.payment is None:
        return _of_put_away(found.settled[0], context)
    if not any(is_ours(context, one.reference) for one in found.settled):
        return Verdict(
            action="skip", code="not_ours", reason=f"{label(record)} pays no bill that came from JD Edwards."
        )
    now, point = phase(found.payment), context.policy(FLOW, "post_payments_at", "PROCESSED")
    if now == "withdrawn":
        return _withdrawn(record, found.payment, point, context)
    if now == "failed":
        raise RejectedError(
            f"BILL reports {found.payment.single_status}: the money may come back. Nothing is booked or reversed until "
            "BILL voids the payment or sends it again; decide there.",
            code="payment_failed",
            field="singleStatus",
            value=found.payment.single_status,
        )
    if now == "unknown":
        raise RejectedError(
            f"BILL gives the status “{found.payment.single_status}”, which is not known here. Nothing is booked; tell "
            "our support.",
            code="unknown_status",
            field="singleStatus",
            value=found.payment.single_status,
        )
    if now == "pending" or _PATH.index(now) < _PATH.index(point):
        told = f"{label(record)} is {found.payment.single_status}; by policy it is posted from {point} on."
        return Verdict(action="later", code="not_there_yet", reason=told)
    return DELIVER


def _of_put_away(bill: Settled, context: Context) -> Verdict:
    if not is_ours(context, bill.reference) or type_of(source_key(bill.reference)) not in (VOUCHER, DEBIT_MEMO):
        return Verdict(action="skip", code="nothing_to_release", reason=f"Bill {bill.number} holds no voucher back.")
    return DELIVER


# Withdrawn


def _withdrawn(record: Record, payment: Payment, point: str, context: Context) -> Verdict:
    """Take back what was booked; what was not is left out, unless it had reached the policy's step by then."""
    on, source = _ended_on(payment, context)
    told = f"{label(record)} {_ENDED[payment.single_status]} in BILL; the day is {on}{source}."
    never = (
        "" if _had_reached(payment, point) else f"It is not known to have reached {point}, the step it is booked at."
    )
    return Verdict(action="withdraw", code="payment_voided", reason=told, on=on, left_out=never)


def _had_reached(payment: Payment, point: str) -> bool:
    """Tell whether a payment that came to nothing had reached a step of its way.

    Only a scheduled one can be cancelled, and where funding fails no money is given back. A void gives back what was
    taken; the day it was sent shows that it was; nothing that BILL keeps shows whether it had cleared.
    """
    if payment.single_status != "VOIDED":
        return False
    return point == "PROCESSED" or (point == "SENT" and payment.sent_date is not None)


def _ended_on(payment: Payment, context: Context) -> tuple[date, str]:
    """Give the day it came to nothing, in JD Edwards' zone and never before it was paid, and says whence."""
    decided = [void.updated_at for void in payment.voids if void.status == "ACCEPTED" and void.updated_at]
    on = _day(decided[-1] if decided else payment.updated_at, context)
    if payment.process_date and on < payment.process_date:
        return payment.process_date, ", the payment's own"
    return on, "" if decided else ", that of its last update, as BILL tells no day of its end"


def _day(moment: datetime, context: Context) -> date:
    return moment.astimezone(ZoneInfo(context.source.time_zone or "UTC")).date()

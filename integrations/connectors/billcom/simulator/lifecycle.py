"""The life of a payment: which status follows which, and what each does to the books and to the bills."""

import heapq
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.billcom.simulator.ledger import (
    post_payment,
    refresh_bill,
    use_credit,
    withdraw_payment,
)
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.store import Record, present
from integrations.sandbox.app import Json

PATH = ("SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "PROCESSED", "SENT", "DELIVERED", "CLEARED")
DEAD = ("CANCELED", "VOIDED", "FUNDING_FAILED_VOIDED")
FAILED = ("DISBURSEMENT_FAILED_ACTION_NEEDED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED")
MOVED = ("PROCESSED", "SENT", "DELIVERED", "CLEARED", "PARTIALLY_CLAIMED", "EXPIRING", "FUNDS_ESCHEATED", *FAILED)

# The names are the vendor's; which may follow which is inferred.
NEXT: Mapping[str, tuple[str, ...]] = {
    "SCHEDULED": ("READY_TO_FUND", "CANCELLATION_IN_PROGRESS"),
    "CANCELLATION_IN_PROGRESS": ("CANCELED",),
    "READY_TO_FUND": ("FUNDING_STARTED", "DISBURSEMENT_ON_HOLD", "FUNDING_FAILED_ACTION_NEEDED"),
    "FUNDING_STARTED": ("PROCESSED", "DISBURSEMENT_ON_HOLD", "FUNDING_FAILED_ACTION_NEEDED"),
    "PROCESSED": ("SENT", "DISBURSEMENT_ON_HOLD", *FAILED, "FUNDING_FAILED_ACTION_NEEDED", "VOID_PENDING"),
    "DISBURSEMENT_ON_HOLD": ("FUNDING_STARTED", "PROCESSED", "SENT", "VOID_PENDING"),
    "SENT": ("DELIVERED", "PARTIALLY_CLAIMED", "EXPIRING", *FAILED, "FUNDING_FAILED_ACTION_NEEDED", "VOID_PENDING"),
    "DELIVERED": ("CLEARED", "PARTIALLY_CLAIMED", "EXPIRING", *FAILED, "VOID_PENDING"),
    "PARTIALLY_CLAIMED": ("CLEARED", "EXPIRING", "VOID_PENDING"),
    "EXPIRING": ("CLEARED", "FUNDS_ESCHEATED", "VOID_PENDING"),
    "CLEARED": (*FAILED, "VOID_PENDING"),
    "DISBURSEMENT_FAILED_ACTION_NEEDED": ("PROCESSED", "SENT", "VOID_PENDING"),
    "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED": ("PROCESSED", "SENT", "VOID_PENDING"),
    "FUNDING_FAILED_ACTION_NEEDED": ("FUNDING_STARTED", "PROCESSED", "FUNDING_FAILED_VOIDED"),
    "VOID_PENDING": ("VOIDED", "PROCESSED"),
}
_COARSE = {
    **dict.fromkeys((*PATH[:3], "CANCELLATION_IN_PROGRESS"), "SCHEDULED"),
    "CANCELED": "CANCELLED",
    "VOIDED": "VOID",
    "FUNDING_FAILED_VOIDED": "VOID",
    "FUNDS_ESCHEATED": "ESCHEATED",
}
_PARTS = {
    "ACH": "achDisbursement",
    "CHECK": "checkDisbursement",
    "RPPS": "rppsDisbursement",
    "VIRTUAL_CARD": "vcardDisbursement",
    "WALLET": "walletDisbursement",
    "INTERNATIONAL_E_PAYMENT": "internationalDisbursement",
}


def coarse(status: str) -> str:
    """Give the coarse `status` to a `singleStatus`; spelled otherwise where BILL does."""
    return _COARSE.get(status, "PAID")


def require_step(old: str, new: str) -> None:
    """Raise `ValueError` for a status that does not follow."""
    if new not in NEXT.get(old, ()):
        raise ValueError(f"{new} does not follow {old}. Next may be: {', '.join(NEXT.get(old, ())) or 'nothing'}.")


def walk_to(org: Org, payment: Record, status: str) -> None:
    """Take a payment along the usual path up to a status on it, one step and one event at a time."""
    while payment.fields["singleStatus"] != status:
        at = PATH.index(payment.fields["singleStatus"])
        if PATH.index(status) < at:
            return
        move(org, payment, PATH[at + 1])


def move(org: Org, payment: Record, status: str, **more: object) -> None:
    """Give a payment its next status: money moves, is held or comes back as the status says."""
    fields = payment.fields
    if status in MOVED:
        _leave_schedule(org, payment)
        post_payment(org, payment)
    elif status in DEAD:
        _leave_schedule(org, payment)
        withdraw_payment(org, payment)
        _return_credits(org, payment)
    after = {**fields, **more, "singleStatus": status, "status": coarse(status)}
    after["disbursementInfo"] = disbursement_info(org, after)
    if status in FAILED:
        after["disbursementStatus"] = "FAILED"
    elif status == "DISBURSEMENT_ON_HOLD":
        after["disbursementStatus"] = "HOLD"
    elif status in ("SENT", "DELIVERED", "CLEARED"):
        after["disbursementStatus"] = "DONE"
    org.change(payment, present_payment(after))
    org.books.documents[payment.id].status = "voided" if status in DEAD else status.lower()
    for split in fields["billPayments"]:
        refresh_bill(org, split["billId"])
        bill = org.store.get("bill", split["billId"])
        if bill is not None and org.switches.payment_moves_bill:
            tell(org, "bill.updated", bill)
    tell(org, "payment.updated", payment)
    _wind_up(org, payment)


def disbursement_info(org: Org, fields: Json) -> Json:
    """Give how a payment travels: when it was sent, when it arrives, its number."""
    status, kind = fields["singleStatus"], fields["disbursementType"]
    info: Json = {"isVoidable": fields["onlinePayment"] and "VOID_PENDING" in NEXT.get(status, ())}
    if kind not in _PARTS:
        return info
    old = fields.get("disbursementInfo", {}).get(_PARTS[kind], {})
    arrives = date.fromisoformat(fields["processDate"]) + timedelta(days=3 if kind == "ACH" else 6)
    part = {**old, "arrivesByDate": arrives.isoformat()}
    if status in ("SENT", "DELIVERED", "CLEARED") and "sentDate" not in part and kind != "VIRTUAL_CARD":
        part["sentDate"] = org.today().isoformat()
    if kind == "CHECK" and status in MOVED and "checkNumber" not in part:
        part["checkNumber"] = 20_000 + org.count("check")
    return {**info, _PARTS[kind]: part}


def present_payment(fields: Json) -> Json:
    """Leave out what is empty, but for the list of voids, which BILL always shows."""
    return {**present(fields), "voidInfo": fields.get("voidInfo", [])}


def schedule(org: Org, payment: Record) -> None:
    """Note what a new payment will take from its bills."""
    for split in payment.fields["billPayments"]:
        org.scheduled.setdefault(split["billId"], {})[payment.id] = split["amount"]
        refresh_bill(org, split["billId"])
    _wind_up(org, payment)


def forget(org: Org, payment: Record) -> None:
    """Take back a payment that was made a moment ago, as if it had never been."""
    _leave_schedule(org, payment)
    _return_credits(org, payment)
    org.books.force_out(org.books.documents[payment.id])
    org.store.drop(payment)
    for split in payment.fields["billPayments"]:
        refresh_bill(org, split["billId"])


def wind(org: Org, payment: Record, status: str, after_s: float) -> None:
    """Let a payment take a status when so much time has passed."""
    heapq.heappush(org.timers, (org.clock.now().timestamp() + after_s, payment.id, status))


def _wind_up(org: Org, payment: Record) -> None:
    """Let the next step on the usual path come by itself, where the sandbox is set to that."""
    status, step_s = payment.fields["singleStatus"], org.switches.payment_step_s
    if not step_s or status not in PATH[:-1] or not payment.fields["onlinePayment"]:
        return
    due = org.clock.now().timestamp() + step_s
    if status == "SCHEDULED":
        day = date.fromisoformat(payment.fields["processDate"])
        due = max(due, due + (day - org.today()).days * 86_400)
    heapq.heappush(org.timers, (due, payment.id, PATH[PATH.index(status) + 1]))


def _leave_schedule(org: Org, payment: Record) -> None:
    for split in payment.fields["billPayments"]:
        rest = org.scheduled.get(split["billId"], {})
        rest.pop(payment.id, None)
        if not rest:
            org.scheduled.pop(split["billId"], None)


def _return_credits(org: Org, payment: Record) -> None:
    for split in payment.fields["billPayments"]:
        for used in split.get("vendorCredits", []):
            amount: Decimal = used["amount"]
            use_credit(org, used["id"], split["billId"], -amount)

"""What people do in BILL's web app, by order of the control API: approve, pay, void, edit, join the network."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from integrations.connectors.billcom.simulator import bills, vendors
from integrations.connectors.billcom.simulator.approvals import approve_all, is_payable
from integrations.connectors.billcom.simulator.bill_rules import CHANGED_BILL
from integrations.connectors.billcom.simulator.ledger import book_bill
from integrations.connectors.billcom.simulator.lifecycle import (
    DEAD,
    FAILED,
    PATH,
    move,
    require_step,
    walk_to,
    wind,
)
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.payment_making import make
from integrations.connectors.billcom.simulator.payment_rules import VOID_TYPES
from integrations.connectors.billcom.simulator.schema import read
from integrations.connectors.billcom.simulator.store import Record
from integrations.connectors.billcom.simulator.voids import begin_void, finish_void
from integrations.sandbox.app import Json

GOALS = ("approved", "paid", "voided", "bounced")


def advance(org: Org, bill: Record, options: Json) -> Record | None:
    """Bring a bill where it is wanted and give the payment it took: approved, paid, voided or bounced."""
    goal = options.get("to")
    if goal not in GOALS:
        raise ValueError(f"A bill is advanced to {', '.join(GOALS)}.")
    if goal == "approved":
        approve_all(org, bill)
        return None
    payment = payment_of(org, bill)
    if goal == "paid" or payment is None:
        payment = _paid(org, bill, payment, options)
    if goal == "voided":
        begin_void(org, payment, _void_type(options), str(options.get("reason", "")), _staff(org))
        return finish_void(org, payment)
    if goal == "bounced":
        walk_to(org, payment, "CLEARED")
        require_step(payment.fields["singleStatus"], FAILED[0])
        move(org, payment, FAILED[0])
    return payment


def pay(org: Org, options: Json) -> Record:
    """Pay bills of one vendor at once, in part or with credits.

    `{"bills": [{"bill", "amount", "credits": [{"id", "amount"}]}], "status", "date", "disbursement_type"}`
    """
    rows = [(find_bill(org, str(row.get("bill", ""))), row) for row in options.get("bills", [])]
    if not rows:
        raise ValueError("Name the 'bills' to pay.")
    splits = [
        {
            "billId": bill.id,
            "amount": _money(row.get("amount", bill.fields["dueAmount"])),
            "vendorCredits": [{"id": one["id"], "amount": _money(one["amount"])} for one in row.get("credits", [])],
        }
        for bill, row in rows
    ]
    return _pay(org, rows[0][0].fields["vendorId"], splits, options)


def walk(org: Org, options: Json) -> Record:
    """Take a payment to a `singleStatus`: `{"payment", "to"}`; with `"force": true` to any, documented or not."""
    payment = _payment(org, options)
    goal, status = str(options.get("to", "")), payment.fields["singleStatus"]
    if options.get("force"):
        move(org, payment, goal)
    elif goal in PATH and status in PATH and PATH.index(goal) > PATH.index(status):
        walk_to(org, payment, goal)
    else:
        require_step(status, goal)
        if goal == "VOIDED":
            return finish_void(org, payment)
        move(org, payment, goal)
    return payment


def void(org: Org, options: Json) -> Record:
    """Void a payment: `{"payment", "type", "reason", "pending"}`; pending leaves it to the clock."""
    payment = _payment(org, options)
    require_step(payment.fields["singleStatus"], "VOID_PENDING")
    begin_void(org, payment, _void_type(options), str(options.get("reason", "")), _staff(org))
    return payment if options.get("pending") else finish_void(org, payment)


def cancel(org: Org, options: Json) -> Record:
    """Cancel a scheduled payment: `{"payment", "pending"}`."""
    payment = _payment(org, options)
    require_step(payment.fields["singleStatus"], "CANCELLATION_IN_PROGRESS")
    move(org, payment, "CANCELLATION_IN_PROGRESS", cancelRequestSubmitted=True)
    if options.get("pending"):
        wind(org, payment, "CANCELED", org.switches.settle_s)
    else:
        move(org, payment, "CANCELED")
    return payment


def edit_bill(org: Org, options: Json) -> Record:
    """Change header fields of a bill or, with `amount`, its first line: `{"bill", "fields": {...}, "amount"}`."""
    bill = find_bill(org, str(options.get("bill", "")))
    values = read(options.get("fields", {}), CHANGED_BILL, org.switches, partial=True)
    kept = {name: value for name, value in bill.fields.items() if name in CHANGED_BILL}
    merged = {**kept, **values, "billApprovals": bill.id in org.approval_asked}
    if "amount" in options:
        first, *rest = bill.fields["billLineItems"]
        merged["billLineItems"] = [{**first, "amount": _money(options["amount"])}, *rest]
    bills.change(org, bill, merged)
    return bill


def archive_bill(org: Org, options: Json) -> Record:
    """Archive a bill, or restore it: `{"bill", "archived": false}`."""
    bill = find_bill(org, str(options.get("bill", "")))
    is_away = bool(options.get("archived", True))
    org.change(bill, archived=is_away)
    book_bill(org, bill)
    tell(org, "bill.archived" if is_away else "bill.restored", bill)
    return bill


def add_vendor(org: Org, options: Json) -> Record:
    """Make a vendor by hand, with the fields of `POST /v3/vendors`."""
    vendor = vendors.make(org, read(options.get("fields", {}), vendors.VENDOR, org.switches))
    tell(org, "vendor.created", vendor)
    return vendor


def connect_vendor(org: Org, options: Json) -> Record:
    """Let a vendor join BILL's network, whose own name, phone and e-mail then stand: `{"vendor", "name", "phone"}`."""
    vendor = org.store.get("vendor", options.get("vendor"))
    if vendor is None:
        raise LookupError(f"No vendor {options.get('vendor')!r}.")
    own: Json = {name: str(options[name]) for name in ("name", "phone", "email") if name in options}
    org.change(vendor, {**vendor.fields, **own, "networkStatus": "CONNECTED"})
    tell(org, "vendor.updated", vendor)
    return vendor


ACTS: Mapping[str, Callable[[Org, Json], Record]] = {
    "pay": pay,
    "walk": walk,
    "void": void,
    "cancel": cancel,
    "edit_bill": edit_bill,
    "archive_bill": archive_bill,
    "add_vendor": add_vendor,
    "connect_vendor": connect_vendor,
}


def find_bill(org: Org, name: str) -> Record:
    """Find a bill by id, else by its invoice number."""
    found = org.store.get("bill", name) or next(
        (one for one in org.store.all("bill") if one.fields["invoice"].get("invoiceNumber") == name), None
    )
    if found is None:
        raise LookupError(f"No bill {name!r} in {org.setup.name}.")
    return found


def payment_of(org: Org, bill: Record) -> Record | None:
    """Give the last payment of a bill that has not come to nothing."""
    found = [
        one
        for one in org.store.of_vendors("payment", [bill.fields["vendorId"]])
        if one.fields["singleStatus"] not in DEAD and any(s["billId"] == bill.id for s in one.fields["billPayments"])
    ]
    return found[-1] if found else None


def _paid(org: Org, bill: Record, payment: Record | None, options: Json) -> Record:
    """Finish the payment under way, else make one over what is due (or the `amount` asked for)."""
    if payment is None or payment.fields["singleStatus"] not in PATH[:-1]:
        amount = _money(options.get("amount", bill.fields["dueAmount"]))
        split = {"billId": bill.id, "amount": amount, "vendorCredits": []}
        return _pay(org, bill.fields["vendorId"], [split], options)
    walk_to(org, payment, str(options.get("status", PATH[-1])))
    return payment


def _pay(org: Org, vendor_id: str, splits: list[Json], options: Json) -> Record:
    status = str(options.get("status", PATH[-1]))
    if status not in PATH:
        raise ValueError(f"'status' is one of {', '.join(PATH)}.")
    for split in splits:
        bill = find_bill(org, split["billId"])
        if not is_payable(bill):
            approve_all(org, bill)
    values = {"vendorId": vendor_id, "processDate": str(options.get("date", org.today().isoformat()))}
    if "disbursement_type" in options:
        values["disbursementType"] = str(options["disbursement_type"])
    payment = make(org, _staff(org), values, splits)
    tell(org, "payment.updated", payment)
    walk_to(org, payment, status)
    return payment


def _payment(org: Org, options: Json) -> Record:
    payment = org.store.get("payment", options.get("payment"))
    if payment is None:
        raise LookupError(f"No payment {options.get('payment')!r} in {org.setup.name}.")
    return payment


def _money(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no amount.") from error


def _void_type(options: Json) -> str:
    kind = str(options.get("type", VOID_TYPES[0]))
    if kind not in VOID_TYPES:
        raise ValueError(f"'type' is one of {', '.join(VOID_TYPES)}.")
    return kind


def _staff(org: Org) -> str:
    return next(iter(org.users()))

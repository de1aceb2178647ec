"""Bills: what is owed to vendors."""

from typing import Any

from integrations.connectors.billcom.simulator.answers import Refused, refuse
from integrations.connectors.billcom.simulator.approvals import assign
from integrations.connectors.billcom.simulator.bill_rules import (
    BILL,
    CHANGED_BILL,
    check_bill,
    complete_lines,
    refuse_locked,
)
from integrations.connectors.billcom.simulator.call import Call, change_all, created, done, listed
from integrations.connectors.billcom.simulator.credits import apply_credits, new_credits, take_back_credits
from integrations.connectors.billcom.simulator.ledger import bill_figures, book_bill, is_locked, refresh_bill
from integrations.connectors.billcom.simulator.line_changes import patched, replaced
from integrations.connectors.billcom.simulator.listings import BILLS
from integrations.connectors.billcom.simulator.org import ZERO, Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.schema import read
from integrations.connectors.billcom.simulator.store import Record, Version, present
from integrations.sandbox.app import Json, Response

BULK_MAX = 100
ROUTED_BY = ("amount", "vendorId", "classifications", "billLineItems")
REQUEST_ONLY = ("vendorCredits", "billApprovals")


def list_all(call: Call) -> Response:
    """Answer `GET /v3/bills`."""
    return listed(call, BILLS, shown)


def get(call: Call) -> Response:
    """Answer `GET /v3/bills/{id}`."""
    record = _record(call)
    return done(shown(call.org, record, record.now))


def create(call: Call) -> Response:
    """Answer `POST /v3/bills`."""
    bill = make(call.org, call.body(BILL), call)
    tell(call.org, "bill.created", bill)
    return created(bill.view())


def create_bulk(call: Call) -> Response:
    """Answer `POST /v3/bills/bulk`: all or none; the answer is a bare array."""

    def add(row: Any) -> Record:
        return make(call.org, read(row, BILL, call.org.switches), call)

    def undo(bill: Record) -> None:
        drop(call.org, bill)

    bills = change_all(call.rows(), BULK_MAX, add, undo)
    for bill in bills:
        tell(call.org, "bill.created", bill)
    return created([bill.view() for bill in bills])


def update(call: Call) -> Response:
    """Answer `PATCH /v3/bills/{id}`: header fields and existing lines by id; line ids stay."""
    bill = _record(call)
    values = call.body(CHANGED_BILL, partial=True)
    lines = patched(bill.fields["billLineItems"], values.get("billLineItems", []), "billLineItems")
    merged = {**_header(bill), **values, "billLineItems": lines}
    for group in ("invoice", "classifications"):
        merged[group] = present({**bill.fields.get(group, {}), **values.get(group, {})})
    return _changed(call, bill, merged)


def replace(call: Call) -> Response:
    """Answer `PUT /v3/bills/{id}`: a line that is not named goes, one without id is new."""
    bill = _record(call)
    values = call.body(CHANGED_BILL)
    lines = replaced(bill.fields["billLineItems"], values["billLineItems"], "billLineItems")
    return _changed(call, bill, {**values, "billLineItems": lines})


def archive(call: Call) -> Response:
    """Answer `POST .../archive`; doing it twice is the same."""
    return _set_archived(call, archived=True)


def restore(call: Call) -> Response:
    """Answer `POST .../restore`; doing it twice is the same."""
    return _set_archived(call, archived=False)


def make(org: Org, values: Json, call: Call | None = None) -> Record:
    """Keep a new bill, in the books as well; with a call, its faults may strike."""
    check_bill(org, values)
    currency = org.currency_of(values["vendorId"])
    values = {**values, "billLineItems": complete_lines(org, values["billLineItems"], currency)}
    credits = values.get("vendorCredits", [])
    is_asked = values.get("billApprovals", False)
    if call is not None:
        values = call.bent(values, "billLineItems")
    fields = _with_total(values)
    bill = org.make("bill", present({**fields, **assign(org, fields, is_asked=is_asked)}))
    if is_asked:
        org.approval_asked.add(bill.id)
    book_bill(org, bill)
    try:
        apply_credits(org, bill.id, bill.fields["vendorId"], credits)
    except Refused:
        drop(org, bill)
        raise
    bill.now.fields.update(bill_figures(org, bill))
    return bill


def drop(org: Org, bill: Record) -> None:
    """Forget a bill that was made a moment ago."""
    take_back_credits(org, bill.id)
    org.books.force_out(org.books.documents[bill.id])
    org.approval_asked.discard(bill.id)
    org.store.drop(bill)


def shown(org: Org, bill: Record, version: Version) -> Json:
    """Show a bill as a read does, with its vendor's name."""
    vendor = org.store.get("vendor", version.fields["vendorId"])
    return {**bill.view(version), "vendorName": vendor.fields["name"] if vendor else ""}


def _changed(call: Call, bill: Record, merged: Json) -> Response:
    change(call.org, bill, merged, call)
    return done(bill.view())


def change(org: Org, bill: Record, merged: Json, call: Call | None = None) -> None:
    """Store a changed bill whole, or refuse it."""
    if is_locked(org, bill.id):
        refuse_locked(org)
    is_asked = _asked_again(org, bill, merged)
    check_bill(org, merged, bill.id)
    currency = org.currency_of(merged["vendorId"])
    fields = _with_total({**merged, "billLineItems": complete_lines(org, merged["billLineItems"], currency)})
    if call is not None:
        fields = _with_total(call.bent(fields, "billLineItems"))
    if is_asked and bill.id in org.approval_asked and all(fields.get(n) == bill.fields.get(n) for n in ROUTED_BY):
        fields |= {name: bill.fields[name] for name in ("approvalStatus", "approvers") if name in bill.fields}
    else:
        fields |= assign(org, fields, is_asked=is_asked)
    credits = new_credits(org, bill.id, fields, merged.get("vendorCredits", []))
    _store(org, bill, fields)
    (org.approval_asked.add if is_asked else org.approval_asked.discard)(bill.id)
    apply_credits(org, bill.id, fields["vendorId"], credits)
    refresh_bill(org, bill.id)
    tell(org, "bill.updated", bill)


def _store(org: Org, bill: Record, fields: Json) -> None:
    before = bill.fields
    used = sum(org.books.paid_by(bill.id).values(), ZERO)
    if used and (before["vendorId"] != fields["vendorId"] or fields["amount"] < used):
        refuse_locked(org)
    org.change(bill, present(fields))
    if before["vendorId"] != fields["vendorId"]:
        org.store.move(bill, before["vendorId"])
    book_bill(org, bill)


def _asked_again(org: Org, bill: Record, merged: Json) -> bool:
    """Once a bill is in the approval flow, every change must say `billApprovals` again."""
    is_asked = bool(merged.get("billApprovals", False))
    if bill.id in org.approval_asked and not is_asked and org.switches.approval_unsaid == "refuse":
        refuse("BDC_1117", "billApprovals: must be sent again on every change", "billApprovals")
    return is_asked


def _set_archived(call: Call, *, archived: bool) -> Response:
    bill = _record(call)
    if bill.archived is not archived:
        if archived and (is_locked(call.org, bill.id) or call.org.books.paid_by(bill.id)):
            refuse_locked(call.org)
        call.org.change(bill, archived=archived)
        book_bill(call.org, bill)
        tell(call.org, "bill.archived" if archived else "bill.restored", bill)
    return done(bill.view())


def _with_total(values: Json) -> Json:
    total = sum(line["amount"] for line in values["billLineItems"])
    return {**{name: value for name, value in values.items() if name not in REQUEST_ONLY}, "amount": total}


def _header(bill: Record) -> Json:
    """Give what a client may write of a bill."""
    return {name: value for name, value in bill.fields.items() if name in BILL}


def _record(call: Call) -> Record:
    return call.org.record("bill", call.ids[0])

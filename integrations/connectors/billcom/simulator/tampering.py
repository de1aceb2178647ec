"""Mistakes planted on purpose, in the books and in what the API shows, to prove that checkers see them."""

from collections.abc import Iterable
from decimal import Decimal

from integrations.connectors.billcom.simulator.ledger import bill_figures, credit_figures
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document, tamper

LINES = {"bill": "billLineItems", "vendorCredit": "vendorCreditLineItems", "payment": "billPayments"}
VENDOR_OPS = ("delete", "duplicate")


def tamper_with(org: Org, record: Record, options: Json) -> list[str]:
    """Do `{"op": "amount|date|delete|duplicate|unapply", "value"}` to a record; gives the ids touched."""
    op = str(options.get("op", ""))
    value = None if options.get("value") is None else str(options["value"])
    if record.kind == "vendor":
        return _tamper_vendor(org, record, op)
    document = org.books.documents[record.id]
    if not document.is_posted:
        raise ValueError(f"{record.kind} {record.id} is not in the ledger (archived, void or only scheduled).")
    new_id = org.new_id(record.kind)
    before = dict(document.applied), dict(org.books.paid_by(record.id))
    touched = tamper(org.books, record.id, op, value, lambda: new_id)
    _follow(org, record, op, touched)
    _refresh(org, {*(one.id for one in touched), *before[0], *before[1]})
    return [one.id for one in touched]


def _tamper_vendor(org: Org, record: Record, op: str) -> list[str]:
    if op not in VENDOR_OPS:
        raise ValueError(f"A vendor can be tampered with by {', '.join(VENDOR_OPS)}.")
    if op == "delete":
        org.store.drop(record)
        return [record.id]
    return [org.make("vendor", dict(record.fields)).id]


def _follow(org: Org, record: Record, op: str, touched: list[Document]) -> None:
    """Let the API show what was done to the books."""
    if op == "delete":
        org.store.drop(record)
    elif op == "duplicate":
        org.store.add(record.kind, touched[0].id, dict(record.fields), org.now())
    elif op == "amount":
        org.change(record, _stretched(record, touched[0].total))
    elif op == "date":
        org.change(record, _dated(record, touched[0].date.isoformat()))


def _stretched(record: Record, total: Decimal) -> Json:
    name = LINES[record.kind]
    first, *rest = record.fields[name]
    change = total - record.fields["amount"]
    return {**record.fields, "amount": total, name: [{**first, "amount": first["amount"] + change}, *rest]}


def _dated(record: Record, day: str) -> Json:
    if record.kind == "bill":
        return {**record.fields, "invoice": {**record.fields["invoice"], "invoiceDate": day}}
    return {**record.fields, {"payment": "processDate"}.get(record.kind, "creditDate"): day}


def _refresh(org: Org, ids: Iterable[str]) -> None:
    for id in ids:
        bill, credit = org.store.get("bill", id), org.store.get("vendorCredit", id)
        if bill is not None and id in org.books.documents:
            org.change(bill, {**bill.fields, **bill_figures(org, bill)})
        if credit is not None and id in org.books.documents:
            org.change(credit, {**credit.fields, **credit_figures(org, credit)})

"""How bills, payments and vendor credits stand in the books, and the figures of a bill that follow from them."""

from datetime import date
from decimal import Decimal

from integrations.connectors.billcom.simulator.org import BASE, CURRENCIES, NO_ACCOUNT, ZERO, Org
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document, to_base
from integrations.sandbox.books.documents import Entry, credit, debit

DECIMALS = {one.code: one.decimals for one in CURRENCIES}
UNDER_WAY = ("READY_TO_FUND", "FUNDING_STARTED")


def book_bill(org: Org, bill: Record) -> None:
    """Put a bill into the books, or its changed version in the place of the old; an archived one is not posted."""
    _place(org, _bill_document(org, bill), is_held=bill.archived)


def book_credit(org: Org, record: Record) -> None:
    """Put a vendor credit into the books."""
    fields = record.fields
    entries = [debit(org.payable_account, fields["amount"], party=fields["vendorId"])]
    entries += _coded(org, fields, "vendorCreditLineItems", -1)
    document = _document(org, record, "vendor_credit", fields.get("creditDate", ""), fields["amount"], entries)
    document.side, document.number = "debit", fields.get("referenceNumber", "")
    _place(org, document, is_held=record.archived)


def book_payment(org: Org, payment: Record) -> None:
    """Put a payment into the books, held: it is posted when money moves."""
    fields = payment.fields
    entries = [
        debit(org.payable_account, fields["amount"], party=fields["vendorId"]),
        credit(org.clearing_account, fields["amount"]),
    ]
    document = _document(org, payment, "payment", fields["processDate"], fields["amount"], entries)
    document.side, document.number = "debit", fields.get("transactionNumber", "")
    _place(org, document, is_held=True)


def post_payment(org: Org, payment: Record) -> None:
    """Post a payment and use it on its bills, on none for more than is open there."""
    if org.books.documents[payment.id].is_posted:
        return
    org.books.release(payment.id)
    for split in payment.fields["billPayments"]:
        bill = org.books.documents.get(split["billId"])
        if bill is not None:
            org.books.apply(payment.id, bill.id, min(split["amount"], bill.open))


def withdraw_payment(org: Org, payment: Record) -> None:
    """Take a payment off its bills; it stands in the books as one that is not posted."""
    document = org.books.documents[payment.id]
    if document.is_posted:
        org.books.force_out(document)
        org.books.add(document, hold=True)


def use_credit(org: Org, credit_id: str, bill_id: str, amount: Decimal) -> None:
    """Use so much more (less, if negative) of a vendor credit on a bill, and show it on the credit."""
    documents = org.books.documents
    if credit_id not in documents or bill_id not in documents:  # one of them was tampered away
        return
    used = documents[credit_id].applied.get(bill_id, ZERO)
    org.books.apply(credit_id, bill_id, max(ZERO, used + amount))
    record = org.store.get("vendorCredit", credit_id)
    if record is not None:
        org.change(record, {**record.fields, **credit_figures(org, record)})


def credit_figures(org: Org, record: Record) -> Json:
    """Give how much of a vendor credit is used, and its status."""
    document = org.books.documents[record.id]
    status = "NOT_APPLIED" if not document.used else "PARTIALLY_APPLIED" if document.open > 0 else "FULLY_APPLIED"
    return {"appliedAmount": document.used, "status": status}


def is_locked(org: Org, bill_id: str) -> bool:
    """Tell whether a payment is scheduled or made on a bill."""
    payers = org.books.paid_by(bill_id)
    return bool(org.scheduled.get(bill_id)) or any(org.books.documents[id].kind == "payment" for id in payers)


def bill_figures(org: Org, bill: Record) -> Json:
    """Give paid, credited, scheduled and due amounts of a bill, and its payment status."""
    payers = org.books.paid_by(bill.id)
    total: Decimal = bill.fields["amount"]
    paid = sum((amount for id, amount in payers.items() if org.books.documents[id].kind == "payment"), ZERO)
    credited = sum(payers.values(), ZERO) - paid
    scheduled = org.scheduled_for(bill.id)
    rate = org.books.currencies.rate(org.currency_of(bill.fields["vendorId"]), BASE, org.today())
    return {
        "paidAmount": paid,
        "creditAmount": credited,
        "scheduledAmount": scheduled,
        "dueAmount": total - paid - credited - scheduled,
        "exchangeRate": rate,
        "fundingAmount": org.books.currencies.get(BASE).round(total * rate),
        "paymentStatus": _payment_status(org, bill, total - credited, paid, scheduled),
    }


def refresh_bill(org: Org, bill_id: str) -> None:
    """Bring a bill's figures up to date after a payment; whether its `updatedTime` moves is a switch."""
    bill = org.store.get("bill", bill_id)
    if bill is None:
        return
    fields = {**bill.fields, **bill_figures(org, bill)}
    if org.switches.payment_moves_bill:
        org.change(bill, fields)
    else:
        bill.amend(org.now(), fields)


def _payment_status(org: Org, bill: Record, owed: Decimal, paid: Decimal, scheduled: Decimal) -> str:
    if paid >= owed:
        return "PAID"
    if paid:
        return "PARTIALLY_PAID"
    payments = (org.store.get("payment", id) for id in org.scheduled.get(bill.id, ()))
    if any(one.fields["singleStatus"] in UNDER_WAY for one in payments if one):
        return "IN_PROCESS"
    return "SCHEDULED" if scheduled else "UNPAID"


def _bill_document(org: Org, bill: Record) -> Document:
    fields = bill.fields
    invoice = fields["invoice"]
    entries = [
        *_coded(org, fields, "billLineItems", 1),
        credit(org.payable_account, fields["amount"], party=fields["vendorId"]),
    ]
    document = _document(org, bill, "bill", invoice.get("invoiceDate", ""), fields["amount"], entries)
    document.side, document.number = "credit", invoice.get("invoiceNumber", "")
    document.due_date = date.fromisoformat(fields["dueDate"]) if fields.get("dueDate") else None
    return document


def _coded(org: Org, fields: Json, lines: str, sign: int) -> list[Entry]:
    """Make an entry for each line on its account, else on the document's, else on none."""
    usual = fields.get("classifications", {}).get("chartOfAccountId") or NO_ACCOUNT
    return [
        debit(
            line.get("classifications", {}).get("chartOfAccountId") or usual,
            sign * line["amount"],
            line=at,
            memo=line.get("description", ""),
        )
        for at, line in enumerate(fields[lines], 1)
    ]


def _document(org: Org, record: Record, kind: str, day: str, total: Decimal, entries: list[Entry]) -> Document:
    on = date.fromisoformat(day) if day else org.today()
    currency = org.currency_of(record.fields["vendorId"])
    rate = org.books.currencies.rate(currency, BASE, on)
    return Document(
        id=record.id,
        kind=kind,
        record=record.kind,
        party=record.fields["vendorId"],
        company=org.id,
        currency=currency,
        rate=rate,
        total=total,
        applicable=total,
        date=on,
        posting_date=on,
        memo=record.fields.get("description", ""),
        entries=to_base(entries, rate, org.books.currencies.get(BASE)),
    )


def _place(org: Org, document: Document, *, is_held: bool) -> None:
    document.reference = document.number
    if document.id in org.books.documents:
        org.books.replace(document, hold=is_held)
    else:
        org.books.add(document, hold=is_held)

"""What invoices, memos and payments have in common: types, figures, status, periods, entries in the books."""

from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import BASE, MAIN_BRANCH, Tenant
from integrations.sandbox.books import Document, Entry, to_base

INVOICES = {"Invoice": "INV", "Debit Memo": "DRM", "Credit Memo": "CRM", "Overdue Charge": "FCH",
            "Credit WO": "SMC", "Cash Sale": "CSL", "Cash Return": "RCS"}  # fmt: skip
PAYMENTS = {"Payment": "PMT", "Prepayment": "PPM", "Credit Memo": "CRM", "Refund": "REF",
            "Voided Payment": "RPM", "Voided Refund": "VRF", "Balance WO": "SMB"}  # fmt: skip
KINDS = {"Invoice": "invoice", "Debit Memo": "invoice", "Overdue Charge": "invoice", "Credit Memo": "credit_note",
         "Payment": "payment", "Prepayment": "payment", "Refund": "refund",
         "Voided Payment": "void", "Voided Refund": "void"}  # fmt: skip
DEBITS = ("Invoice", "Debit Memo", "Overdue Charge", "Refund", "Voided Payment")
READONLY = frozenset({
    "Status", "CuryDocBal", "CuryTaxTotal", "CuryLineTotal", "CuryApplAmt", "CuryUnappliedBal", "CuryPaymentTotal",
    "CuryVatExemptTotal", "CuryVatTaxableTotal", "CurySOApplAmt", "BatchNbr", "CreatedDateTime", "LastModifiedDateTime",
    "NoteID", "CuryDiscTot", "Printed",
})  # fmt: skip
GONE = ("Closed", "Voided")
RATE = "CurrencyInfo.SampleCuryRate"
OWN_RATE = "OwnCuryRate"


def check_header(draft: Draft, day_key: str, period_key: str) -> None:
    """Complete and check what every AR document has: customer, currency, date, period, branch."""
    fields, tenant = draft.fields, draft.tenant
    fields["CustomerID"] = str(fields.get("CustomerID") or "").upper()
    customer = tenant.find("Customer", fields["CustomerID"])
    if customer is None:
        draft.bad("CustomerID", "'Customer' cannot be found in the system.")
        return
    if customer.fields["Status"] == "Inactive":
        draft.bad("CustomerID", "The customer status is 'Inactive'.")
    fields["CustomerID"] = customer.key[0]
    fields.setdefault("CustomerLocationID", "MAIN")
    draft.default("BranchID", MAIN_BRANCH)
    draft.must_exist("BranchID", "Branch", "Branch")
    draft.default("CuryID", customer.fields.get("CuryID") or BASE)
    if draft.must_exist("CuryID", "Currency", "Currency", flag="IsActive"):
        _check_currency(draft, customer)
        take_rate(draft, RATE, is_allowed=customer.fields.get("AllowOverrideRate") is not False)
    draft.default(day_key, draft.date)
    if not draft.record or period_key in draft.sent.values or day_key in draft.sent.values:
        _set_period(draft, day_key, period_key)


def _check_currency(draft: Draft, customer: Record) -> None:
    currency, own = draft.fields["CuryID"], customer.fields.get("CuryID") or BASE
    if currency != own and not customer.fields.get("AllowOverrideCury"):
        draft.bad("CuryID", "The currency of the document differs from the customer's and cannot be overridden.")
    if not draft.tenant.has_rate(currency):
        draft.bad("CuryID", f"The currency rate for {currency} is not defined for the date.")


def take_rate(draft: Draft, key: str, *, is_allowed: bool) -> None:
    """Take a document's own exchange rate; where none is allowed it is dropped without a word."""
    sent = draft.sent.values.get(key)
    if sent is not None and is_allowed and draft.fields["CuryID"] != draft.tenant.base(draft.fields["BranchID"]):
        draft.fields[OWN_RATE] = sent
    elif sent is not None:
        draft.tenant.lint[f"derived {draft.entity.name}.{key}"] += 1


def set_rate(tenant: Tenant, record: Record, key: str, on: date) -> Decimal:
    """Give a document's exchange rate, its own or that of the day, and show it."""
    base = tenant.base(record.fields["BranchID"])
    rate: Decimal = record.fields.get(OWN_RATE) or tenant.rate(record.fields["CuryID"], on, base)
    record.fields[key] = rate
    return rate


def _set_period(draft: Draft, day_key: str, period_key: str) -> None:
    fields = draft.fields
    own = fields.get(period_key) if period_key in draft.sent.values else None
    period = draft.tenant.calendar.get(str(own)) if own else draft.tenant.calendar.of(fields[day_key])
    trouble = draft.tenant.period_trouble(fields[day_key], own, "AR")
    if trouble:
        draft.bad(period_key if own else day_key, trouble)
    fields[period_key] = period.id if period else None


def posting_day(tenant: Tenant, record: Record) -> date:
    """Give the day a document counts on: its date, or the end of the period it was given."""
    fields = record.fields
    day: date = fields.get("DocDate") or fields["AdjDate"]
    period = tenant.calendar.get(str(fields.get("FinPeriodID") or fields.get("AdjFinPeriodID") or ""))
    if period is None or period.start <= day <= period.end:
        return day
    return period.start if day < period.start else period.end


def customer_class(tenant: Tenant, customer_id: object) -> dict[str, object]:
    """Give the class fields of a customer."""
    name = tenant.field("Customer", customer_id, "CustomerClassID") or "DEFAULT"
    known = tenant.find("CustomerClass", name)
    return known.fields if known else {}


def document(tenant: Tenant, record: Record, total: Decimal, entries: list[Entry]) -> Document:
    """Make the books' document of an AR record."""
    fields = record.fields
    kind = str(fields["DocType"])
    posting = posting_day(tenant, record)
    currency = fields["CuryID"]
    rate = set_rate(tenant, record, RATE, posting)
    return Document(
        id=record.id,
        kind=KINDS[kind],
        record=kind,
        reference=str(fields.get("InvoiceNbr") or fields.get("ExtRefNbr") or ""),
        number=str(fields["RefNbr"]),
        party=fields["CustomerID"],
        company=str(fields["BranchID"]),
        currency=currency,
        rate=rate,
        total=total,
        applicable=total,
        side="debit" if kind in DEBITS else "credit",
        date=fields.get("DocDate") or fields["AdjDate"],
        posting_date=posting,
        due_date=fields.get("DueDate"),
        memo=str(fields.get("DocDesc") or ""),
        entries=to_base(entries, rate, tenant.books.currencies.get(tenant.base(fields["BranchID"]))),
    )


def place(tenant: Tenant, made: Document, *, is_held: bool) -> None:
    """Put a document into the books, in the place of the one with its id."""
    if made.id in tenant.books.documents:
        tenant.books.replace(made, hold=is_held)
    else:
        tenant.books.add(made, hold=is_held)


def refresh(tenant: Tenant, record: Record) -> None:
    """Bring a document's balance, applied amounts and status up to date from the books."""
    booked = tenant.books.documents.get(record.id)
    if booked is None:
        return
    fields, money = record.fields, tenant.books.currencies.get(booked.currency).round
    planned = sum((row.fields.get("CuryAdjgAmt") or ZERO for row in record.rows.get("adjusting", [])), ZERO)
    fields["CuryDocBal"] = money(booked.open if record.is_released else booked.total)
    used = booked.used if record.is_released else ZERO
    fields["CuryApplAmt"] = money(used + planned)
    fields["CuryUnappliedBal"] = money(booked.applicable - used - planned)
    fields["CuryPaymentTotal"] = money(used)
    if fields["Status"] != "Voided":
        fields["Status"] = _status(record, booked)
    booked.status = fields["Status"]


def _status(record: Record, booked: Document) -> str:
    if record.is_released:
        return "Closed" if booked.open <= 0 else "Open"
    if record.fields.get("Hold"):
        return "On Hold"
    return str(record.fields.get("Waits") or "Balanced")


def find_document(tenant: Tenant, kind: object, number: object) -> Record | None:
    """Find an AR document by type (label or code) and number."""
    text = str(kind or "")
    codes = {code: label for label, code in {**INVOICES, **PAYMENTS}.items()}
    return tenant.find("ar", codes.get(text, text), number or "")


def history_row(tenant: Tenant, target: Record, payer: Record, amount: Decimal, batch: str) -> Row:
    """Make a row of the application history of a payment."""
    fields = target.fields
    return tenant.row(
        SourceDocType=fields["DocType"],
        SourceRefNbr=fields["RefNbr"],
        ARAdjust2__AdjgRefNbr=payer.fields["RefNbr"],
        CuryAmt=amount,
        CuryBalanceAmt=fields["CuryDocBal"],
        BatchNbr=batch,
        ARInvoice__InvoiceNbr=fields.get("InvoiceNbr"),
        ARRegisterAlias__CustomerID=fields["CustomerID"],
        ARRegisterAlias__CuryID=fields["CuryID"],
        ARRegisterAlias__DocDate=fields.get("DocDate") or fields.get("AdjDate"),
    )

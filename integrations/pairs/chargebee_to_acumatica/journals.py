"""Journal mode: each document as one balanced batch of the general ledger, and the batch that takes it back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.records import LINES, payload
from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.contracts import (
    Booked,
    Context,
    Draft,
    Facts,
    LineFact,
    Mapped,
    Record,
    Reference,
    Standing,
    Value,
)
from integrations.pairs.chargebee_to_acumatica.common import Values, period, posted_on, reference, release

Entries = lifecycle.journals.Entries
_HEADER = ("LedgerID", "BranchID", "Description")
ZERO = Decimal(0)


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice's journal, and one per tax withheld."""
    document = lifecycle.invoices.invoice_of(record)
    day = lifecycle.invoices.document_date(record, context)
    entries = lifecycle.journals.invoice_entries(record, mapped, context)
    return (*_journal("invoices", document, day, entries, mapped, context), *withheld(record, mapped, context))


def withheld(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the journals of the taxes that a customer withheld."""
    document = lifecycle.invoices.invoice_of(record)
    drafts: list[Draft] = []
    for tax in lifecycle.invoices.withheld(record):
        day = lifecycle.common.day(tax.date or document.date, context)
        entries = lifecycle.journals.withheld_entries(record, tax, mapped, context)
        drafts += _journal("invoices", document, day, entries, mapped, context, about=tax.id)
    return tuple(drafts)


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal."""
    document = lifecycle.credit_notes.note_of(record)
    day = lifecycle.credit_notes.document_date(record, context)
    entries = lifecycle.journals.credit_note_entries(record, mapped, context)
    return _journal("credit_notes", document, day, entries, mapped, context)


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment's journal."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.payments.document_date(record, context)
    entries = lifecycle.journals.payment_entries(record, mapped, context)
    return _journal("payments", document, day, entries, mapped, context)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund's journal."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.refunds.document_date(record, context)
    entries = lifecycle.journals.refund_entries(record, mapped, context)
    return _journal("refunds", document, day, entries, mapped, context)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take every journal of a document back by one with debits and credits exchanged."""
    made = [one for one in reversed(standing.booked) if not one.draft.operation.startswith("release")]
    return tuple(draft for one in made for draft in _reversal(one, standing, context))


def _journal(
    flow: str,
    document: Invoice | CreditNote | Transaction,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    about: str = "",
) -> tuple[Draft, ...]:
    label = f"{flow.rstrip('s').replace('_', ' ').capitalize()} {document.id}"
    posting = posted_on(flow, day, label, context, "gl")
    lines = [_line(entry) for entry in entries]
    header: Values = {
        **{name: mapped.header.get(name) for name in _HEADER},
        "TransactionDate": day,
        "CurrencyID": document.currency_code,
        "Description": str(mapped.header.get("Description") or label),
        **period("PostPeriod", day, posting),
    }
    made = Draft(
        flow=flow,
        key=document.id,
        sink="journals",
        operation=f"create:{about}" if about else "create",
        revision=context.revision,
        reference=reference(context, "JE", f"{flow}-{document.id}", context.revision, about),
        payload=payload(header, lines),
        facts=_facts(document.currency_code, day, lines),
        references=tuple(Reference(kind="account", code=entry.account, field="Account") for entry in entries),
    )
    return (made, release(made, about))


def _line(entry: lifecycle.journals.Entry) -> Values:
    side = "DebitAmount" if entry.amount > 0 else "CreditAmount"
    values = entry.values if entry.role == "line" else {}
    return {
        "Account": entry.account,
        "Subaccount": values.get("Subaccount") or entry.values.get("Subaccount"),
        side: abs(entry.amount),
        "TransactionDescription": entry.text[:512],
        "VendorOrCustomer": entry.customer or None,
    }


def _facts(currency: str, day: date, lines: list[Values]) -> Facts:
    facts = tuple(LineFact(account=str(line["Account"]), amount=_signed(line)) for line in lines)
    named = {str(line["VendorOrCustomer"]) for line in lines if line.get("VendorOrCustomer")}
    total = sum((fact.amount for fact in facts if fact.amount > 0), ZERO)
    customer = named.pop() if len(named) == 1 else None
    return Facts(customer=customer, currency=currency, total=total, date=day, lines=facts)


def _signed(line: Mapping[str, Value]) -> Decimal:
    return _number(line.get("DebitAmount")) - _number(line.get("CreditAmount"))


def _number(value: Value) -> Decimal:
    return Decimal(str(value)) if value else ZERO


def _reversal(booked: Booked, standing: Standing, context: Context) -> tuple[Draft, ...]:
    sent, about = booked.draft, booked.draft.operation.partition(":")[2]
    given = sent.payload.get(LINES)
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
    lines = [_swapped(row) for row in rows]
    header = {name: value for name, value in sent.payload.items() if name not in (LINES, "PostPeriod")}
    revision = standing.link.revision
    made = Draft(
        flow=sent.flow,
        key=standing.key,
        sink="journals",
        operation=f"reverse:{about}" if about else "reverse",
        revision=revision,
        reference=reference(context, "JE", f"{sent.flow}-{standing.key}", revision, f"{about}REV"),
        payload=payload(
            {**header, "TransactionDate": standing.on, "Description": f"Reversal of {standing.label}"}, lines
        ),
        facts=_facts(sent.facts.currency or "", standing.on, lines),
    )
    return (made, release(made, f"{about}reversal"))


def _swapped(line: Mapping[str, Value]) -> Values:
    kept = {name: value for name, value in line.items() if name not in ("DebitAmount", "CreditAmount")}
    if line.get("DebitAmount"):
        return {**kept, "CreditAmount": line["DebitAmount"]}
    return {**kept, "DebitAmount": line.get("CreditAmount")}

"""Invoices, credit notes, payments and refunds: one balanced journal entry each, and its reversal."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.jde.records import journal_facts
from integrations.contracts import (
    Booked,
    Context,
    Draft,
    Facts,
    Mapped,
    Record,
    Reference,
    Standing,
    Value,
    Verdict,
)
from integrations.pairs.chargebee_to_jde.common import posted_on, rate, reference

Entries = lifecycle.journals.Entries
_LONGEST_REMARK = 30
_MOVES_NOTHING = "moves_nothing"


def invoice_verdict(record: Record, context: Context) -> Verdict:
    """Judge an invoice; one whose lines are all zero has nothing that a journal could say."""
    found = lifecycle.invoices.verdict(record, context)
    invoice = lifecycle.invoices.invoice_of(record)
    if (
        found.action in ("deliver", "withdraw")
        and not invoice.total
        and not any(line.amount for line in lifecycle.lines.document_lines(invoice, context))
    ):
        reason = f"Invoice {invoice.id} and all of its lines are zero: a journal entry has nothing to say of it."
        return Verdict(action="skip", code=_MOVES_NOTHING, reason=reason)
    return found


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice's journal: receivable to revenue, discounts, taxes, rounding; then one per tax withheld."""
    document = lifecycle.invoices.invoice_of(record)
    day = lifecycle.invoices.document_date(record, context)
    entries = lifecycle.journals.invoice_entries(record, mapped, context)
    return (_journal("invoices", document, day, entries, mapped, context), *withheld(record, mapped, context))


def withheld(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the journals of the taxes that a customer withheld from an invoice; those booked already stay as they are.

    Due date and PO number are not in a journal: other changes of an invoice's details need nothing.
    """
    document = lifecycle.invoices.invoice_of(record)
    return tuple(
        _journal(
            "invoices",
            document,
            lifecycle.common.day(tax.date or document.date, context),
            lifecycle.journals.withheld_entries(record, tax, mapped, context),
            mapped,
            context,
            operation=f"withheld:{tax.id}",
        )
        for tax in lifecycle.invoices.withheld(record)
    )


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal: the mirror of an invoice's."""
    document = lifecycle.credit_notes.note_of(record)
    day = lifecycle.credit_notes.document_date(record, context)
    entries = lifecycle.journals.credit_note_entries(record, mapped, context)
    return (_journal("credit_notes", document, day, entries, mapped, context),)


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment's journal: clearing account to the receivables that it pays."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.payments.document_date(record, context)
    entries = lifecycle.journals.payment_entries(record, mapped, context)
    return (_journal("payments", document, day, entries, mapped, context),)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund's journal: receivable to clearing account."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.refunds.document_date(record, context)
    entries = lifecycle.journals.refund_entries(record, mapped, context)
    return (_journal("refunds", document, day, entries, mapped, context),)


def reverse(flow: str) -> Callable[[Standing, Context], tuple[Draft, ...]]:
    """Give how journals of a flow are taken back: by a journal of their own with every line negated."""

    def reversal(standing: Standing, context: Context) -> tuple[Draft, ...]:
        return tuple(_reversal(flow, one, standing, context) for one in reversed(standing.booked))

    return reversal


def _journal(
    flow: str,
    document: Invoice | CreditNote | Transaction,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    operation: str = "create",
) -> Draft:
    header = {name: value for name, value in mapped.header.items() if name not in _ACCOUNTS}
    company = str(header.get("documentCompany") or "")
    label = f"{flow.rstrip('s').replace('_', ' ').capitalize()} {document.id}"
    posting = posted_on(flow, day, company, label, context)
    moved = "" if posting == day else f" of {day.isoformat()}"
    lines = tuple(_line(entry, number) for number, entry in enumerate(entries, 1))
    customer = next((entry.customer for entry in entries if entry.customer), None)
    payload: dict[str, Value] = {
        **header,
        **rate(document, context),
        "glDate": posting,
        "currencyCode": document.currency_code,
        "explanation": f"{header.get('explanation') or label}{moved}"[:_LONGEST_REMARK],
        "lines": lines,
    }
    return Draft(
        flow=flow,
        key=document.id,
        sink="journal_entries",
        operation=operation,
        revision=context.revision,
        reference=reference(context, flow, document.id, operation, context.revision),
        payload=payload,
        facts=journal_facts(currency=document.currency_code, day=posting, lines=lines, customer=customer),
        references=(
            Reference(kind="company", code=company, field="documentCompany"),
            *(Reference(kind="account", code=entry.account, field="account") for entry in entries),
        ),
    )


_ACCOUNTS = (lifecycle.journals.RECEIVABLE, lifecycle.journals.CLEARING, lifecycle.journals.WITHHELD)


def _line(entry: lifecycle.journals.Entry, number: int) -> Mapping[str, Value]:
    """Write a line; the receivable carries the customer's address number as its subledger."""
    remark = entry.values.get("remark") if entry.role == "line" else None
    line: dict[str, Value] = {
        "lineNumber": number,
        "account": entry.account,
        "amount": entry.amount,
        "remark": str(remark or entry.text)[:_LONGEST_REMARK],
    }
    if entry.customer:
        return {**line, "subledger": entry.customer, "subledgerType": "A"}
    given = {name: entry.values.get(name) for name in ("subledger", "subledgerType")} if entry.role == "line" else {}
    return {**line, **{name: value for name, value in given.items() if value}}


def _reversal(flow: str, booked: Booked, standing: Standing, context: Context) -> Draft:
    """Negate what was booked, line by line, at the rate of the entry that is taken back."""
    sent, lines = booked.draft, tuple(_negated(line) for line in _lines_of(booked))
    operation = "reverse" if sent.operation == "create" else f"reverse:{sent.operation}"
    payload: dict[str, Value] = {
        **sent.payload,
        "glDate": standing.on,
        "explanation": f"Reversal {standing.label}"[:_LONGEST_REMARK],
        "lines": lines,
        "reversesRef": sent.reference,
    }
    currency, revision = str(payload["currencyCode"]), standing.link.revision
    facts: Facts = journal_facts(currency=currency, day=standing.on, lines=lines, customer=sent.facts.customer)
    return Draft(
        flow=flow,
        key=standing.key,
        sink="journal_entries",
        operation=operation,
        revision=revision,
        reference=reference(context, flow, standing.key, operation, revision),
        payload=payload,
        facts=facts,
    )


def _lines_of(booked: Booked) -> tuple[Mapping[str, Value], ...]:
    lines = booked.draft.payload.get("lines")
    return tuple(line for line in lines if isinstance(line, Mapping)) if isinstance(lines, list | tuple) else ()


def _negated(line: Mapping[str, Value]) -> Mapping[str, Value]:
    return {**line, "amount": -Decimal(str(line["amount"]))}

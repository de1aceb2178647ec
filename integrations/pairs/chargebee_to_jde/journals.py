"""Invoices, credit notes, payments and refunds: one balanced journal entry each, its amendments and its reversal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.jde.records import journal_facts
from integrations.contracts import (
    Booked,
    Context,
    Draft,
    LinkView,
    Mapped,
    Record,
    Reference,
    Standing,
    Value,
    Verdict,
)
from integrations.pairs.chargebee_to_jde import lines
from integrations.pairs.chargebee_to_jde.common import books_of, own_rate, posted_on, reference, require_free

Document = Invoice | CreditNote | Transaction
Entries = lifecycle.journals.Entries
ZERO = lifecycle.common.ZERO
_MOVES_NOTHING = "moves_nothing"
_WITHHELD, _RESTORED = "withheld", "restored"


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


# What is booked


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice's journal: receivable to revenue, discounts, taxes, rounding; then one per tax withheld."""
    document = lifecycle.invoices.invoice_of(record)
    day = _gl_date(lifecycle.invoices.document_date(record, context), mapped)
    posting = _posting("invoices", document, day, mapped, context)
    entries = lifecycle.journals.invoice_entries(record, mapped, context, posting=posting)
    return (_journal("invoices", document, day, entries, mapped, context), *_withheld(record, mapped, context))


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal: the mirror of an invoice's."""
    document = lifecycle.credit_notes.note_of(record)
    day = _gl_date(lifecycle.credit_notes.document_date(record, context), mapped)
    posting = _posting("credit_notes", document, day, mapped, context)
    entries = lifecycle.journals.credit_note_entries(record, mapped, context, posting=posting)
    return (_journal("credit_notes", document, day, entries, mapped, context),)


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment's journal: clearing account to the receivables that it pays."""
    document = lifecycle.payments.transaction_of(record)
    day = _gl_date(lifecycle.payments.document_date(record, context), mapped)
    entries = lifecycle.journals.payment_entries(record, mapped, context)
    return (_journal("payments", document, day, entries, mapped, context),)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund's journal: receivable to clearing account."""
    document = lifecycle.payments.transaction_of(record)
    day = _gl_date(lifecycle.refunds.document_date(record, context), mapped)
    entries = lifecycle.journals.refund_entries(record, mapped, context)
    return (_journal("refunds", document, day, entries, mapped, context),)


# What changes afterwards


def amend_invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the journals of taxes withheld meanwhile, and take back those that Chargebee no longer shows.

    Then the cents that parts have left on the receivable. Due date and PO number are not in a journal: other changes of
    an invoice's details need nothing.
    """
    made = _withheld(record, mapped, context)
    restored = _restored(record, {draft.operation for draft in made}, context)
    return (*made, *restored, *_cents(record, mapped, context))


def amend_credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what an allocation moves between exchange rates; within one currency it moves nothing."""
    document = lifecycle.credit_notes.note_of(record)
    wanted = lifecycle.journals.credit_note_entries(record, mapped, context)
    return _moved("credit_notes", record, document, wanted, mapped, context)


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what an application moves between customers and exchange rates; the cash is not touched."""
    document = lifecycle.payments.transaction_of(record)
    wanted = lifecycle.journals.payment_entries(record, mapped, context)
    return _moved("payments", record, document, wanted, mapped, context)


def amend_refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the exchange difference between a refund's journal and what it pays out."""
    document = lifecycle.payments.transaction_of(record)
    wanted = lifecycle.journals.refund_entries(record, mapped, context)
    return _moved("refunds", record, document, wanted, mapped, context)


def _withheld(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the journals of the taxes that a customer withheld from an invoice; those booked already stay as they are.

    One that was taken back and is shown again is booked anew.
    """
    document = lifecycle.invoices.invoice_of(record)
    drafts = []
    for tax in lifecycle.invoices.withheld(record):
        day = lifecycle.common.day(tax.date or document.date, context)
        entries = lifecycle.journals.withheld_entries(record, tax, mapped, context)
        times = len(_of_operation(f"{_RESTORED}:{tax.id}", context))
        operation = f"{_WITHHELD}:{tax.id}" + (f":{times + 1}" if times else "")
        if not _of_operation(operation, context):
            drafts.append(_journal("invoices", document, day, entries, mapped, context, operation=operation))
    return tuple(drafts)


def _restored(record: Record, made: set[str], context: Context) -> tuple[Draft, ...]:
    """Take back what was booked of taxes that are no longer withheld."""
    document = lifecycle.invoices.invoice_of(record)
    shown = {tax.id for tax in lifecycle.invoices.withheld(record)}
    day = lifecycle.common.day(document.updated_at, context) if document.updated_at else context.today
    drafts = []
    for tax in dict.fromkeys(_tax_of(one) for one in context.booked if one.draft.operation.startswith(_WITHHELD)):
        booked = [one for one in context.booked if _tax_of(one) == tax and one.draft.operation.startswith(_WITHHELD)]
        taken_back = len(_of_operation(f"{_RESTORED}:{tax}", context))
        if tax not in shown and len(booked) > taken_back and day is not None:
            operation = f"{_RESTORED}:{tax}" + (f":{taken_back + 1}" if taken_back else "")
            label = f"Withheld {record.key}"
            drafts.append(_opposite("invoices", booked[-1], record.key, day, label, operation, context))
    return tuple(drafts)


def _tax_of(booked: Booked) -> str:
    return booked.draft.operation.split(":")[1] if ":" in booked.draft.operation else ""


def _of_operation(name: str, context: Context) -> list[Booked]:
    """Give what was booked under an operation's name, repetitions included."""
    named = [(one, one.draft.operation) for one in context.booked]
    return [one for one, operation in named if operation == name or operation.startswith(f"{name}:")]


def _moved(
    flow: str, record: Record, document: CreditNote | Transaction, wanted: Entries, mapped: Mapped, context: Context
) -> tuple[Draft, ...]:
    """Draft one journal from what stands on the receivables to what should, dated the day of the change.

    Where nothing was changed, and only its rate is known now, it is dated as what it belongs to.
    """
    company = _company(context.booked[0].draft.payload if context.booked else mapped.header)
    books, link = books_of(company, context), context.links.get((flow, record.key))
    rate = own_rate(document, books, context)
    stands_at = rate or (lifecycle.entries.standing_rate(link.facts) if link and link.is_ours else None)
    full = lifecycle.entries.weighed(wanted, stands_at, books)
    standing = [entry for one in context.booked for entry in _standing(one, link, books)]
    entries = lifecycle.journals.amended(full, standing, mapped)
    if not entries:
        return ()
    day = lifecycle.settled.moved_on(flow, record, document, link, context)
    operation = f"{lifecycle.settled.MOVED}:{len(context.booked)}"
    rate = rate or (link.facts.exchange_rate if link else None)
    return (_entry(flow, document, day, entries, mapped, context, operation, rate=rate, company=company),)


def _standing(booked: Booked, link: LinkView | None, books: str) -> Entries:
    """Give the receivables as they were booked, with their worth in the company's currency where that is known."""
    entries = tuple(entry for entry in lines.read(booked.draft) if entry.customer)
    if link is None or any(entry.base is not None for entry in entries):
        return entries
    told = {one.customer: one.base for one in link.facts.owed or ()} if booked.external_id == link.external_id else {}
    if set(told) != {entry.customer for entry in entries}:
        sent = booked.draft.payload.get("exchangeRate")
        return lifecycle.entries.weighed(entries, Decimal(str(sent)) if sent else link.facts.exchange_rate, books)
    return tuple(replace(entry, base=told.pop(entry.customer, ZERO)) for entry in entries)


def _cents(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what rounding has left on the receivable of an invoice settled in parts, or take it back."""
    link, own = context.links.get(("invoices", record.key)), context.booked[0].draft if context.booked else None
    if link is None or own is None:
        return ()
    company = _company(own.payload)
    booked = (entry for one in _of_operation(lifecycle.settled.CENTS, context) for entry in lines.read(one.draft))
    receivable = next((entry for entry in lines.read(own) if entry.customer), None)
    entries = lifecycle.settled.lacking(record, link, booked, receivable, mapped, books_of(company, context))
    if not entries:
        return ()
    document, day = lifecycle.invoices.invoice_of(record), lifecycle.settled.cents_on(record, context)
    operation, rate = f"{lifecycle.settled.CENTS}:{len(context.booked)}", link.facts.exchange_rate
    return (_entry("invoices", document, day, entries, mapped, context, operation, rate=rate, company=company),)


# How it is taken back


def reverse(flow: str) -> Callable[[Standing, Context], tuple[Draft, ...]]:
    """Give how journals of a flow are taken back: by a journal of their own with every line negated."""

    def reversal(standing: Standing, context: Context) -> tuple[Draft, ...]:
        return tuple(_reversal(flow, one, standing, context) for one in reversed(standing.booked))

    return reversal


def _reversal(flow: str, booked: Booked, standing: Standing, context: Context) -> Draft:
    operation = "reverse" if booked.draft.operation == "create" else f"reverse:{booked.draft.operation}"
    return _opposite(flow, booked, standing.key, standing.on, f"Reversal {standing.label}", operation, context)


def _opposite(flow: str, booked: Booked, key: str, on: date, label: str, operation: str, context: Context) -> Draft:
    """Negate what was booked, line by line, in both currencies; JD Edwards takes the rate of the entry reversed."""
    sent, opposite = booked.draft, tuple(map(lines.negated, lines.lines_of(booked.draft)))
    posting = posted_on(flow, on, _company(sent.payload), label, context)
    payload: dict[str, Value] = {
        **sent.payload,
        "glDate": posting,
        "explanation": lines.text(label),
        "lines": opposite,
        "reversesRef": sent.reference,
    }
    currency = str(payload["currencyCode"])
    return Draft(
        flow=flow,
        key=key,
        sink="journal_entries",
        operation=operation,
        revision=sent.revision,
        reference=reference(context, flow, key, operation, sent.revision),
        payload=payload,
        facts=journal_facts(
            currency=currency,
            day=posting,
            lines=opposite,
            customer=sent.facts.customer,
            exchange_rate=sent.facts.exchange_rate,
        ),
    )


# One journal entry


def _journal(
    flow: str,
    document: Document,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    operation: str = "create",
) -> Draft:
    books = books_of(_company(mapped.header), context)
    rate = own_rate(document, books, context)
    full = lifecycle.journals.valued(entries, mapped, rate, books)
    return _entry(flow, document, day, full, mapped, context, operation, rate=rate)


def _entry(
    flow: str,
    document: Document,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    operation: str,
    *,
    rate: Decimal | None,
    company: str = "",
) -> Draft:
    """Write entries as one journal, dated by policy; a date that was moved is kept in the explanation."""
    for entry in entries:
        require_free(entry.account, context)
    header = {name: value for name, value in mapped.header.items() if name not in lifecycle.journals.HEADER_NAMES}
    company = company or _company(header)
    label = _label(flow, document)
    posting = posted_on(flow, day, company, label, context)
    moved = "" if posting == day else f" of {day.isoformat()}"
    rows = lines.written(entries)
    payload: dict[str, Value] = {
        **header,
        **({"exchangeRate": rate} if rate else {}),
        "documentCompany": company,
        "glDate": posting,
        "currencyCode": document.currency_code,
        "explanation": lines.text(str(header.get("explanation") or label), moved),
        "lines": rows,
    }
    return Draft(
        flow=flow,
        key=document.id,
        sink="journal_entries",
        operation=operation,
        revision=context.revision,
        reference=reference(context, flow, document.id, operation, context.revision),
        payload=payload,
        facts=journal_facts(
            currency=document.currency_code,
            day=posting,
            lines=rows,
            customer=next((entry.customer for entry in entries if entry.customer), None),
            exchange_rate=rate,
        ),
        references=(
            Reference(kind="company", code=company, field="documentCompany"),
            Reference(kind="currency", code=document.currency_code, field="currencyCode"),
            *(Reference(kind="account", code=entry.account, field="account") for entry in entries),
        ),
    )


def _posting(flow: str, document: Document, day: date, mapped: Mapped, context: Context) -> date:
    return posted_on(flow, day, _company(mapped.header), _label(flow, document), context)


def _gl_date(day: date, mapped: Mapped) -> date:
    """Give the G/L date that the mapping says; without one the document's own."""
    said = mapped.header.get("glDate")
    return said if isinstance(said, date) else day


def _company(header: Mapping[str, Value]) -> str:
    return str(header.get("documentCompany") or "")


def _label(flow: str, document: Document) -> str:
    return f"{flow.rstrip('s').replace('_', ' ').capitalize()} {document.id}"

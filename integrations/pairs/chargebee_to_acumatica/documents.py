"""Invoices and credit notes as documents of receivables: made, released, applied."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Literal

from integrations.connectors.acumatica.records import payload
from integrations.connectors.chargebee.records import CreditNote, Invoice, lifecycle
from integrations.contracts import Context, Draft, Facts, Mapped, Record
from integrations.pairs.chargebee_to_acumatica import journals, lines, withholding
from integrations.pairs.chargebee_to_acumatica.common import (
    JOURNALS,
    Mode,
    Values,
    apply,
    credit_of_other,
    is_journal,
    linked,
    mode,
    period,
    posted_on,
    reference,
    release,
    screen,
    used,
)

_OURS = frozenset(lifecycle.journals.HEADER_NAMES)
_KINDS = {
    "custom.Document.CuryID": "currency",
    "Terms": "terms",
    "custom.CurrentDocument.TaxZoneID": "tax_zone",
    "LinkBranch": "branch",
}
_DOCUMENT_DATE: dict[str, Callable[[Record, Context], date]] = {
    "invoices": lifecycle.invoices.document_date,
    "credit_notes": lifecycle.credit_notes.document_date,
}


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice and its release; in journal mode its journal; then the taxes that the customer withheld."""
    label = lifecycle.invoices.label_of(record)
    posting = mode(label, context)
    if posting == JOURNALS:
        return journals.invoice(record, mapped, context)
    made = _document("invoices", record, lifecycle.invoices.invoice_of(record), posting, mapped, context)
    return (made, release(made), *withholding.memos(record, mapped, made.facts, None, context))


def amend_invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Book the taxes that a customer withheld since; other details of a released invoice are left as they are."""
    link = context.links[("invoices", record.key)]
    if is_journal(link):
        return journals.amend_invoice(record, mapped, link, context)
    return withholding.memos(record, mapped, link.facts, link, context)


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit memo, its release, and its application to the invoices that it settles.

    What it settles of other customers' invoices stays open on it until the amendment asks about it.
    """
    label, rows = lifecycle.credit_notes.label_of(record), lifecycle.credit_notes.applied(record)
    posting = mode(label, context, [("invoices", key) for key, _ in rows])
    if posting == JOURNALS:
        return journals.credit_note(record, mapped, context)
    note = lifecycle.credit_notes.note_of(record)
    customer = context.links[("customers", note.customer_id)].external_id
    own, of_others = lifecycle.credit_notes.applied_within(record, customer, context)
    made = _document("credit_notes", record, note, posting, mapped, context)
    applied = linked(own, "invoices", context)
    drafts = [made, release(made)]
    if applied:
        drafts.append(apply(made, applied))
    drafts[-1] = replace(drafts[-1], amends_next=bool(of_others))
    return tuple(drafts)


def amend_credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the credit memo to what Chargebee allocated it to since.

    Raises RejectedError where it settles invoices of other customers.
    """
    if is_journal(context.links[("credit_notes", record.key)]):
        return journals.moved_credit(record, mapped, context)
    link = context.links[("credit_notes", record.key)]
    rows, of_others = lifecycle.credit_notes.applied_within(record, link.facts.customer or "", context)
    if of_others:
        raise credit_of_other(record, link, of_others)
    wanted = linked(rows, "invoices", context)
    standing = Draft(
        flow="credit_notes",
        key=record.key,
        sink="credit_memos",
        external_id=link.external_id,
        revision=context.revision,
        reference=reference(context, "CN", record.key, context.revision),
        payload={},
        facts=replace(link.facts, name=None, open_amount=None, exchange_rate=None),
    )
    return (apply(standing, wanted, lifecycle.common.digest((link.details_version, wanted))[:12]),)


def _document(
    flow: Literal["invoices", "credit_notes"],
    record: Record,
    document: Invoice | CreditNote,
    posting_mode: Mode,
    mapped: Mapped,
    context: Context,
) -> Draft:
    is_invoice = flow == "invoices"
    label = f"{'Invoice' if is_invoice else 'Credit note'} {document.id}"
    customer = context.links[("customers", document.customer_id)].external_id
    day = _DOCUMENT_DATE[flow](record, context)
    posting = posted_on(flow, day, label, context)
    rows, taxes = lines.made_of(document, mapped.lines, posting, posting_mode, context)
    header: Values = {
        **{name: value for name, value in mapped.header.items() if name not in _OURS},
        "Customer": customer,
        "Date": day,
        **period("PostPeriod", day, posting, context),
    }
    return Draft(
        flow=flow,
        key=document.id,
        sink="invoices" if is_invoice else "credit_memos",
        revision=context.revision,
        reference=reference(context, "INV" if is_invoice else "CN", document.id, context.revision),
        payload={**payload(header, rows, screen(posting_mode)), **taxes},
        facts=Facts(
            customer=customer,
            currency=document.currency_code,
            total=document.total,
            date=day,
            posting_date=None if posting == day else posting,
            lines=lines.facts_of(rows),
        ),
        references=(*used(header, _KINDS), *lines.references_of(rows)),
    )

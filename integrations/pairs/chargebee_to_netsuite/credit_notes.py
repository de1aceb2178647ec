"""Credit notes: one credit memo each, applied as Chargebee allocates it; reversed by an invoice that uses it up."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application_to, body, sublist, unapplication
from integrations.contracts import Application, Context, Draft, Facts, Mapped, Need, Record, Standing
from integrations.pairs.chargebee_to_netsuite import taxes
from integrations.pairs.chargebee_to_netsuite.applying import apply_rows, credit_of_other, linked, reapply
from integrations.pairs.chargebee_to_netsuite.common import (
    dimensions_of,
    line_facts,
    posting,
    rate,
    reference,
    reversal_reference,
    sales_lines,
)
from integrations.pairs.chargebee_to_netsuite.references import resolve, used
from integrations.pairs.chargebee_to_netsuite.reversing import sales_reversal

ZERO = Decimal(0)


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A credit note needs its customer, the invoices it is applied to, and the items of its lines."""
    return (*lifecycle.credit_notes.needs(record, context), *lifecycle.credit_notes.item_needs(record))


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the credit memo with its applications; what is applied to nothing stays open on the customer.

    So does, until the amendment asks about it, what is applied to invoices of other customers.
    """
    note = lifecycle.credit_notes.note_of(record)
    customer = context.links[("customers", note.customer_id)].external_id
    rows, of_others = lifecycle.credit_notes.applied_within(record, customer, context)
    applied = linked(rows, "invoices", context)
    day = lifecycle.common.day(note.date, context)
    moved = posting("credit_notes", day, f"Credit note {note.id}", context, mapped.header.get("memo"))
    values = {**mapped.header, **rate(note, context), "entity": customer, "toBeEmailed": False}
    header = resolve("credit_memos", values, context)
    sold, taxed = taxes.split(mapped.lines)
    lines, line_references = sales_lines("credit_memos", sold, note, context)
    tax, tax_references = taxes.details(note, taxed, context)
    return (
        Draft(
            flow="credit_notes",
            key=note.id,
            sink="credit_memos",
            revision=context.revision,
            reference=reference(context, "CN", note.id, context.revision),
            payload={
                **body("credit_memos", {**header, **moved.header}, lines),
                **tax,
                "autoApply": False,
                **apply_rows(applied),
            },
            facts=Facts(
                customer=customer,
                currency=note.currency_code,
                total=note.total,
                date=moved.day,
                dimensions=dimensions_of(header),
                lines=line_facts(lines),
                applied=applied,
            ),
            references=(*used("credit_memos", header), *line_references, *tax_references),
            amends_next=bool(of_others),
        ),
    )


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the credit memo as Chargebee has it now. Raises RejectedError where it pays invoices of other customers."""
    [own, *_] = lifecycle.payments.parts(context.links[("credit_notes", record.key)])
    rows, of_others = lifecycle.credit_notes.applied_within(record, own.facts.customer or "", context)
    if of_others:
        raise credit_of_other(record, own, of_others)
    return (reapply(record, own, linked(rows, "invoices", context), "credit_notes", context),)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the credit memo back by an invoice with its lines, and apply it to that one instead of any other."""
    link, facts = standing.link, standing.link.facts
    own = reversal_reference(context, "CN", standing.key, link.revision)
    made = sales_reversal(standing, flow="credit_notes", sink="invoices", reference=own, more={})
    gone = [unapplication(one.external_id) for one in facts.applied or ()]
    settled = replace(
        made,
        sink="credit_memos",
        operation="settle",
        external_id=link.external_id,
        reference=link.reference or reference(context, "CN", standing.key, link.revision),
        payload={"autoApply": False, "apply": sublist([*gone, application_to(own, facts.total or ZERO)])},
        facts=Facts(
            customer=facts.customer,
            currency=facts.currency,
            total=facts.total,
            date=facts.date,
            applied=(Application(external_id=own, amount=facts.total or ZERO),),
        ),
    )
    return (made, settled)

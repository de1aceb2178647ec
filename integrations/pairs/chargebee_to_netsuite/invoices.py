"""Invoices: one NetSuite invoice each; reversed by a credit memo that closes it; its texts updated in place."""

from dataclasses import replace

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import body
from integrations.contracts import Application, Context, Draft, Facts, Mapped, Need, Record, Standing
from integrations.pairs.chargebee_to_netsuite import taxes
from integrations.pairs.chargebee_to_netsuite.applying import apply_rows
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
from integrations.pairs.chargebee_to_netsuite.withholding import WITHHOLDING_ITEM, held_back, no_longer_held, taken_back

_UPDATED = ("dueDate", "otherRefNum", "memo", "message")


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An invoice needs its customer and the items of its lines."""
    return (*lifecycle.invoices.needs(record, context), *lifecycle.invoices.item_needs(record))


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the NetSuite invoice, and a credit memo for each tax that the customer withheld already."""
    invoice = lifecycle.invoices.invoice_of(record)
    customer = context.links[("customers", invoice.customer_id)].external_id
    day = lifecycle.common.day(invoice.date, context)
    moved = posting("invoices", day, f"Invoice {invoice.id}", context, mapped.header.get("memo"))
    values = {**mapped.header, **rate(invoice, context), "entity": customer, "toBeEmailed": False}
    values.pop(WITHHOLDING_ITEM, None)
    header = resolve("invoices", values, context)
    sold, taxed = taxes.split(mapped.lines)
    lines, line_references = sales_lines("invoices", sold, invoice, context)
    tax, tax_references = taxes.details(invoice, taxed, context)
    made = Draft(
        flow="invoices",
        key=invoice.id,
        sink="invoices",
        revision=context.revision,
        reference=reference(context, "INV", invoice.id, context.revision),
        payload={**body("invoices", {**header, **moved.header}, lines), **tax},
        facts=Facts(
            customer=customer,
            currency=invoice.currency_code,
            total=invoice.total,
            date=moved.day,
            dimensions=dimensions_of(header),
            lines=line_facts(lines),
        ),
        references=(*used("invoices", header), *line_references, *tax_references),
    )
    return (made, *held_back(record, mapped, made.facts, None, context))


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Bring due date, PO number and memo up to date, and book or take back the tax that the customer withholds now."""
    link = context.links[("invoices", record.key)]
    lines = tuple(replace(line, dimensions=()) for line in link.facts.lines or ())  # people may have coded it anew
    facts = replace(link.facts, name=None, open_amount=None, applied=None, dimensions=(), lines=lines)
    change = lifecycle.common.digest((link.details_version, lifecycle.invoices.details(record)))[:12]
    values = {name: mapped.header[name] for name in _UPDATED if mapped.header.get(name) not in (None, "")}
    update = Draft(
        flow="invoices",
        key=record.key,
        sink="invoices",
        operation=f"update:{change}",
        external_id=link.external_id,
        revision=context.revision,
        reference=link.reference or reference(context, "INV", record.key, context.revision),
        payload=body("invoices", values),
        facts=facts,
    )
    held = held_back(record, mapped, facts, link, context)
    return (update, *held, *no_longer_held(record, link, context))


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the invoice back by a credit memo with its lines, applied to it in full: both are closed."""
    if standing.leaves_own:
        return tuple(taken_back(standing, context))
    facts, link = standing.link.facts, standing.link
    applied = (Application(external_id=link.external_id, amount=facts.total),) if facts.total else ()
    made = sales_reversal(
        standing,
        flow="invoices",
        sink="credit_memos",
        reference=reversal_reference(context, "INV", standing.key, link.revision),
        more=apply_rows(applied),
    )
    return (*taken_back(standing, context), replace(made, facts=replace(made.facts, applied=applied)))

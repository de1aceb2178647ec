"""Tax that a customer withheld: a credit memo on its own item, applied to the invoice, as no cash will come for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import TaxWithheld, lifecycle
from integrations.connectors.netsuite.records import (
    COMPANION,
    COMPANION_AMOUNT,
    application_to,
    body,
    external_id,
    sublist,
    unapplication,
)
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Standing, Value
from integrations.errors import MappingError
from integrations.pairs.chargebee_to_netsuite.common import posting, reference
from integrations.pairs.chargebee_to_netsuite.references import resolve
from mappings.catalogue import TargetField

WITHHOLDING_ITEM = "withholdingItem"
FIELDS = (
    TargetField(
        name=WITHHOLDING_ITEM,
        label="Item for tax that the customer withheld",
        type="reference",
        level="header",
        reference="item",
    ),
)


def held_back(record: Record, mapped: Mapped, invoice: Facts, invoice_id: str, context: Context) -> Iterator[Draft]:
    """Draft one credit memo per tax withheld: a step of its invoice, whose facts are read back."""
    for tax in lifecycle.invoices.withheld(record):
        yield Draft(
            flow="invoices",
            key=record.key,
            sink="invoices",
            operation=f"withheld:{tax.id}",
            external_id=invoice_id,
            revision=context.revision,
            reference=reference(context, "CN", f"{record.key}-{tax.id}", context.revision),
            payload={
                COMPANION: "creditMemo",
                COMPANION_AMOUNT: tax.amount,
                **_payload(record, tax, mapped, invoice, context),
            },
            facts=invoice,
        )


def taken_back(standing: Standing, context: Context) -> Iterator[Draft]:
    """Reverse the credit memos of tax withheld before their invoice: an invoice for each, which then uses it up."""
    for booked in standing.booked:
        if COMPANION not in booked.draft.payload:
            continue
        memo, link = booked.draft, standing.link
        own = external_id(memo.reference, "CN", "REV")
        sent = {name: value for name, value in memo.payload.items() if name not in (COMPANION, COMPANION_AMOUNT)}
        total = Decimal(str(memo.payload[COMPANION_AMOUNT]))
        facts = Facts(customer=link.facts.customer, currency=link.facts.currency, total=total)
        plain = {name: value for name, value in sent.items() if name not in ("autoApply", "memo")}
        words = {"tranDate": standing.on.isoformat(), "memo": f"Reversal of tax withheld on {standing.label}"}
        yield replace(
            memo,
            external_id="",
            operation=f"reverse-{memo.operation}",
            reference=own,
            payload={**plain, **words},
            facts=replace(facts, date=standing.on),
        )
        rows = [unapplication(link.external_id), application_to(own, total)]
        yield replace(
            memo,
            external_id="",
            sink="credit_memos",
            operation=f"reverse-settle-{memo.operation}",
            payload={**sent, "apply": sublist(rows)},
            facts=replace(facts, open_amount=Decimal(0)),
        )


def _payload(record: Record, tax: TaxWithheld, mapped: Mapped, invoice: Facts, context: Context) -> dict[str, Value]:
    item = mapped.header.get(WITHHOLDING_ITEM)
    if not item:
        raise MappingError(
            f"The customer withheld {tax.amount} of tax on {record.key}, but no item is mapped for that. Choose one on "
            "the account for withholding tax, under Mappings > Invoices.",
            field=WITHHOLDING_ITEM,
        )
    day = lifecycle.common.day(tax.date, context) if tax.date else invoice.date or date.min
    label = f"Tax withheld on {record.key}"
    header = {
        "entity": invoice.customer,
        "tranDate": day,
        "currency": invoice.currency,
        "memo": f"{label} {tax.reference_number}".strip(),
        **posting("invoices", day, label, context).header,
    }
    line = {"item": item, "quantity": 1, "rate": tax.amount, "amount": tax.amount, "description": label}
    lines = [resolve("credit_memos", line, context, is_line=True)]
    return {**body("credit_memos", resolve("credit_memos", header, context), lines), "autoApply": False}

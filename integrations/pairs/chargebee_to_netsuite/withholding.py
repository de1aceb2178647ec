"""Tax that a customer withheld: a credit memo on its own item, applied to the invoice, as no cash will come for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import TaxWithheld, lifecycle
from integrations.connectors.netsuite.records import (
    application,
    application_to,
    body,
    external_id,
    sublist,
    unapplication,
)
from integrations.contracts import (
    Application,
    CompanionView,
    Context,
    Draft,
    Facts,
    LinkView,
    Mapped,
    Record,
    Standing,
)
from integrations.errors import MappingError, RejectedError
from integrations.pairs.chargebee_to_netsuite.common import line_facts, posting, reference
from integrations.pairs.chargebee_to_netsuite.references import resolve
from integrations.pairs.chargebee_to_netsuite.reversing import lines_sent
from mappings.catalogue import TargetField

WITHHOLDING_ITEM = "withholdingItem"
_OPERATION = "withheld:"
FIELDS = (
    TargetField(
        name=WITHHOLDING_ITEM,
        label="Item for tax that the customer withheld",
        type="reference",
        level="header",
        reference="item",
    ),
)


def held_back(
    record: Record, mapped: Mapped, invoice: Facts, link: LinkView | None, context: Context
) -> Iterator[Draft]:
    """Draft a credit memo for each tax withheld that has none yet, applied to the invoice.

    Raises RejectedError where the amount of one that stands has changed.
    """
    standing = {one.reference: one for one in link.companions} if link else {}
    for tax in lifecycle.invoices.withheld(record):
        own = reference(context, "CN", f"{record.key}-{tax.id}", context.revision)
        if own not in standing:
            yield _memo(record, tax, mapped, invoice, link, context, own)
        elif standing[own].facts.total != tax.amount:
            raise _changed(record, tax, standing[own])


def taken_back(standing: Standing, context: Context) -> Iterator[Draft]:
    """Reverse the credit memos of tax withheld before their invoice: an invoice for each, which then uses it up."""
    ids = {one.reference: one.external_id for one in standing.link.companions}
    for booked in standing.booked:
        if not booked.draft.operation.startswith(_OPERATION):
            continue
        memo, link = booked.draft, standing.link
        own, sent = external_id(memo.reference, "CN", "REV"), memo.payload
        total = sum((Decimal(str(line["amount"])) for line in lines_sent(sent)), Decimal(0))
        facts = Facts(customer=link.facts.customer, currency=link.facts.currency, total=total)
        plain = {name: sent[name] for name in ("entity", "currency", "item")}
        words = {"tranDate": standing.on.isoformat(), "memo": f"Reversal of tax withheld on {standing.label}"}
        yield replace(
            memo,
            external_id="",
            sink="invoices",
            operation=f"reverse-{memo.operation}",
            reference=own,
            payload={**plain, **words},
            facts=replace(facts, date=standing.on),
            makes="companion",
        )
        rows = [unapplication(link.external_id), application_to(own, total)]
        yield replace(
            memo,
            external_id=ids.get(memo.reference, ""),
            sink="credit_memos",
            operation=f"settle-{memo.operation}",
            payload={"autoApply": False, "apply": sublist(rows)},
            facts=replace(facts, open_amount=Decimal(0)),
            makes="companion",
        )


def _memo(
    record: Record, tax: TaxWithheld, mapped: Mapped, invoice: Facts, link: LinkView | None, context: Context, own: str
) -> Draft:
    item = mapped.header.get(WITHHOLDING_ITEM)
    if not item:
        raise MappingError(
            f"The customer withheld {tax.amount} of tax on {record.key}, but no item is mapped for that. Choose one on "
            "the account for withholding tax, under Mappings > Invoices.",
            field=WITHHOLDING_ITEM,
        )
    label = f"Tax withheld on {record.key}"
    day = lifecycle.common.day(tax.date, context) if tax.date else invoice.date or date.min
    memo = f"{label} {tax.reference_number}".strip()
    moved = posting("invoices", day, label, context, memo)
    header = {"entity": invoice.customer, "tranDate": day, "currency": invoice.currency, "memo": memo, **moved.header}
    line = {"item": item, "quantity": Decimal(1), "rate": tax.amount, "amount": tax.amount, "description": label}
    lines = [resolve("credit_memos", line, context, is_line=True)]
    applied = Application(external_id=link.external_id if link else "", amount=tax.amount)
    return Draft(
        flow="invoices",
        key=record.key,
        sink="credit_memos",
        operation=f"{_OPERATION}{tax.id}",
        revision=context.revision,
        reference=own,
        payload={
            **body("credit_memos", resolve("credit_memos", header, context), lines),
            "autoApply": False,
            "apply": sublist([application(applied.external_id, applied.amount)]),
        },
        facts=Facts(
            customer=invoice.customer,
            currency=invoice.currency,
            total=tax.amount,
            date=moved.day,
            lines=line_facts(lines),
            applied=(applied,),
        ),
        makes="companion",
    )


def _changed(record: Record, tax: TaxWithheld, memo: CompanionView) -> RejectedError:
    return RejectedError(
        f"The tax withheld on {record.key} is {tax.amount} now, but stands in NetSuite as {memo.external_id} over "
        f"{memo.facts.total}. A posted document is never rewritten: correct it there, then have {record.key} read "
        "again.",
        code="withheld_tax_changed",
        field="amount",
        value=tax.id,
    )

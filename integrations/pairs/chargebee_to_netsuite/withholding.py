"""Tax that a customer withheld: a credit memo on its own item, applied to the invoice, as no cash will come for it."""

from collections.abc import Iterator, Sequence
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
    Booked,
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
        own = _reference(record, tax, context)
        if own not in standing:
            yield _memo(record, tax, mapped, invoice, link, context, own)
        elif standing[own].facts.total != tax.amount:
            raise _changed(record, tax, standing[own])


def taken_back(standing: Standing, context: Context) -> Iterator[Draft]:
    """Reverse the credit memos of tax withheld before their invoice: an invoice for each, which then uses it up."""
    ids = {one.reference: one.external_id for one in standing.link.companions}
    for memo in _memos(standing.booked):
        if memo.reference in ids or not ids:
            drafts = _reversal(memo, standing.link, ids.get(memo.reference, ""), standing.on, standing.label)
            yield from _not_standing(drafts, standing.link)


def no_longer_held(record: Record, link: LinkView, context: Context) -> Iterator[Draft]:
    """Take back the credit memos of tax that is no longer withheld: the customer owes it again."""
    kept = {_reference(record, tax, context) for tax in lifecycle.invoices.withheld(record)}
    standing = {one.reference: one.external_id for one in link.companions if one.reference not in kept}
    invoice = lifecycle.invoices.invoice_of(record)
    day = lifecycle.common.day(invoice.updated_at or invoice.date, context)
    for memo in _memos(context.booked):
        if memo.reference in standing:
            on = posting("invoices", day, f"Tax withheld on {record.key}", context).day
            drafts = _reversal(memo, link, standing[memo.reference], on, lifecycle.invoices.label_of(record))
            yield from _not_standing(drafts, link)


def _not_standing(drafts: Iterator[Draft], link: LinkView) -> Iterator[Draft]:
    """Leave out the invoice that takes a memo back where it stands: then the memo alone is still to use it up."""
    standing = {one.reference for one in link.companions}
    return (draft for draft in drafts if draft.external_id or draft.reference not in standing)


def _memos(booked: Sequence[Booked]) -> list[Draft]:
    return [one.draft for one in booked if one.draft.operation.startswith(_OPERATION)]


def _reference(record: Record, tax: TaxWithheld, context: Context) -> str:
    return reference(context, "CN", f"{record.key}-{tax.id}", context.revision)


def _reversal(memo: Draft, link: LinkView, memo_id: str, on: date, label: str) -> Iterator[Draft]:
    """Draft an invoice with the memo's line, then apply the memo to that one instead of its own invoice."""
    own, sent = external_id(memo.reference, "CN", "REV"), memo.payload
    total = sum((Decimal(str(line["amount"])) for line in lines_sent(sent)), Decimal(0))
    facts = Facts(customer=link.facts.customer, currency=link.facts.currency, total=total)
    plain = {name: sent[name] for name in ("entity", "currency", "item")}
    words = {"tranDate": on.isoformat(), "memo": f"Reversal of tax withheld on {label}"}
    yield replace(
        memo,
        external_id="",
        sink="invoices",
        operation=f"reverse-{memo.operation}",
        reference=own,
        payload={**plain, **words},
        facts=replace(facts, date=on),
        makes="companion",
    )
    rows = [unapplication(link.external_id), application_to(own, total)]
    yield replace(
        memo,
        external_id=memo_id,
        sink="credit_memos",
        operation=f"void:{memo.operation}",
        payload={"autoApply": False, "apply": sublist(rows)},
        facts=replace(facts, applied=(Application(external_id=own, amount=total),)),
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

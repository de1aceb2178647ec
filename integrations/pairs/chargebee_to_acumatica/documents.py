"""Invoices and credit notes as documents of receivables: made, released, applied; taken back by the opposite kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from integrations.connectors.acumatica.records import LINES, Screen, payload, tax_details
from integrations.connectors.chargebee.records import CreditNote, Invoice, lifecycle
from integrations.contracts import (
    Application,
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
from integrations.errors import MappingError, RejectedError
from integrations.pairs.chargebee_to_acumatica import journals
from integrations.pairs.chargebee_to_acumatica.common import (
    JOURNALS,
    SALES_INVOICES,
    Values,
    apply,
    linked,
    mode,
    over_customers,
    period,
    posted_on,
    reference,
    release,
    used,
)

ZERO = Decimal(0)
_EXTRA = frozenset(lifecycle.journals.HEADER_NAMES)
_LINE_EXTRA = frozenset({"amount", "account", "deferred_account", "description", "date_to", "kind", "TaxID", "TaxRate"})
_KINDS = {
    "custom.Document.CuryID": "currency",
    "Terms": "terms",
    "custom.CurrentDocument.TaxZoneID": "tax_zone",
    "LinkBranch": "branch",
}
_LINE_KINDS = {"Account": "account", "InventoryID": "item", "Subaccount": "subaccount", "TaxCategory": "tax_category"}


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice and its release; in journal mode its journal; then the taxes that the customer withheld."""
    if mode(context) == JOURNALS:
        return journals.invoice(record, mapped, context)
    document = lifecycle.invoices.invoice_of(record)
    day = lifecycle.invoices.document_date(record, context)
    made = _document("invoices", "invoices", document, day, mapped, context)
    return (made, release(made), *_withheld(record, mapped, made, context))


def amend_invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Book the taxes that a customer withheld since; other details of a released invoice cannot be changed there."""
    if mode(context) == JOURNALS:
        return journals.withheld(record, mapped, context)
    link = context.links[("invoices", record.key)]
    standing = Draft(
        flow="invoices",
        key=record.key,
        sink="invoices",
        external_id=link.external_id,
        revision=context.revision,
        reference=reference(context, "INV", record.key, context.revision),
        payload=payload({}, screen=_screen(context)),
        facts=replace(link.facts, lines=None, applied=None, open_amount=None, name=None),
    )
    return _withheld(record, mapped, standing, context)


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit memo, its release, and its application to the invoices that it settles."""
    if mode(context) == JOURNALS:
        return journals.credit_note(record, mapped, context)
    note = lifecycle.credit_notes.note_of(record)
    customer = context.links[("customers", note.customer_id)].external_id
    _require_one_customer(record, customer, context)
    made = _document("credit_notes", "credit_memos", note, lifecycle.credit_notes.document_date(record, context),
                     mapped, context)  # fmt: skip
    applied = linked(lifecycle.credit_notes.applied(record), "invoices", context)
    return (made, release(made), *((apply(made, applied),) if applied else ()))


def amend_credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the credit memo to what Chargebee allocated it to since."""
    if mode(context) == JOURNALS:
        return ()
    return (reapplied(record, "credit_notes", "credit_memos", "CN", lifecycle.credit_notes.applied(record), context),)


def reverse_invoice(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take an invoice back by a credit memo with its lines, released and applied to it: both are closed."""
    if standing.booked and standing.booked[0].draft.sink == "journals":
        return journals.reverse(standing, context)
    made = _opposite("invoices", "credit_memos", "INV", standing, context)
    due = standing.link.facts.open_amount
    amount = standing.link.facts.total if due is None else due
    applied = (Application(external_id=standing.link.external_id, amount=amount),) if amount else ()
    return (made, release(made, "reversal"), *((apply(made, applied, "reversal"),) if applied else ()))


def reverse_credit_note(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take a credit memo back by an invoice with its lines: what both leave open cancels out."""
    if standing.booked and standing.booked[0].draft.sink == "journals":
        return journals.reverse(standing, context)
    made = _opposite("credit_notes", "invoices", "CN", standing, context)
    return (made, release(made, "reversal"))


def _screen(context: Context) -> Screen:
    return "SalesInvoice" if mode(context) == SALES_INVOICES else "Invoice"


def _document(
    flow: Literal["invoices", "credit_notes"],
    sink: str,
    document: Invoice | CreditNote,
    day: date,
    mapped: Mapped,
    context: Context,
) -> Draft:
    kind, label = ("INV", "Invoice") if flow == "invoices" else ("CN", "Credit note")
    customer = context.links[("customers", document.customer_id)].external_id
    posting = posted_on(flow, day, f"{label} {document.id}", context)
    lines, taxes = _lines(document, mapped.lines, day, context)
    header: Values = {
        **{name: value for name, value in mapped.header.items() if name not in _EXTRA},
        "Customer": customer,
        "Date": day,
        **period("PostPeriod", day, posting),
    }
    return Draft(
        flow=flow,
        key=document.id,
        sink=sink,
        revision=context.revision,
        reference=reference(context, "INV" if kind == "INV" else "CN", document.id, context.revision),
        payload={**payload(header, lines, _screen(context)), **taxes},
        facts=Facts(
            customer=customer,
            currency=document.currency_code,
            total=document.total,
            date=day,
            posting_date=None if posting == day else posting,
            lines=_line_facts(lines),
        ),
        references=(*used(header, _KINDS), *_line_references(lines)),
    )


def _lines(
    document: Invoice | CreditNote, mapped: Sequence[Mapping[str, Value]], day: date, context: Context
) -> tuple[list[Values], Values]:
    """Give document lines and imposed taxes. Raises RejectedError unless all of it makes the total.

    Policy `tax`: `lines` (default) books each tax as its own line on the tax account; `imposed` sends the amounts as
    the target's own taxes.
    """
    imposes = context.policy("", "tax", "lines") == "imposed"
    taxed = [line for line in mapped if imposes and line.get("kind") == "tax"]
    plain = [line for line in mapped if line not in taxed and _amount(line)]
    made = sum((_amount(line) for line in mapped), ZERO)
    if made != document.total:
        raise RejectedError(
            f"The mapped lines make {made}, but Chargebee's total is {document.total} {document.currency_code}. "
            "Look at the line rows under Mappings.",
            code="totals_disagree",
            field="amount",
            value=document.id,
        )
    taxes = tax_details(_tax(line) for line in taxed) if taxed else {}
    return [_line(line, day, context) for line in plain], taxes


def _line(line: Mapping[str, Value], day: date, context: Context) -> Values:
    """Write a line: its amount counts; quantity and price are given as one, so that nothing is multiplied anew."""
    amount = _amount(line)
    return {
        **{name: value for name, value in line.items() if name not in _LINE_EXTRA},
        "Account": lifecycle.journals.line_account(line, day, context),
        "Qty": Decimal(1),
        "UnitPrice": amount,
        "Amount": amount,
        "TransactionDescription": str(line.get("description") or "")[:256],
    }


def _tax(line: Mapping[str, Value]) -> tuple[str, Decimal, Decimal]:
    """Give tax id, taxable amount and tax; the taxable amount is what the rate makes of the tax."""
    tax_id, rate, tax = line.get("TaxID"), line.get("TaxRate"), _amount(line)
    if not tax_id:
        raise MappingError(
            "Taxes are to be sent as Acumatica's own, but no tax id is mapped for one. Add it under Mappings > "
            "Tax ids.",
            code="no_mapping",
            field="TaxID",
        )
    taxable = (tax * 100 / rate).quantize(Decimal("0.01")) if isinstance(rate, Decimal) and rate else ZERO
    return str(tax_id), taxable, tax


def _withheld(record: Record, mapped: Mapped, invoice: Draft, context: Context) -> tuple[Draft, ...]:
    """Draft one credit memo per tax withheld on the mapped account: made, released, applied to its invoice."""
    drafts: list[Draft] = []
    for tax in lifecycle.invoices.withheld(record):
        account = mapped.header.get(lifecycle.journals.WITHHELD)
        if not account:
            raise MappingError(
                f"The customer withheld {tax.amount} of tax on {record.key}, but no account is mapped for that. "
                "Add it under Mappings > Accounts for withheld tax.",
                code="no_account",
                field=lifecycle.journals.WITHHELD,
            )
        day = lifecycle.common.day(tax.date, context) if tax.date else invoice.facts.date or date.min
        line: Values = {"Account": account, "Qty": Decimal(1), "UnitPrice": tax.amount, "Amount": tax.amount,
                        "TransactionDescription": f"Tax withheld on {record.key}"}  # fmt: skip
        header: Values = {"Customer": invoice.facts.customer, "Date": day,
                          "custom.Document.CuryID": invoice.facts.currency}  # fmt: skip
        made = replace(
            invoice,
            sink="credit_memos",
            operation=f"create:{tax.id}",
            external_id="",
            reference=reference(context, "CN", record.key, context.revision, tax.id),
            payload=payload(header, [line]),
            facts=replace(invoice.facts, total=tax.amount, date=day, posting_date=None, lines=_line_facts([line])),
            references=(Reference(kind="account", code=str(account), field=lifecycle.journals.WITHHELD),),
        )
        drafts.append(made)
    return tuple(drafts)


def _opposite(flow: str, sink: str, kind: Literal["INV", "CN"], standing: Standing, context: Context) -> Draft:
    sent = next((one.draft.payload for one in standing.booked if one.draft.operation == "create"), {})
    facts, own = standing.link.facts, reference(context, kind, standing.key, standing.link.revision, "REV")
    kept = {name: value for name, value in sent.items() if name not in ("PostPeriod", "DueDate", "Terms")}
    if not sent:
        raise RejectedError(
            f"{standing.label} was keyed by hand in Acumatica as {standing.link.external_id}: its lines are not known "
            "here. Reverse it there, then accept the difference with the reason.",
            code="lines_unknown",
            field=LINES,
            value=standing.link.external_id,
        )
    return Draft(
        flow=flow,
        key=standing.key,
        sink=sink,
        operation="reverse",
        revision=standing.link.revision,
        reference=own,
        payload={**kept, "Date": standing.on, "Description": f"Reversal of {standing.label}"[:512]},
        facts=Facts(customer=facts.customer, currency=facts.currency, total=facts.total, date=standing.on),
    )


def reapplied(
    record: Record, flow: str, sink: str, kind: Literal["CN", "TXN"], rows: lifecycle.common.Applied, context: Context
) -> Draft:
    """Draft the application of a standing credit memo or payment as Chargebee has it now."""
    link = context.links[(flow, record.key)]
    wanted = linked(rows, "invoices", context)
    change = lifecycle.common.digest((link.details_version, wanted))[:12]
    standing = Draft(
        flow=flow,
        key=record.key,
        sink=sink,
        external_id=link.external_id,
        revision=context.revision,
        reference=reference(context, kind, record.key, context.revision),
        payload=payload({}, screen=_screen(context)) if sink == "credit_memos" else {},
        facts=replace(link.facts, name=None, open_amount=None),
    )
    return apply(standing, wanted, change)


def _require_one_customer(record: Record, customer: str, context: Context) -> None:
    invoices = [context.links.get(("invoices", key)) for key, _ in lifecycle.credit_notes.applied(record)]
    if any(one and one.facts.customer not in (None, customer) for one in invoices):
        raise over_customers(f"Credit note {record.key}")


def _line_facts(lines: Sequence[Mapping[str, Value]]) -> tuple[LineFact, ...]:
    return tuple(LineFact(account=str(line["Account"]), amount=_number(line["Amount"])) for line in lines)


def _line_references(lines: Sequence[Mapping[str, Value]]) -> tuple[Reference, ...]:
    return tuple(each for line in lines for each in used(line, _LINE_KINDS))


def _amount(line: Mapping[str, Value]) -> Decimal:
    return _number(line.get("amount"))


def _number(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO

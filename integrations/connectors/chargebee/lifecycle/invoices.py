"""Invoices: posted once final, withdrawn when voided or deleted; what settles them is not theirs but the settlers'."""

from datetime import date
from decimal import Decimal
from typing import cast

from integrations.connectors.chargebee.documents import Invoice
from integrations.connectors.chargebee.lifecycle.common import ZERO, after, day, digest, open_money, withdrawn
from integrations.connectors.chargebee.lifecycle.lines import document_lines, line_values, price_needs
from integrations.connectors.chargebee.parts import TaxWithheld
from integrations.contracts import DELIVER, Context, Money, Need, Record, SourceDocument, Value, Verdict

_PENDING, _VOIDED = "pending", "voided"


def invoice_of(record: Record) -> Invoice:
    """Give the record's body as what this stream holds."""
    return cast(Invoice, record.body)


def money(record: Record) -> Money:
    """Give the invoice's total."""
    invoice = invoice_of(record)
    return Money(amount=invoice.total, currency=invoice.currency_code)


def document_date(record: Record, context: Context) -> date:
    """Give the document's date where the site's books are kept."""
    return day(invoice_of(record).date, context)


def label_of(record: Record) -> str:
    """Give what people call it."""
    return f"Invoice {record.key}"


def version(record: Record) -> str:
    """Digest what is posted; payments, credits, write-offs, dunning and notes are not part of it."""
    invoice = invoice_of(record)
    status = invoice.status if invoice.status in (_PENDING, _VOIDED) else "final"
    return digest(
        (
            status,
            invoice.deleted or record.deleted,
            invoice.customer_id,
            invoice.date,
            invoice.currency_code,
            invoice.price_type,
            invoice.total,
            invoice.tax,
            invoice.line_items,
            invoice.line_item_discounts,
            invoice.line_item_taxes,
        )
    )


def details(record: Record) -> str:
    """Digest what may change on a posted invoice without touching its money: due date, PO number, tax withheld."""
    invoice = invoice_of(record)
    held_back = [(tax.id, tax.amount) for tax in withheld(record)]
    return digest((invoice.due_date, invoice.po_number, held_back))


def withheld(record: Record) -> tuple[TaxWithheld, ...]:
    """Give the taxes that the customer kept back and paid to the state: the receivable is settled without cash."""
    return tuple(tax for tax in invoice_of(record).linked_taxes_withheld if tax.amount)


def verdict(record: Record, context: Context) -> Verdict:
    """Post what is final; pending ones wait until they close; voided and deleted ones no longer stand.

    Policy `zero_invoices`: post (default) or skip.
    """
    invoice = invoice_of(record)
    gone = invoice.deleted or record.deleted
    if invoice.status == _PENDING and gone:
        reason = f"Invoice {invoice.id} was deleted in Chargebee before it closed: it never was a receivable."
        return Verdict(action="skip", code="deleted_before_posting", reason=reason)
    if invoice.status == _VOIDED and invoice.generated_at is None and not invoice.term_finalized:
        reason = f"Invoice {invoice.id} was voided in Chargebee before it closed: it never was a receivable."
        return Verdict(action="skip", code="voided_before_posting", reason=reason)
    if invoice.status == _PENDING:
        return Verdict(action="later", code="pending", reason=f"Invoice {invoice.id} is not closed in Chargebee yet.")
    if invoice.total == 0 and context.policy("invoices", "zero_invoices", "post") == "skip":
        reason = f"Invoice {invoice.id} totals zero; the policy skips those."
        return Verdict(action="skip", code="zero_total", reason=reason)
    if gone:
        reason = f"Invoice {invoice.id} was deleted in Chargebee."
        return withdrawn(invoice, "deleted", reason, None, context)
    if invoice.status == _VOIDED:
        reason = f"Invoice {invoice.id} was voided in Chargebee."
        return withdrawn(invoice, "voided", reason, invoice.voided_at, context)
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An invoice needs its customer: of a consolidated one, the customer it is made out to."""
    return (Need(flow="customers", key=invoice_of(record).customer_id),)


def item_needs(record: Record) -> tuple[Need, ...]:
    """Give the prices that an invoice's lines name, for pairs that deliver them as items; adhoc lines name none."""
    return price_needs(invoice_of(record).line_items)


def source(record: Record, context: Context) -> SourceDocument:
    """Show an invoice to the mapping. Raises RejectedError when its lines do not make the total."""
    invoice = invoice_of(record)
    due = invoice.due_date
    header: dict[str, Value] = {
        "number": invoice.id,
        "customer_id": invoice.customer_id,
        "payment_owner": invoice.payment_owner,
        "subscription_id": invoice.subscription_id,
        "date": day(invoice.date, context),
        "due_date": day(due, context) if due else None,
        "currency": invoice.currency_code,
        "total": invoice.total,
        "sub_total": invoice.sub_total,
        "tax": invoice.tax,
        "is_tax_inclusive": invoice.is_tax_inclusive,
        "po_number": invoice.po_number,
        "vat_number": f"{invoice.vat_number_prefix}{invoice.vat_number}",
        "net_term_days": invoice.net_term_days,
        "recurring": invoice.recurring,
        "channel": invoice.channel,
        "business_entity_id": invoice.business_entity_id,
        "exchange_rate": invoice.exchange_rate,
        **invoice.custom,
    }
    lines = []
    for line in document_lines(invoice, context):
        item = context.links.get(("items", line.item_price)) if line.kind == "item" else None
        lines.append(line_values(line, item.external_id if item else ""))
    return SourceDocument(header=header, lines=tuple(lines))


def open_at(record: Record, end: date, context: Context) -> Money | None:
    """Give what was due at the end of a day: today's, with what settled it later put back. None: not there yet."""
    invoice = invoice_of(record)
    if invoice.status == _PENDING or day(invoice.date, context) > end:
        return None
    gone_at = invoice.voided_at if invoice.status == _VOIDED else None
    gone_at = invoice.updated_at or invoice.date if invoice.deleted or record.deleted else gone_at
    if (invoice.status == _VOIDED or invoice.deleted or record.deleted) and (
        not gone_at or max(day(gone_at, context), day(invoice.date, context)) <= end
    ):
        return open_money(ZERO, invoice.currency_code)
    due = invoice.total if gone_at else invoice.amount_due
    return open_money(due + _settled_after(invoice, end, context), invoice.currency_code)


def _settled_after(invoice: Invoice, end: date, context: Context) -> Decimal:
    paid = [(one.applied_at, one.applied_amount) for one in invoice.linked_payments if one.txn_status == "success"]
    credited = [(one.applied_at, one.applied_amount) for one in invoice.applied_credits]
    adjusted = [(one.cn_date, one.cn_total) for one in invoice.adjustment_credit_notes if one.cn_status != _VOIDED]
    held_back = [(one.date, one.amount) for one in invoice.linked_taxes_withheld]
    return after([*paid, *credited, *adjusted, *held_back], end, context)

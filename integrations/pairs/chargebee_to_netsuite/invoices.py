"""Invoices: one NetSuite invoice each, lines, discounts, taxes and rounding as lines whose sum is Chargebee's total."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from integrations.connectors.chargebee.records import BillingLine, Invoice, billing_lines
from integrations.connectors.netsuite.records import body
from integrations.contracts import (
    DELIVER,
    Context,
    Draft,
    Facts,
    LineFact,
    Mapped,
    Money,
    Need,
    Record,
    SourceDocument,
    Value,
    Verdict,
)
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import day, digest, reference
from integrations.pairs.chargebee_to_netsuite.references import own_items, resolve, used

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


def label(record: Record) -> str:
    """Give what people call it."""
    return f"Invoice {record.key}"


def version(record: Record) -> str:
    """Digest what is posted; payments, credits and dunning are not part of it."""
    invoice = invoice_of(record)
    status = invoice.status if invoice.status in (_PENDING, _VOIDED) else "final"
    return digest(
        (
            status,
            invoice.deleted,
            invoice.customer_id,
            invoice.date,
            invoice.due_date,
            invoice.currency_code,
            invoice.price_type,
            invoice.total,
            invoice.tax,
            invoice.line_items,
            invoice.line_item_discounts,
            invoice.line_item_taxes,
        )
    )


def verdict(record: Record, context: Context) -> Verdict:
    """Post what is final; a pending invoice is looked at again when it closes."""
    invoice = invoice_of(record)
    if invoice.status == _PENDING:
        return Verdict(action="later", code="pending", reason=f"Invoice {invoice.id} is not closed in Chargebee yet.")
    if invoice.status == _VOIDED:
        reason = f"Invoice {invoice.id} was voided in Chargebee before it was posted."
        return Verdict(action="skip", code="voided_before_posting", reason=reason)
    if invoice.total == 0 and context.policies.get("zero_invoices", "post") == "skip":
        return Verdict(
            action="skip", code="zero_total", reason=f"Invoice {invoice.id} totals zero; the policy skips those."
        )
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An invoice needs its customer and the items of its lines."""
    invoice = invoice_of(record)
    prices = {line.entity_id for line in invoice.line_items if line.entity_id}
    return (
        Need(flow="customers", key=invoice.customer_id),
        *(Need(flow="items", key=price) for price in sorted(prices)),
    )


def source(record: Record, context: Context) -> SourceDocument:
    """Show an invoice to the mapping: header, lines by kind. Raises RejectedError when they do not make the total."""
    invoice = invoice_of(record)
    due = invoice.due_date
    header: dict[str, Value] = {
        "number": invoice.id,
        "customer_id": invoice.customer_id,
        "subscription_id": invoice.subscription_id,
        "date": day(invoice.date, context),
        "due_date": day(due, context) if due else None,
        "currency": invoice.currency_code,
        "total": invoice.total,
        "sub_total": invoice.sub_total,
        "tax": invoice.tax,
        "po_number": invoice.po_number,
        "vat_number": f"{invoice.vat_number_prefix}{invoice.vat_number}",
        "net_term_days": invoice.net_term_days,
        "recurring": invoice.recurring,
        "channel": invoice.channel,
        "business_entity_id": invoice.business_entity_id,
        "exchange_rate": invoice.exchange_rate,
        **invoice.custom,
    }
    lines = billing_lines(invoice, context.source.time_zone)
    return SourceDocument(header=header, lines=tuple(_line(line, context) for line in lines))


def _line(line: BillingLine, context: Context) -> Mapping[str, Value]:
    item = context.links.get(("items", line.item_price)) if line.kind == "item" else None
    return {
        "kind": line.kind,
        "code": line.item_price if line.kind == "item" else line.tax_name or line.coupon,
        "netsuite_item": item.external_id if item else "",
        "item_price": line.item_price,
        "description": line.description,
        "amount": line.amount,
        "quantity": line.quantity,
        "date_from": line.date_from,
        "date_to": line.date_to,
        "subscription_id": line.subscription,
        "discount_type": line.discount_type,
        "coupon": line.coupon,
        "tax_name": line.tax_name,
        "tax_rate": line.tax_rate,
        "tax_jurisdiction": line.tax_jurisdiction,
    }


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the NetSuite invoice. Raises RejectedError when its lines do not make Chargebee's total."""
    invoice = invoice_of(record)
    customer = context.links[("customers", invoice.customer_id)].external_id
    header = resolve("invoices", {**mapped.header, "entity": customer, "toBeEmailed": False}, context)
    own = own_items(context)
    lines = [resolve("invoices", _exact(line), context, is_line=True, own=own) for line in mapped.lines]
    _check_sum(invoice, lines)
    return (
        Draft(
            flow="invoices",
            key=invoice.id,
            sink="invoices",
            revision=context.revision,
            reference=reference(context, "INV", invoice.id, context.revision),
            payload=body("invoices", header, lines),
            facts=Facts(
                customer=customer,
                currency=invoice.currency_code,
                total=invoice.total,
                date=day(invoice.date, context),
                lines=tuple(LineFact(account=str(line["item"]), amount=_amount(line)) for line in lines),
            ),
            references=(
                *used("invoices", header),
                *(each for line in lines for each in used("invoices", line, is_line=True, own=own)),
            ),
        ),
    )


def _exact(line: Mapping[str, Value]) -> dict[str, Value]:
    """Give quantity and rate that make the amount: the amount counts, tiers and many decimals do not multiply."""
    amount, quantity = _amount(line), line.get("quantity")
    if isinstance(quantity, Decimal) and quantity and (rate := amount / quantity) == rate.quantize(Decimal("0.01")):
        return {**line, "rate": rate}
    return {**line, "quantity": Decimal(1), "rate": amount}


def _amount(line: Mapping[str, Value]) -> Decimal:
    amount = line.get("amount")
    return amount if isinstance(amount, Decimal) else Decimal(0)


def _check_sum(invoice: Invoice, lines: list[dict[str, Value]]) -> None:
    made = sum((_amount(line) for line in lines), Decimal(0))
    if made != invoice.total:
        raise RejectedError(
            f"The mapped lines make {made}, but Chargebee's total is {invoice.total} {invoice.currency_code}. "
            "Look at the line rows under Mappings > Invoices.",
            code="totals_disagree",
            field="amount",
            value=invoice.id,
        )

"""The lines of invoices and credit notes as a mapping sees them: net lines by kind that make the total exactly."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.billing import BillingLine, billing_lines
from integrations.connectors.chargebee.documents import CreditNote, Invoice
from integrations.connectors.chargebee.parts import LineItem
from integrations.contracts import Context, Need, Value

WRITE_OFF, STORE_CREDIT, PROMOTIONAL = "write_off", "store_credit", "promotional_credits"
_PRICE = "_item_price"
_IN_TEXT = {"write_off": "Write-off", "store_credit": "Store credit"}


def document_lines(document: Invoice | CreditNote, context: Context) -> tuple[BillingLine, ...]:
    """Give the document's lines. Kinds: item, discount, promotional_credits, tax, rounding, write_off, store_credit.

    A write-off's lines are of kind write_off (bad debt), its tax stays tax, unless the policy `write_offs` of credit
    notes says `gross`: then one line takes all. Raises RejectedError when the lines do not make the total.
    """
    made = tuple(_named(document, line) for line in billing_lines(document, context.source.time_zone))
    is_gross = context.policy("credit_notes", "write_offs", "net") == "gross"
    if isinstance(document, CreditNote) and is_write_off(document) and is_gross:
        return (BillingLine(kind=WRITE_OFF, amount=document.total, description=f"Write-off {document.id}"),)
    return made


def is_write_off(note: CreditNote) -> bool:
    """Tell whether a credit note writes off a debt: an adjustment that gives this as its reason."""
    reasons = {note.reason_code, note.create_reason_code.lower().replace(" ", "_")}
    return note.type == "adjustment" and WRITE_OFF in reasons


def is_store_credit(note: CreditNote) -> bool:
    """Tell whether a credit note is store credit: untaxed, and used before tax."""
    return note.type == "store"


def line_values(line: BillingLine, linked_item: str = "") -> dict[str, Value]:
    """Give a line's fields for a mapping; `linked_item` is the target's id of its price, where a flow delivers those.

    `code` is what value maps are keyed by: the price, the tax's name, or the coupon. `has_period`: it is a service over
    more than one day.
    """
    return {
        "kind": line.kind,
        "code": line.item_price if line.kind == "item" else line.tax_name or line.coupon,
        "linked_item": linked_item,
        "item_price": line.item_price,
        "description": line.description,
        "amount": line.amount,
        "quantity": line.quantity,
        "date_from": line.date_from,
        "date_to": line.date_to,
        "has_period": bool(line.date_from and line.date_to and line.date_to > line.date_from),
        "subscription_id": line.subscription,
        "discount_type": line.discount_type,
        "coupon": line.coupon,
        "tax_name": line.tax_name,
        "tax_rate": line.tax_rate,
        "tax_jurisdiction": line.tax_jurisdiction,
        "tax_reference": "",
    }


def price_needs(lines: Iterable[LineItem]) -> tuple[Need, ...]:
    """Give the item prices that lines name; plans and addons of the older catalogue are none."""
    prices = {line.entity_id for line in lines if line.entity_id and line.entity_type.endswith(_PRICE)}
    return tuple(Need(flow="items", key=price) for price in sorted(prices))


def total_of(lines: tuple[BillingLine, ...]) -> Decimal:
    """Add up lines."""
    return sum((line.amount for line in lines), Decimal(0))


def _named(document: Invoice | CreditNote, line: BillingLine) -> BillingLine:
    """Name what an accountant books apart: write-offs, store credit, and promotional credits among the discounts."""
    if line.kind == "discount" and line.discount_type == PROMOTIONAL:
        return replace(line, kind=PROMOTIONAL, description="Promotional credits")
    if not isinstance(document, CreditNote) or line.kind not in ("item", "discount"):
        return line
    kind = WRITE_OFF if is_write_off(document) else STORE_CREDIT if is_store_credit(document) else line.kind
    return line if kind == line.kind else replace(line, kind=kind, description=line.description or _IN_TEXT[kind])

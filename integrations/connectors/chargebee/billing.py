"""Chargebee's documents as a ledger wants them: net lines by kind that sum to the total, in the site's own days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.connectors.chargebee.documents import CreditNote, Invoice
from integrations.connectors.chargebee.parts import LineItem
from integrations.errors import RejectedError

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingLine:
    """One line of a document. `amount` is signed and without tax; tax, discounts and rounding are lines of their own.

    `kind`: item, discount, tax, rounding. `item_price` is empty for adhoc lines.
    """

    kind: str
    amount: Decimal
    description: str = ""
    item_price: str = ""
    entity_type: str = ""
    quantity: Decimal = Decimal(1)
    date_from: date | None = None
    date_to: date | None = None
    subscription: str = ""
    discount_type: str = ""
    coupon: str = ""
    tax_name: str = ""
    tax_rate: Decimal | None = None
    tax_jurisdiction: str = ""


def site_day(moment: datetime, zone: str) -> date:
    """Give the day of an instant in the site's time zone (UTC when the site names none)."""
    return moment.astimezone(ZoneInfo(zone or "UTC")).date()


def billing_lines(document: Invoice | CreditNote, zone: str) -> tuple[BillingLine, ...]:
    """Give the lines that make up the total exactly. Raises RejectedError with the arithmetic when they do not."""
    lines = [*_items(document, zone), *_discounts(document, zone), *_taxes(document)]
    residue = document.total - sum((line.amount for line in lines), NOTHING)
    if residue and abs(residue) != abs(document.round_off_amount):
        raise RejectedError(
            f"Its lines, discounts and taxes make {document.total - residue}, but its total is {document.total} "
            f"{document.currency_code}. Compare it in Chargebee; nothing is posted until the two agree.",
            code="chargebee_totals_disagree",
            field="total",
            value=document.id,
        )
    if residue:
        lines.append(BillingLine(kind="rounding", amount=residue, description="Rounding"))
    return tuple(lines)


def _items(document: Invoice | CreditNote, zone: str) -> Iterator[BillingLine]:
    for item in document.line_items:
        yield BillingLine(
            kind="item",
            amount=item.amount - (_tax_of(document, item.id) if document.is_tax_inclusive else NOTHING),
            description=item.description or item.entity_description,
            item_price=item.entity_id,
            entity_type=item.entity_type,
            quantity=item.quantity,
            date_from=_day(item.date_from, zone),
            date_to=_day(item.date_to, zone),
            subscription=item.subscription_id,
        )


def _tax_of(document: Invoice | CreditNote, line_id: str) -> Decimal:
    return sum((tax.tax_amount for tax in document.line_item_taxes if tax.line_item_id == line_id), NOTHING)


def _discounts(document: Invoice | CreditNote, zone: str) -> Iterator[BillingLine]:
    """Take each discount once: from the lines' view, which names its line; it is for the same days."""
    of_line: dict[str, LineItem] = {item.id: item for item in document.line_items}
    for discount in document.line_item_discounts:
        item = of_line.get(discount.line_item_id)
        yield BillingLine(
            kind="discount",
            amount=-discount.discount_amount,
            description=f"Discount {discount.coupon_id or discount.entity_id}".strip(),
            item_price=item.entity_id if item else "",
            entity_type=item.entity_type if item else "",
            date_from=_day(item.date_from, zone) if item else None,
            date_to=_day(item.date_to, zone) if item else None,
            discount_type=discount.discount_type,
            coupon=discount.coupon_id or discount.entity_id,
        )


def _taxes(document: Invoice | CreditNote) -> Iterator[BillingLine]:
    """Sum the lines' taxes by name, rate and jurisdiction; a document without line taxes gives its own summary."""
    sums: dict[tuple[str, Decimal | None, str], Decimal] = {}
    for tax in document.line_item_taxes:
        key = (tax.tax_name, tax.tax_rate, tax.tax_juris_code)
        sums[key] = sums.get(key, NOTHING) + tax.tax_amount
    if not sums:
        sums = {(tax.name, None, ""): tax.amount for tax in document.taxes}
    for (name, rate, jurisdiction), amount in sums.items():
        if amount:
            yield BillingLine(
                kind="tax", amount=amount, description=name, tax_name=name, tax_rate=rate, tax_jurisdiction=jurisdiction
            )


def _day(moment: datetime | None, zone: str) -> date | None:
    return None if moment is None else site_day(moment, zone)

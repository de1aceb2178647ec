"""The lines of generated invoices: what a subscription or a single sale charges, with every kind of discount."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from integrations.connectors.chargebee.simulator.arithmetic import ZERO_DECIMAL, shared
from integrations.connectors.chargebee.simulator.catalogue import WARES, Ware, price_id, price_in, tiers
from integrations.connectors.chargebee.simulator.documents import Discount, Line, TaxRate
from integrations.sandbox.app import Json

BY_ID = {ware.id: ware for ware in WARES}
TWISTS = (
    "plain", "item_level_coupon", "plain", "document_level_coupon", "plain", "proration", "plain",
    "item_level_discount", "plain", "document_level_discount", "adhoc", "plain", "rounded", "promotional_credits",
)  # fmt: skip
CODES = {
    "item_level_coupon": ("LOYAL20", 'SAVE"20"'),
    "item_level_discount": ("dis_partner",),
    "document_level_coupon": ("ÉTÉ-2026", "WELCOME10"),
    "document_level_discount": ("dis_volume",),
    "promotional_credits": ("",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """For whom and what time a line is made."""

    currency: str
    catalog: str
    customer_id: str
    taxes: tuple[TaxRate, ...]
    date_from: int
    date_to: int
    subscription_id: str = ""


def ware_line(charge: Charge, ware_id: str, quantity: int) -> Line:
    """Make the line of one item at its list price."""
    ware = BY_ID[ware_id]
    unit = price_in(charge.currency, ware.price)
    line = Line(
        description=ware.name,
        amount=unit * quantity,
        unit_amount=unit,
        quantity=quantity,
        entity_type=_entity_type(ware, charge.catalog),
        entity_id=price_id(ware_id, charge.currency, charge.catalog),
        pricing_model=ware.model,
        **_shared_fields(charge),
        extra={"metered": True} if ware.metered else {},
    )
    if ware.model == "tiered" and charge.catalog == "v2":
        return _tiered(line, charge.currency)
    return _in_decimals(line, ware, charge.currency) if ware.decimals and charge.catalog == "v2" else line


def adhoc_line(charge: Charge, words: str, amount: int) -> Line:
    """Make a line that names no item."""
    return Line(description=words, amount=amount, unit_amount=amount, **_shared_fields(charge))


def twisted(lines: Sequence[Line], twist: str, charge: Charge, dice: Random) -> list[Line]:
    """Put a twist on an invoice's lines: a discount of one kind, a proration, an ad-hoc line."""
    rows = list(lines)
    if twist == "proration":
        return [*rows, *_prorated(rows[0], dice)]
    if twist == "adhoc":
        return [*rows, adhoc_line(charge, 'Ad-hoc: "travel" & expenses', price_in(charge.currency, 1995))]
    if twist.startswith("item_level"):
        return [_with_discount(rows[0], twist, rows[0].amount // 5, dice.choice(CODES[twist])), *rows[1:]]
    if twist == "everything":
        return _spread(rows, "document_level_coupon", 100, "FREE-MONTH")
    return _spread(rows, twist, 10, dice.choice(CODES[twist])) if twist in CODES else rows


def _entity_type(ware: Ware, catalog: str) -> str:
    if catalog == "v1":
        return "plan" if ware.kind == "plan" else "addon"
    return f"{ware.kind}_item_price"


def _shared_fields(charge: Charge) -> Json:
    names = ("customer_id", "taxes", "date_from", "date_to", "subscription_id")
    return {name: getattr(charge, name) for name in names}


def _tiered(line: Line, currency: str) -> Line:
    used, amount, rows = line.quantity, 0, []
    for tier in tiers(currency):
        inside = max(0, min(used, tier.get("ending_unit", used)) - tier["starting_unit"] + 1)
        amount += inside * tier["price"]
        bounds: Json = {key: tier[key] for key in ("starting_unit", "ending_unit") if key in tier}
        rows.append({**bounds, "quantity_used": inside, "unit_amount": tier["price"]})
    return replace(line, amount=amount, unit_amount=amount // max(used, 1), tiers=tuple(rows))


def _in_decimals(line: Line, ware: Ware, currency: str) -> Line:
    """Price by decimals: 0.4455 a unit times 10.625; the whole amount is rounded to the currency."""
    unit = Decimal(ware.decimals) * price_in(currency, 100) / (1 if currency in ZERO_DECIMAL else 100)
    quantity = Decimal("10.625") * line.quantity
    scale = 1 if currency in ZERO_DECIMAL else 100
    amount = int((unit * quantity * scale).to_integral_value(ROUND_HALF_UP))
    exact = {
        "unit_amount_in_decimal": str(unit),
        "quantity_in_decimal": str(quantity),
        "amount_in_decimal": str(unit * quantity),
    }
    return replace(line, amount=amount, unit_amount=int(unit * scale), quantity=int(quantity), extra=exact)


def _prorated(line: Line, dice: Random) -> list[Line]:
    """An upgrade in mid-term: part of the old charge goes back, part of the new one comes on top."""
    back = line.amount * dice.randint(20, 60) // 100
    more = back + line.amount * dice.randint(5, 30) // 100
    parts = ((f"Prorated credit for {line.description}", -back), (f"Prorated charge for {line.description}", more))
    return [
        replace(line, description=words, amount=amount, unit_amount=amount, quantity=1, pricing_model="flat_fee",
                tiers=(), extra={"proration_mode": "delta"})
        for words, amount in parts
        if amount
    ]  # fmt: skip


def _with_discount(line: Line, kind: str, amount: int, code: str) -> Line:
    if amount <= 0:
        return line
    by = "percentage" if kind.endswith("coupon") else "fixed_amount"
    one = Discount(kind=kind, code=code, amount=amount, words=code or "Promotional credits", by=by)
    return replace(line, discounts=(*line.discounts, one))


def _spread(rows: list[Line], kind: str, share_pct: int, code: str) -> list[Line]:
    """Spread a document's discount over its positive lines."""
    weights = [max(line.net, 0) for line in rows]
    amounts = shared(sum(weights) * share_pct // 100, weights)
    return [_with_discount(line, kind, amount, code) for line, amount in zip(rows, amounts, strict=True)]

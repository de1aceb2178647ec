"""Computes the lines, discounts, taxes and totals of invoices; the identities of vendor section 3.2 hold by design."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from integrations.connectors.chargebee.simulator.arithmetic import tax_inside, tax_on_top
from integrations.sandbox.app import Json

NewId = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax; `rate` is in thousandths of a percent: 8875 is 8.875 %."""

    name: str
    rate: int
    juris_type: str = "country"
    juris_code: str = ""
    juris_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """One discount on one line, in minor units, as one of the six kinds of vendor section 3.2."""

    kind: str
    code: str
    amount: int
    words: str = ""
    by: str = "percentage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line before tax is computed; `extra` holds further attributes such as tiers or decimals."""

    description: str
    amount: int
    unit_amount: int
    quantity: int = 1
    entity_type: str = "adhoc"
    entity_id: str = ""
    pricing_model: str = "flat_fee"
    date_from: int = 0
    date_to: int = 0
    subscription_id: str = ""
    customer_id: str = ""
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxRate, ...] = ()
    credit: int = 0
    extra: Json = field(default_factory=dict)
    tiers: tuple[Json, ...] = ()

    @property
    def net(self) -> int:
        """What is left after discounts: the base of the tax unless store credit was applied before it."""
        return self.amount - sum(discount.amount for discount in self.discounts)


def total_up(lines: Sequence[Line], *, inclusive: bool, new_id: NewId) -> Json:
    """Compute the arrays and the sums `sub_total` and `tax`; empty tax and discount arrays are absent."""
    arrays: dict[str, list[Json]] = {
        name: [] for name in ("line_items", "line_item_discounts", "line_item_taxes", "line_item_tiers")
    }
    for line in lines:
        line_id = new_id("li_")
        taxes = _line_taxes(line, line_id, inclusive=inclusive)
        arrays["line_items"].append(_line_item(line, line_id, taxes))
        arrays["line_item_discounts"] += [_line_discount(discount, line_id) for discount in line.discounts]
        arrays["line_item_taxes"] += taxes
        arrays["line_item_tiers"] += [{"line_item_id": line_id, "object": "line_item_tier", **t} for t in line.tiers]
    totals: Json = {name: rows for name, rows in arrays.items() if rows or name == "line_items"}
    if arrays["line_item_taxes"]:
        totals["taxes"] = _taxes(arrays["line_item_taxes"])
    if arrays["line_item_discounts"]:
        totals["discounts"] = _discounts(lines, arrays["line_items"])
    totals["sub_total"] = sum(line.net for line in lines)
    totals["tax"] = sum(row["tax_amount"] for row in arrays["line_item_taxes"])
    return totals


def _line_item(line: Line, line_id: str, taxes: list[Json]) -> Json:
    discount = sum(one.amount for one in line.discounts)
    on_item = sum(one.amount for one in line.discounts if one.kind.startswith("item_level"))
    made: Json = {
        "id": line_id,
        "object": "line_item",
        "subscription_id": line.subscription_id,
        "customer_id": line.customer_id,
        "date_from": line.date_from,
        "date_to": line.date_to,
        "unit_amount": line.unit_amount,
        "quantity": line.quantity,
        "amount": line.amount,
        "pricing_model": line.pricing_model,
        "is_taxed": bool(taxes),
        "tax_amount": sum(row["tax_amount"] for row in taxes),
        "discount_amount": discount,
        "item_level_discount_amount": on_item,
        "description": line.description[:250],
        "entity_type": line.entity_type,
        "entity_id": line.entity_id,
        "metered": False,
        "is_percentage_pricing": False,
        **line.extra,
    }
    if taxes:
        made["tax_rate"] = sum(rate.rate for rate in line.taxes) / 1000
    return {key: value for key, value in made.items() if value != ""}


def _line_taxes(line: Line, line_id: str, *, inclusive: bool) -> list[Json]:
    base = line.net - line.credit
    whole = sum(rate.rate for rate in line.taxes)
    inside = tax_inside(base, whole) if inclusive else 0
    rows, left = [], inside
    for at, rate in enumerate(line.taxes):
        last = at == len(line.taxes) - 1
        amount = tax_on_top(base, rate.rate) if not inclusive else left if last else inside * rate.rate // whole
        left -= amount
        rows.append(_tax_row(rate, line_id, base - inside, amount))
    return rows


def _tax_row(rate: TaxRate, line_id: str, taxable: int, amount: int) -> Json:
    made = {
        "line_item_id": line_id,
        "object": "line_item_tax",
        "tax_name": rate.name,
        "tax_rate": rate.rate / 1000,
        "taxable_amount": taxable,
        "tax_amount": amount,
        "is_partial_tax_applied": False,
        "is_non_compliance_tax": False,
        "tax_juris_type": rate.juris_type,
        "tax_juris_name": rate.juris_name,
        "tax_juris_code": rate.juris_code,
    }
    return {key: value for key, value in made.items() if value != ""}


def _taxes(rows: Sequence[Json]) -> list[Json]:
    sums: dict[str, int] = {}
    rates: dict[str, float] = {}
    for row in rows:
        sums[row["tax_name"]] = sums.get(row["tax_name"], 0) + row["tax_amount"]
        rates[row["tax_name"]] = row["tax_rate"]
    return [
        {"object": "tax", "name": name, "amount": amount, "description": f"{name} @ {rates[name]:g}%"}
        for name, amount in sums.items()
    ]


def _line_discount(discount: Discount, line_id: str) -> Json:
    made: Json = {
        "object": "line_item_discount",
        "line_item_id": line_id,
        "discount_type": discount.kind,
        "entity_id": discount.code,
        "discount_amount": discount.amount,
    }
    if discount.kind.endswith("coupon"):
        made["coupon_id"] = discount.code
    return {key: value for key, value in made.items() if value != ""}


def _discounts(lines: Sequence[Line], items: Sequence[Json]) -> list[Json]:
    """The document's view of the same discounts: one row per line for item-level ones, one per code for the others."""
    found: dict[tuple[str, str, str], Json] = {}
    for line, item in zip(lines, items, strict=True):
        for one in line.discounts:
            line_id = item["id"] if one.kind.startswith("item_level") else ""
            made = {"object": "discount", "entity_type": one.kind, "entity_id": one.code, "discount_type": one.by}
            row = found.setdefault((one.kind, one.code, line_id), {**made, "description": one.words, "amount": 0})
            row["amount"] += one.amount
            if line_id:
                row["line_item_id"] = line_id
    return [{key: value for key, value in row.items() if value != ""} for row in found.values()]

"""How credit notes are made: their lines and taxes prorated from the invoice they credit."""

from typing import Any

from integrations.connectors.chargebee.simulator.arithmetic import portion, shared
from integrations.connectors.chargebee.simulator.invoices import exchange_rate
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

REASONS = {
    "Write Off": "write_off",
    "Waiver": "waiver",
    "Other": "other",
    "Chargeback": "chargeback",
    "Order Cancellation": "order_cancellation",
    "Service Unsatisfactory": "service_unsatisfactory",
    "Product Unsatisfactory": "product_unsatisfactory",
    "Subscription Change": "subscription_change",
    "Subscription Cancellation": "subscription_cancellation",
}
DATED_BACK_S = 3 * 86_400


def make_note(site: Site, basis: Json, kind: str, status: str, total: int, reason: str, **fields: Any) -> Json:
    """Make a note on the basis of an invoice (or of customer, currency and price type) and tell by an event.

    Lines and taxes are the invoice's, prorated, unless `fields` brings `line_items`.
    """
    now_s = site.now_s()
    dated_back = fields.pop("dated_back", False)
    made: Json = {
        "id": f"CN-{site.next_number('credit_note', 2001)}",
        "object": "credit_note",
        "customer_id": basis["customer_id"],
        "subscription_id": basis.get("subscription_id"),
        "reference_invoice_id": basis.get("id"),
        "type": kind,
        "status": status,
        "reason_code": REASONS[reason],
        "create_reason_code": reason,
        "price_type": basis["price_type"],
        "currency_code": basis["currency_code"],
        "base_currency_code": site.setup.base_currency,
        "exchange_rate": exchange_rate(basis["currency_code"], now_s),
        "date": now_s - DATED_BACK_S if dated_back else now_s,
        "generated_at": now_s,
        "total": total,
        "amount_allocated": 0,
        "amount_refunded": 0,
        "amount_available": total,
        "round_off_amount": 0,
        "fractional_correction": 0,
        "channel": "web",
        "deleted": False,
        "notes": [],
        "customer_notes": "",
        "site_details_at_creation": {"timezone": site.setup.timezone},
        "line_item_discounts": [],
        "allocations": [],
        "linked_refunds": [],
        **(fields if "line_items" in fields else {**_prorated(site, basis, total), **fields}),
    }
    note = site.add("credit_notes", {key: value for key, value in made.items() if value is not None})
    site.emit("credit_note_created_with_backdating" if dated_back else "credit_note_created", credit_note=note)
    return note


def _prorated(site: Site, invoice: Json, total: int) -> Json:
    """Share a credit's total over the invoice's lines; taxes are the invoice's, prorated by the totals."""
    round_off = invoice["round_off_amount"] if total == invoice["total"] else 0
    tax = portion(invoice["tax"], total, invoice["total"])
    inclusive = invoice["price_type"] == "tax_inclusive"
    sub_total = total - round_off - (0 if inclusive else tax)
    lines = [line for line in invoice["line_items"] if line["amount"] - line["discount_amount"] > 0]
    amounts = shared(sub_total, [line["amount"] - line["discount_amount"] for line in lines])
    wanted = {line["id"] for line in lines}
    rows = [
        row for row in invoice.get("line_item_taxes", []) if row["line_item_id"] in wanted and row["tax_amount"] > 0
    ]
    taxes = shared(tax, [row["tax_amount"] for row in rows])
    made = [_note_line(site, line, amount) for line, amount in zip(lines, amounts, strict=True)]
    by_line = {line["id"]: item for line, item in zip(lines, made, strict=True)}
    made_taxes = [_note_tax(by_line[row["line_item_id"]], row, one) for row, one in zip(rows, taxes, strict=True)]
    if inclusive:
        for row in made_taxes:
            row["taxable_amount"] -= next(one["tax_amount"] for one in made if one["id"] == row["line_item_id"])
    names = dict.fromkeys(row["tax_name"] for row in made_taxes)
    sums = [{"object": "tax", "name": name, "amount": _sum_of(made_taxes, name)} for name in names]
    return {"sub_total": sub_total, "round_off_amount": round_off, "line_items": made,
            "line_item_taxes": made_taxes, "taxes": sums}  # fmt: skip


def _note_line(site: Site, line: Json, amount: int) -> Json:
    kept = ("subscription_id", "customer_id", "date_from", "date_to", "description", "entity_type", "entity_id")
    return {
        "id": site.new_id("li_"),
        "object": "line_item",
        "reference_line_item_id": line["id"],
        "unit_amount": amount,
        "quantity": 1,
        "amount": amount,
        "pricing_model": "flat_fee",
        "is_taxed": False,
        "tax_amount": 0,
        "discount_amount": 0,
        "item_level_discount_amount": 0,
        **{key: line[key] for key in kept if key in line},
    }


def _note_tax(item: Json, row: Json, amount: int) -> Json:
    """Give one tax row of a note and count it on its line (which is still being made)."""
    item |= {
        "is_taxed": True,
        "tax_amount": item["tax_amount"] + amount,
        "tax_rate": round(item.get("tax_rate", 0.0) + row["tax_rate"], 6),
    }
    return {**row, "line_item_id": item["id"], "taxable_amount": item["amount"], "tax_amount": amount}


def _sum_of(rows: list[Json], name: str) -> int:
    return sum(row["tax_amount"] for row in rows if row["tax_name"] == name)


def note_row(note: Json) -> Json:
    """Give how an invoice or a refund shows a note."""
    return {
        "cn_id": note["id"],
        "cn_reason_code": note["reason_code"],
        "cn_create_reason_code": note["create_reason_code"],
        "cn_date": note["date"],
        "cn_total": note["total"],
        "cn_status": note["status"],
    }

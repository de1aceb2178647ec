"""Objects as Chargebee's documentation shows them, for tests; `sample` gives a copy with some attributes changed."""

import json
from decimal import Decimal
from typing import Any

DATE_S = 1_767_225_600  # 2026-01-01T00:00:00Z

LINE = {
    "id": "li_1", "object": "line_item", "subscription_id": "sub_3", "customer_id": "cus_9",
    "date_from": DATE_S, "date_to": DATE_S + 2_678_400, "unit_amount": 10000, "quantity": 1, "amount": 10000,
    "pricing_model": "per_unit", "is_taxed": True, "tax_rate": Decimal("19.0"), "tax_amount": 1710,
    "discount_amount": 1000, "item_level_discount_amount": 0, "description": "Seat",
    "entity_type": "plan_item_price", "entity_id": "seat-EUR-monthly",
}  # fmt: skip
INVOICE = {
    "id": "1001", "object": "invoice", "customer_id": "cus_9", "subscription_id": "sub_3", "recurring": True,
    "status": "payment_due", "price_type": "tax_exclusive", "date": DATE_S, "due_date": DATE_S + 2_592_000,
    "net_term_days": 30, "generated_at": DATE_S + 1, "currency_code": "EUR", "base_currency_code": "USD",
    "exchange_rate": Decimal("1.09"), "sub_total": 9000, "tax": 1710, "total": 10710, "round_off_amount": 0,
    "amount_paid": 0, "amount_adjusted": 0, "credits_applied": 0, "write_off_amount": 0, "amount_due": 10710,
    "amount_to_collect": 10710, "first_invoice": False, "is_gifted": False, "term_finalized": True,
    "has_advance_charges": False, "channel": "web", "deleted": False, "updated_at": DATE_S + 1,
    "resource_version": 1_767_225_601_482, "line_items": [LINE],
    "line_item_discounts": [
        {"line_item_id": "li_1", "discount_type": "document_level_coupon", "entity_id": "SAVE10",
         "coupon_id": "SAVE10", "discount_amount": 1000}
    ],
    "discounts": [
        {"entity_type": "document_level_coupon", "entity_id": "SAVE10", "discount_type": "percentage",
         "amount": 1000, "description": "10% off"}
    ],
    "line_item_taxes": [
        {"line_item_id": "li_1", "tax_name": "VAT", "tax_rate": Decimal("19.0"), "taxable_amount": 9000,
         "tax_amount": 1710, "tax_juris_type": "country", "tax_juris_code": "DE"}
    ],
    "taxes": [{"name": "VAT", "amount": 1710}],
    "linked_payments": [], "applied_credits": [], "adjustment_credit_notes": [], "issued_credit_notes": [],
    "reference_transactions": [], "linked_orders": [], "dunning_attempts": [],
    "site_details_at_creation": {"timezone": "Europe/Berlin"},
}  # fmt: skip
CREDIT_NOTE = {
    "id": "CN-12", "object": "credit_note", "customer_id": "cus_9", "reference_invoice_id": "1001",
    "type": "refundable", "status": "refund_due", "create_reason_code": "Other", "price_type": "tax_exclusive",
    "currency_code": "EUR", "date": DATE_S, "sub_total": 1000, "total": 1190, "amount_allocated": 0,
    "amount_refunded": 590, "amount_available": 600, "round_off_amount": 0, "fractional_correction": 0,
    "updated_at": DATE_S, "resource_version": 1_767_225_600_120, "deleted": False,
    "notes": ["Thank you"], "customer_notes": "",
    "line_items": [{**LINE, "id": "li_9", "reference_line_item_id": "li_1", "unit_amount": 1000, "amount": 1000}],
    "taxes": [{"name": "VAT", "amount": 190}], "line_item_taxes": [], "line_item_discounts": [], "allocations": [],
    "linked_refunds": [
        {"txn_id": "txn_8", "applied_amount": 590, "applied_at": DATE_S, "txn_status": "success", "txn_date": DATE_S,
         "txn_amount": 590}
    ],
}  # fmt: skip
TRANSACTION = {
    "id": "txn_7", "object": "transaction", "type": "payment", "status": "success", "customer_id": "cus_9",
    "gateway": "stripe", "payment_method": "card", "currency_code": "EUR", "amount": 12000, "amount_unused": 1290,
    "date": DATE_S, "settled_at": DATE_S + 90_000, "id_at_gateway": "ch_abc", "updated_at": DATE_S + 1,
    "resource_version": 1_767_225_601_007, "deleted": False,
    "linked_invoices": [
        {"invoice_id": "1001", "applied_amount": 10710, "applied_at": DATE_S, "invoice_date": DATE_S,
         "invoice_total": 10710, "invoice_status": "paid"}
    ],
    "linked_refunds": [],
}  # fmt: skip
CUSTOMER = {
    "id": "cus_9", "object": "customer", "company": "Bäckerei \"Zur Mühle\" & Söhne", "email": "ap@muehle.example",
    "auto_collection": "on", "net_term_days": 30, "allow_direct_debit": False, "created_at": DATE_S,
    "updated_at": DATE_S, "resource_version": 1_767_225_600_001, "deleted": False, "promotional_credits": 0,
    "refundable_credits": 0, "excess_payments": 1290, "unbilled_charges": 0, "preferred_currency_code": "JPY",
    "balances": [{"currency_code": "JPY", "excess_payments": 1290, "refundable_credits": 0}],
    "relationship": {"parent_id": "cus_1", "invoice_owner_id": "cus_1"},
    "billing_address": {"line1": "Hauptstraße 1", "city": "Köln", "country": "DE", "zip": "50667"},
    "cf_erp_number": "4711", "cf_is_reseller": True, "mrr": 0,
}  # fmt: skip
ITEM_PRICE = {
    "id": "seat-EUR-monthly", "object": "item_price", "name": "Seat EUR Monthly", "item_id": "seat",
    "item_family_id": "core", "item_type": "plan", "status": "active", "pricing_model": "per_unit", "price": 10000,
    "currency_code": "EUR", "period": 1, "period_unit": "month", "is_taxable": True, "deleted": False,
    "accounting_detail": {"sku": "SEAT-M", "accounting_code": "4000", "accounting_category1": "EU"},
    "created_at": DATE_S, "updated_at": DATE_S, "resource_version": 1_767_225_600_123,
}  # fmt: skip


def sample(raw: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Copy an object deeply, with attributes changed; None takes one away."""
    copied = json.loads(json.dumps(raw, default=float), parse_float=Decimal) | changed
    return {name: value for name, value in copied.items() if value is not None}

"""Turns Chargebee's JSON of invoices, credit notes and transactions into records."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.connectors.chargebee.documents import CreditNote, Invoice, Transaction
from integrations.connectors.chargebee.parse import Units, open_row, read_address
from integrations.connectors.chargebee.parse_parts import (
    read_allocation,
    read_applied_credit,
    read_credit_note_ref,
    read_discount,
    read_line,
    read_line_discount,
    read_line_tax,
    read_linked_credit_note,
    read_linked_invoice,
    read_linked_refund,
    read_payment,
    read_tax,
    read_withheld,
)
from integrations.connectors.chargebee.reader import Reader
from integrations.errors import ContractError


def parse_invoice(raw: Mapping[str, Any], units: Units) -> Invoice:
    """Read an invoice. Source: Invoice (apidocs, read 2026-11-21)."""
    row = _open_document(raw, "Invoice", units)
    text, amount, moment, parts = row.text, row.amount, row.moment, row.parts
    return Invoice(
        id=raw["id"],
        customer_id=row.needed_text("customer_id"),
        payment_owner=text("payment_owner"),
        subscription_id=text("subscription_id"),
        status=row.needed_text("status"),
        price_type=row.needed_text("price_type"),
        recurring=row.flag("recurring"),
        first_invoice=row.flag("first_invoice"),
        term_finalized=row.flag("term_finalized"),
        date=row.needed_moment("date"),
        due_date=moment("due_date"),
        generated_at=moment("generated_at"),
        paid_at=moment("paid_at"),
        voided_at=moment("voided_at"),
        net_term_days=row.count("net_term_days"),
        po_number=text("po_number"),
        vat_number=text("vat_number"),
        vat_number_prefix=text("vat_number_prefix"),
        void_reason_code=text("void_reason_code"),
        channel=text("channel"),
        business_entity_id=text("business_entity_id"),
        currency_code=raw["currency_code"],
        base_currency_code=text("base_currency_code"),
        exchange_rate=row.number("exchange_rate"),
        local_currency_code=text("local_currency_code"),
        local_currency_exchange_rate=row.number("local_currency_exchange_rate"),
        sub_total=row.needed_amount("sub_total"),
        tax=row.needed_amount("tax"),
        total=row.needed_amount("total"),
        round_off_amount=amount("round_off_amount"),
        amount_paid=amount("amount_paid"),
        amount_adjusted=amount("amount_adjusted"),
        credits_applied=amount("credits_applied"),
        write_off_amount=amount("write_off_amount"),
        amount_due=amount("amount_due"),
        amount_to_collect=row.optional_amount("amount_to_collect"),
        line_items=parts("line_items", read_line),
        line_item_discounts=parts("line_item_discounts", read_line_discount),
        line_item_taxes=parts("line_item_taxes", read_line_tax),
        discounts=parts("discounts", read_discount),
        taxes=parts("taxes", read_tax),
        linked_payments=parts("linked_payments", read_payment),
        applied_credits=parts("applied_credits", read_applied_credit),
        adjustment_credit_notes=parts("adjustment_credit_notes", read_credit_note_ref),
        issued_credit_notes=parts("issued_credit_notes", read_credit_note_ref),
        linked_taxes_withheld=parts("linked_taxes_withheld", read_withheld),
        billing_address=read_address(row, "billing_address"),
        shipping_address=read_address(row, "shipping_address"),
        notes=row.words("notes", "note"),
        site_time_zone=_site_time_zone(row),
        updated_at=moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=row.flag("deleted"),
        custom=row.custom(),
    )


def parse_credit_note(raw: Mapping[str, Any], units: Units) -> CreditNote:
    """Read a credit note. Source: Credit note (apidocs, read 2026-11-21)."""
    row = _open_document(raw, "Credit note", units)
    text, amount, moment, parts = row.text, row.amount, row.moment, row.parts
    return CreditNote(
        id=raw["id"],
        customer_id=row.needed_text("customer_id"),
        subscription_id=text("subscription_id"),
        reference_invoice_id=text("reference_invoice_id"),
        type=row.needed_text("type"),
        status=row.needed_text("status"),
        reason_code=text("reason_code"),
        create_reason_code=text("create_reason_code"),
        price_type=row.needed_text("price_type"),
        date=row.needed_moment("date"),
        generated_at=moment("generated_at"),
        refunded_at=moment("refunded_at"),
        voided_at=moment("voided_at"),
        vat_number=text("vat_number"),
        business_entity_id=text("business_entity_id"),
        channel=text("channel"),
        currency_code=raw["currency_code"],
        base_currency_code=text("base_currency_code"),
        exchange_rate=row.number("exchange_rate"),
        sub_total=row.needed_amount("sub_total"),
        total=row.needed_amount("total"),
        round_off_amount=amount("round_off_amount"),
        fractional_correction=row.count("fractional_correction"),
        amount_allocated=amount("amount_allocated"),
        amount_refunded=amount("amount_refunded"),
        amount_available=amount("amount_available"),
        line_items=parts("line_items", read_line),
        line_item_discounts=parts("line_item_discounts", read_line_discount),
        line_item_taxes=parts("line_item_taxes", read_line_tax),
        discounts=parts("discounts", read_discount),
        taxes=parts("taxes", read_tax),
        allocations=parts("allocations", read_allocation),
        linked_refunds=parts("linked_refunds", read_linked_refund),
        customer_notes=text("customer_notes"),
        notes=row.words("notes", "note"),
        site_time_zone=_site_time_zone(row),
        updated_at=moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=row.flag("deleted"),
        custom=row.custom(),
    )


def parse_transaction(raw: Mapping[str, Any], units: Units) -> Transaction:
    """Read a transaction. Source: Transaction (apidocs, read 2026-11-21)."""
    row = _open_document(raw, "Transaction", units)
    text, moment, parts = row.text, row.moment, row.parts
    return Transaction(
        id=raw["id"],
        customer_id=text("customer_id"),
        subscription_id=text("subscription_id"),
        type=row.needed_text("type"),
        status=row.needed_text("status"),
        date=row.needed_moment("date"),
        settled_at=moment("settled_at"),
        voided_at=moment("voided_at"),
        payment_method=text("payment_method"),
        custom_payment_method_name=text("custom_payment_method_name"),
        gateway=text("gateway"),
        gateway_account_id=text("gateway_account_id"),
        id_at_gateway=text("id_at_gateway"),
        reference_number=text("reference_number"),
        currency_code=raw["currency_code"],
        base_currency_code=text("base_currency_code"),
        exchange_rate=row.number("exchange_rate"),
        amount=_transaction_amount(row),
        amount_unused=row.amount("amount_unused"),
        reference_transaction_id=text("reference_transaction_id"),
        refunded_txn_id=text("refunded_txn_id"),
        reversal_transaction_id=text("reversal_transaction_id"),
        error_code=text("error_code"),
        error_text=text("error_text"),
        business_entity_id=text("business_entity_id"),
        linked_invoices=parts("linked_invoices", read_linked_invoice),
        linked_credit_notes=parts("linked_credit_notes", read_linked_credit_note),
        linked_refunds=parts("linked_refunds", read_linked_refund),
        updated_at=moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=row.flag("deleted"),
        custom=row.custom(),
    )


def _open_document(raw: Mapping[str, Any], kind: str, units: Units) -> Reader:
    """Begin with a document: its currency decides the unit of every amount in it."""
    row = open_row(raw, kind)
    row.unit = units.of(row.needed_text("currency_code"))
    if raw.get("line_items_next_offset"):
        raise ContractError(
            f"{row.label}: Chargebee gives only some of its lines (enterprise-scale invoicing), so it was not taken."
            " Ask our support to read this document line by line.",
            code="chargebee_lines_paged",
            field="line_items_next_offset",
        )
    return row


def _transaction_amount(row: Reader) -> Decimal:
    """Read the amount; an authorization may have none of its own."""
    return row.amount("amount") if row.raw.get("type") == "authorization" else row.needed_amount("amount")


def _site_time_zone(row: Reader) -> str:
    site = row.part("site_details_at_creation")
    return "" if site is None else site.text("timezone")

"""Turns the parts of Chargebee's documents into records."""

from decimal import Decimal

from integrations.connectors.chargebee.parts import (
    Allocation,
    AppliedCredit,
    CreditNoteRef,
    Discount,
    LineDiscount,
    LineItem,
    LineTax,
    LinkedCreditNote,
    LinkedInvoice,
    LinkedPayment,
    LinkedRefund,
    Tax,
    TaxWithheld,
)
from integrations.connectors.chargebee.reader import NONE, ONE, Reader


def read_line(part: Reader) -> LineItem:
    """Read a line; `quantity` and `unit_amount` take their many decimals where the site uses them."""
    text, amount = part.text, part.amount
    return LineItem(
        id=text("id"),
        subscription_id=text("subscription_id"),
        customer_id=text("customer_id"),
        date_from=part.moment("date_from"),
        date_to=part.moment("date_to"),
        unit_amount=_unit_amount(part),
        quantity=_quantity(part),
        amount=part.needed_amount("amount"),
        pricing_model=text("pricing_model"),
        is_taxed=part.flag("is_taxed"),
        tax_amount=amount("tax_amount"),
        tax_rate=part.number("tax_rate") or NONE,
        discount_amount=amount("discount_amount"),
        item_level_discount_amount=amount("item_level_discount_amount"),
        description=text("description"),
        entity_description=text("entity_description"),
        entity_type=text("entity_type"),
        entity_id=text("entity_id"),
        tax_exempt_reason=text("tax_exempt_reason"),
        reference_line_item_id=text("reference_line_item_id"),
    )


def read_line_discount(part: Reader) -> LineDiscount:
    """Read a discount's share of a line."""
    return LineDiscount(
        line_item_id=part.text("line_item_id"),
        discount_type=part.text("discount_type"),
        entity_id=part.text("entity_id"),
        coupon_id=part.text("coupon_id"),
        discount_amount=part.needed_amount("discount_amount"),
    )


def read_discount(part: Reader) -> Discount:
    """Read a discount over the document."""
    return Discount(
        amount=part.needed_amount("amount"),
        description=part.text("description"),
        line_item_id=part.text("line_item_id"),
        entity_type=part.text("entity_type"),
        entity_id=part.text("entity_id"),
    )


def read_line_tax(part: Reader) -> LineTax:
    """Read one tax on one line."""
    return LineTax(
        line_item_id=part.text("line_item_id"),
        tax_name=part.text("tax_name"),
        tax_rate=part.number("tax_rate") or NONE,
        taxable_amount=part.amount("taxable_amount"),
        tax_amount=part.needed_amount("tax_amount"),
        is_partial_tax_applied=part.flag("is_partial_tax_applied"),
        is_non_compliance_tax=part.flag("is_non_compliance_tax"),
        tax_juris_type=part.text("tax_juris_type"),
        tax_juris_name=part.text("tax_juris_name"),
        tax_juris_code=part.text("tax_juris_code"),
    )


def read_tax(part: Reader) -> Tax:
    """Read a tax over the document."""
    return Tax(name=part.text("name"), amount=part.needed_amount("amount"), description=part.text("description"))


def read_payment(part: Reader) -> LinkedPayment:
    """Read a transaction on an invoice."""
    return LinkedPayment(
        txn_id=part.needed_text("txn_id"),
        applied_amount=part.needed_amount("applied_amount"),
        applied_at=part.moment("applied_at"),
        txn_status=part.text("txn_status"),
        txn_date=part.moment("txn_date"),
        txn_amount=part.amount("txn_amount"),
    )


def read_applied_credit(part: Reader) -> AppliedCredit:
    """Read a credit note's amount used on an invoice."""
    return AppliedCredit(
        cn_id=part.needed_text("cn_id"),
        applied_amount=part.needed_amount("applied_amount"),
        applied_at=part.moment("applied_at"),
        cn_create_reason_code=part.text("cn_create_reason_code"),
        cn_date=part.moment("cn_date"),
        cn_status=part.text("cn_status"),
        tax_application=part.text("tax_application"),
    )


def read_credit_note_ref(part: Reader) -> CreditNoteRef:
    """Read a credit note that an invoice names."""
    return CreditNoteRef(
        cn_id=part.needed_text("cn_id"),
        cn_create_reason_code=part.text("cn_create_reason_code"),
        cn_date=part.moment("cn_date"),
        cn_total=part.amount("cn_total"),
        cn_status=part.text("cn_status"),
    )


def read_withheld(part: Reader) -> TaxWithheld:
    """Read tax that the customer kept back."""
    return TaxWithheld(
        id=part.text("id"),
        amount=part.needed_amount("amount"),
        description=part.text("description"),
        date=part.moment("date"),
        reference_number=part.text("reference_number"),
    )


def read_allocation(part: Reader) -> Allocation:
    """Read a credit note's amount used on an invoice, seen from the credit note."""
    return Allocation(
        invoice_id=part.needed_text("invoice_id"),
        allocated_amount=part.needed_amount("allocated_amount"),
        allocated_at=part.moment("allocated_at"),
        invoice_date=part.moment("invoice_date"),
        invoice_status=part.text("invoice_status"),
        tax_application=part.text("tax_application"),
    )


def read_linked_refund(part: Reader) -> LinkedRefund:
    """Read a refund that a credit note or a payment names."""
    return LinkedRefund(
        txn_id=part.needed_text("txn_id"),
        applied_amount=part.amount("applied_amount"),
        applied_at=part.moment("applied_at"),
        txn_status=part.text("txn_status"),
        txn_date=part.moment("txn_date"),
        txn_amount=part.amount("txn_amount"),
        refund_reason_code=part.text("refund_reason_code"),
    )


def read_linked_invoice(part: Reader) -> LinkedInvoice:
    """Read an invoice that a payment was applied to."""
    return LinkedInvoice(
        invoice_id=part.needed_text("invoice_id"),
        applied_amount=part.needed_amount("applied_amount"),
        applied_at=part.moment("applied_at"),
        invoice_date=part.moment("invoice_date"),
        invoice_total=part.amount("invoice_total"),
        invoice_status=part.text("invoice_status"),
    )


def read_linked_credit_note(part: Reader) -> LinkedCreditNote:
    """Read a credit note that a refund pays out."""
    return LinkedCreditNote(
        cn_id=part.needed_text("cn_id"),
        applied_amount=part.needed_amount("applied_amount"),
        applied_at=part.moment("applied_at"),
        cn_create_reason_code=part.text("cn_create_reason_code"),
        cn_date=part.moment("cn_date"),
        cn_total=part.amount("cn_total"),
        cn_status=part.text("cn_status"),
        cn_reference_invoice_id=part.text("cn_reference_invoice_id"),
    )


def _unit_amount(part: Reader) -> Decimal:
    exact = part.number("unit_amount_in_decimal")
    return part.amount("unit_amount") if exact is None else exact


def _quantity(part: Reader) -> Decimal:
    exact = part.number("quantity_in_decimal")
    if exact is not None:
        return exact
    return ONE if part.raw.get("quantity") is None else Decimal(part.count("quantity"))

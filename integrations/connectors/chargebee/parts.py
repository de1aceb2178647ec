"""The parts that Chargebee's invoices, credit notes and transactions are made of."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line. Post `amount`, which may be negative: price times quantity differs from it for tiers and many decimals.

    `unit_amount` and `quantity` carry the many decimals where the site uses them. On a credit note
    `reference_line_item_id` is the invoice's line.
    """

    id: str
    subscription_id: str
    customer_id: str
    date_from: datetime | None
    date_to: datetime | None
    unit_amount: Decimal
    quantity: Decimal
    amount: Decimal
    pricing_model: str
    is_taxed: bool
    tax_amount: Decimal
    tax_rate: Decimal
    discount_amount: Decimal
    item_level_discount_amount: Decimal
    description: str
    entity_description: str
    entity_type: str
    entity_id: str
    tax_exempt_reason: str
    reference_line_item_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDiscount:
    """A discount's share of one line. Use this view or `Discount`, never both."""

    line_item_id: str
    discount_type: str
    entity_id: str
    coupon_id: str
    discount_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount over the document: a coupon, a manual one, or promotional credits (`entity_type`)."""

    amount: Decimal
    description: str
    line_item_id: str
    entity_type: str
    entity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """One tax on one line; a line may carry several (state and county)."""

    line_item_id: str
    tax_name: str
    tax_rate: Decimal
    taxable_amount: Decimal
    tax_amount: Decimal
    is_partial_tax_applied: bool
    is_non_compliance_tax: bool
    tax_juris_type: str
    tax_juris_name: str
    tax_juris_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax over the document."""

    name: str
    amount: Decimal
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPayment:
    """A transaction on an invoice. `applied_amount` is this invoice's share of it."""

    txn_id: str
    applied_amount: Decimal
    applied_at: datetime | None
    txn_status: str
    txn_date: datetime | None
    txn_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCredit:
    """A credit note's amount used on an invoice."""

    cn_id: str
    applied_amount: Decimal
    applied_at: datetime | None
    cn_create_reason_code: str
    cn_date: datetime | None
    cn_status: str
    tax_application: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteRef:
    """A credit note that an invoice names."""

    cn_id: str
    cn_create_reason_code: str
    cn_date: datetime | None
    cn_total: Decimal
    cn_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxWithheld:
    """Tax that the customer kept back and paid to the state."""

    id: str
    amount: Decimal
    description: str
    date: datetime | None
    reference_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A credit note's amount used on an invoice, seen from the credit note."""

    invoice_id: str
    allocated_amount: Decimal
    allocated_at: datetime | None
    invoice_date: datetime | None
    invoice_status: str
    tax_application: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRefund:
    """A refund of a credit note, or of a payment that belongs to no invoice (then nothing is `applied`)."""

    txn_id: str
    applied_amount: Decimal
    applied_at: datetime | None
    txn_status: str
    txn_date: datetime | None
    txn_amount: Decimal
    refund_reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedInvoice:
    """An invoice that a payment was applied to."""

    invoice_id: str
    applied_amount: Decimal
    applied_at: datetime | None
    invoice_date: datetime | None
    invoice_total: Decimal
    invoice_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCreditNote:
    """A credit note that a refund pays out."""

    cn_id: str
    applied_amount: Decimal
    applied_at: datetime | None
    cn_create_reason_code: str
    cn_date: datetime | None
    cn_total: Decimal
    cn_status: str
    cn_reference_invoice_id: str

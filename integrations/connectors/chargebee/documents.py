"""Chargebee's billing documents: invoices, credit notes and transactions."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.connectors.chargebee.customers import Address, Custom
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

INCLUSIVE = "tax_inclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice; `id` is its number.

    `status`: pending (not closed yet), posted, payment_due, not_paid, paid, voided; paid does not mean cash, as
    `amount_paid` may be 0. `date` is an instant: the document's day is the one in `site_time_zone`.
    `subscription_id` is empty when lines come from several.
    """

    id: str
    customer_id: str
    payment_owner: str
    subscription_id: str
    status: str
    price_type: str
    recurring: bool
    first_invoice: bool
    term_finalized: bool
    date: datetime
    due_date: datetime | None
    generated_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    net_term_days: int
    po_number: str
    vat_number: str
    vat_number_prefix: str
    void_reason_code: str
    channel: str
    business_entity_id: str
    currency_code: str
    base_currency_code: str
    exchange_rate: Decimal | None
    local_currency_code: str
    local_currency_exchange_rate: Decimal | None
    sub_total: Decimal
    tax: Decimal
    total: Decimal
    round_off_amount: Decimal
    amount_paid: Decimal
    amount_adjusted: Decimal
    credits_applied: Decimal
    write_off_amount: Decimal
    amount_due: Decimal
    amount_to_collect: Decimal | None
    line_items: tuple[LineItem, ...]
    line_item_discounts: tuple[LineDiscount, ...]
    line_item_taxes: tuple[LineTax, ...]
    discounts: tuple[Discount, ...]
    taxes: tuple[Tax, ...]
    linked_payments: tuple[LinkedPayment, ...]
    applied_credits: tuple[AppliedCredit, ...]
    adjustment_credit_notes: tuple[CreditNoteRef, ...]
    issued_credit_notes: tuple[CreditNoteRef, ...]
    linked_taxes_withheld: tuple[TaxWithheld, ...]
    billing_address: Address | None
    shipping_address: Address | None
    notes: tuple[str, ...]
    site_time_zone: str
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

    @property
    def is_tax_inclusive(self) -> bool:
        """Tell whether every amount of the document includes its tax."""
        return self.price_type == INCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    """A credit note; all amounts are positive.

    `type`: adjustment (lowers an unpaid invoice, write-offs too), refundable (credit against a paid one), store
    (untaxed, used before tax later). `status`: adjusted, refund_due, refunded (used up, in cash or on invoices),
    voided; a voided one may keep an `amount_available`.
    """

    id: str
    customer_id: str
    subscription_id: str
    reference_invoice_id: str
    type: str
    status: str
    reason_code: str
    create_reason_code: str
    price_type: str
    date: datetime
    generated_at: datetime | None
    refunded_at: datetime | None
    voided_at: datetime | None
    vat_number: str
    business_entity_id: str
    channel: str
    currency_code: str
    base_currency_code: str
    exchange_rate: Decimal | None
    sub_total: Decimal
    total: Decimal
    round_off_amount: Decimal
    fractional_correction: int
    amount_allocated: Decimal
    amount_refunded: Decimal
    amount_available: Decimal
    line_items: tuple[LineItem, ...]
    line_item_discounts: tuple[LineDiscount, ...]
    line_item_taxes: tuple[LineTax, ...]
    discounts: tuple[Discount, ...]
    taxes: tuple[Tax, ...]
    allocations: tuple[Allocation, ...]
    linked_refunds: tuple[LinkedRefund, ...]
    customer_notes: str
    notes: tuple[str, ...]
    site_time_zone: str
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

    @property
    def is_tax_inclusive(self) -> bool:
        """Tell whether every amount of the document includes its tax."""
        return self.price_type == INCLUSIVE

    @property
    def tax(self) -> Decimal:
        """Give the tax over the document; Chargebee states it per tax only."""
        return sum((tax.amount for tax in self.taxes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Money that moved, or tried to.

    `type`: payment, refund, authorization, payment_reversal. `status`: success, in_progress, failure, timeout, voided,
    needs_attention, and late_failure for a former success that bounced. Methods and gateways are open words;
    `gateway` not_applicable means recorded by hand.
    """

    id: str
    customer_id: str
    subscription_id: str
    type: str
    status: str
    date: datetime
    settled_at: datetime | None
    voided_at: datetime | None
    payment_method: str
    custom_payment_method_name: str
    gateway: str
    gateway_account_id: str
    id_at_gateway: str
    reference_number: str
    currency_code: str
    base_currency_code: str
    exchange_rate: Decimal | None
    amount: Decimal
    amount_unused: Decimal
    reference_transaction_id: str
    refunded_txn_id: str
    reversal_transaction_id: str
    error_code: str
    error_text: str
    business_entity_id: str
    linked_invoices: tuple[LinkedInvoice, ...]
    linked_credit_notes: tuple[LinkedCreditNote, ...]
    linked_refunds: tuple[LinkedRefund, ...]
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

"""The objects read from BILL, as frozen dataclasses; amounts in major units, times in UTC."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integrations.contracts import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor. `short_name` holds our reference where this portal made it."""

    id: str
    name: str
    short_name: str
    archived: bool
    bill_currency: str
    account_number: str
    email: str
    phone: str
    tax_id: str
    payment_term_id: str
    network_status: str
    line1: str
    line2: str
    city: str
    state_or_province: str
    zip_or_postal_code: str
    country: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifications:
    """What a bill or a line is coded to: ids, empty when unset."""

    chart_of_account_id: str
    department_id: str
    location_id: str
    accounting_class_id: str
    item_id: str
    job_id: str
    customer_id: str
    employee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill."""

    id: str
    amount: Decimal
    description: str
    classifications: Classifications


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill, in its vendor's currency. BILL keeps no currency on the bill itself."""

    id: str
    vendor_id: str
    vendor_name: str
    invoice_number: str
    invoice_date: date | None
    due_date: date | None
    description: str
    purchase_order_number: str
    amount: Decimal
    paid_amount: Decimal
    due_amount: Decimal
    scheduled_amount: Decimal
    credit_amount: Decimal
    payment_status: str
    approval_status: str
    archived: bool
    classifications: Classifications
    lines: tuple[BillLine, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def open_amount(self) -> Decimal:
        """What is neither paid nor credited; a payment only scheduled leaves it open."""
        return self.amount - self.paid_amount - self.credit_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCredit:
    """A vendor credit used in a payment: it reduces the bill without cash."""

    id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPayment:
    """The part of a payment that pays one bill."""

    id: str
    bill_id: str
    amount: Decimal
    credits: tuple[AppliedCredit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A request to void a payment; `updated_at` is when BILL last changed it: an accepted one, when it was accepted."""

    type: str
    status: str
    reason: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment. `single_status` is its fine status; unknown words must be treated as in progress.

    `amount` is in the vendor's currency, `funding_amount` in US dollars. Allocations are `bill_payments` alone.
    """

    id: str
    vendor_id: str
    vendor_name: str
    bill_payments: tuple[BillPayment, ...]
    process_date: date | None
    amount: Decimal
    funding_amount: Decimal
    funding_type: str
    funding_account_id: str
    transaction_number: str
    confirmation_number: str
    status: str
    single_status: str
    is_online: bool
    disbursement_type: str
    disbursement_status: str
    check_number: str
    sent_date: date | None
    voids: tuple[Void, ...]
    is_cancel_requested: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCredit:
    """What a vendor owes back, in its currency."""

    id: str
    vendor_id: str
    reference_number: str
    credit_date: date | None
    description: str
    amount: Decimal
    applied_amount: Decimal
    status: str
    archived: bool
    lines: tuple[BillLine, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A bill or vendor credit as a payment's reader needs it. `reference` is ours, empty where another made it."""

    id: str
    reference: str
    number: str
    date: Day | None
    total: Decimal
    order: str = ""  # the purchase order that it names
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What BILL did about bills: a payment with the documents it settles, or a bill put away (`payment` is None)."""

    payment: Payment | None
    settled: tuple[Settled, ...]
    currency: str = ""  # of the payment: its vendor's

    def of(self, document_id: str) -> Settled | None:
        """Give a settled document by its id; None where BILL did not show it."""
        return next((one for one in self.settled if one.id == document_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of BILL's chart."""

    id: str
    name: str
    number: str
    type: str
    description: str
    parent_id: str
    archived: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A department or a location."""

    id: str
    name: str
    short_name: str
    description: str
    parent_id: str
    archived: bool
    updated_at: datetime

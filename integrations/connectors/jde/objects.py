"""What is bought and owed as it is read: orders, receipts, supplier invoices, and what they left to pay on a day.

Amounts are in the document's own currency, open ones too.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.approval import Hold
from integrations.money import round_money

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What of a document goes to an account; the amount in the document's currency, debits positive."""

    account: str
    business_unit: str
    object: str
    subsidiary: str
    amount: Decimal
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayItem:
    """One pay item of a voucher. Status A approved, P paid, H held, # in process."""

    item: str
    extension: int
    due_date: date | None
    gross: Decimal
    open: Decimal
    discount: Decimal
    pay_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a payment took off a voucher, signed like what is open of it; `voided_on` is when that was taken back."""

    day: date | None
    amount: Decimal
    voided_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Tell whether it was paid, and not taken back yet, at the end of a day."""
        return (self.day is None or self.day <= day) and (self.voided_on is None or self.voided_on > day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierInvoice:
    """A voucher (F0411), all its pay items. `order` is the purchase order that it names, empty if none.

    `payments` and `voided_on` are there where the stream reads them.
    """

    key: str
    supplier: int
    payee: int
    invoice_number: str
    invoice_date: date | None
    gl_date: date | None
    company: str
    currency: str
    exchange_rate: Decimal
    gross: Decimal
    open: Decimal
    tax: Decimal
    remark: str
    reference: str
    terms: str
    order: str
    is_voided: bool
    is_posted: bool
    items: tuple[PayItem, ...]
    lines: tuple[Distribution, ...] = ()  # its accounts (F0911), where the stream reads them
    supplier_currency: str = ""
    order_is_read: bool = False  # the order that it names is of a type that is read
    payments: tuple[Paid, ...] = ()
    voided_on: date | None = None

    def stands_on(self, day: date) -> bool:
        """Tell whether it was dated by the end of a day and not voided yet; a void counts from its own date at the
        earliest, and without a day from the beginning."""
        if self.invoice_date is not None and self.invoice_date > day:
            return False
        return not self.is_voided or (self.voided_on is not None and self.voided_on > day)

    def left_on(self, day: date) -> Decimal:
        """Give what it left to pay at the end of a day: what is open now, with what happened to it since undone."""
        return self.gross - self.paid_by(day) if self.stands_on(day) else _NOTHING

    def paid_by(self, day: date) -> Decimal:
        """Give what was paid of it by the end of a day and not taken back by then."""
        paid = _NOTHING if self.is_voided else self.gross - self.open
        now = sum((one.amount for one in self.payments if one.voided_on is None), _NOTHING)
        then = sum((one.amount for one in self.payments if one.counts_on(day)), _NOTHING)
        return paid - now + then

    def net_paid_by(self, day: date) -> Decimal:
        """Give what was paid of it without its tax, rounded to its currency's decimals."""
        paid = self.paid_by(day)
        if not (paid and self.tax and self.gross):
            return paid
        net = paid * (self.gross - self.tax) / self.gross
        return round_money(net, self.currency) if self.currency else round(net, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was received of an order by one receipt (F43121), not vouchered yet or meanwhile.

    Vouchers name orders, so that what was paid of an order's counts for its oldest receipts: `earlier` is what those
    before this one come to, and `billed` the order's vouchers, where the stream reads them.
    """

    key: str
    order: str
    supplier: int
    company: str
    receipt_date: date | None
    currency: str
    terms: str
    lines: tuple[Distribution, ...]
    supplier_currency: str = ""
    earlier: Decimal = Decimal(0)
    billed: tuple[SupplierInvoice, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What was received comes to."""
        return sum((line.amount for line in self.lines), _NOTHING)

    def left_on(self, day: date) -> Decimal:
        """Give what it left to pay at the end of a day, net of tax as receipts are."""
        paid = sum((voucher.net_paid_by(day) for voucher in self.billed), _NOTHING) - self.earlier
        return self.amount - min(max(paid, _NOTHING), self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of a purchase order; amounts in the order's currency."""

    line: Decimal
    next_status: str
    last_status: str
    line_type: str
    description: str
    unit_price: Decimal
    quantity: Decimal
    quantity_open: Decimal
    quantity_received: Decimal
    amount: Decimal
    amount_open: Decimal
    amount_received: Decimal
    unit: str
    account: str
    account_id: str
    business_unit: str
    tax_area: str
    is_taxable: bool

    @property
    def is_open(self) -> bool:
        """Whether amount or quantity is open."""
        return bool(self.amount_open or self.quantity_open)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """A purchase order (F4301, F4311). `why_not_approved` is empty for an approved one.

    `vouchers` are the keys of those that name it and stand, `billed` all that bill it, voided ones too: they name it,
    or were entered with its id as their invoice number. Both where the stream reads them.
    """

    key: str
    number: int
    type: str
    company: str
    supplier: int
    order_date: date | None
    requested_date: date | None
    currency: str
    terms: str
    description: str
    hold_code: str
    lines: tuple[OrderLine, ...]
    holds: tuple[Hold, ...]
    why_not_approved: str
    cancelled_status: str = "980"
    supplier_currency: str = ""
    changed_on: date | None = None  # the last change of it or of a line
    vouchers: tuple[str, ...] = ()
    billed: tuple[SupplierInvoice, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        """Whether every line is cancelled."""
        return all(line.last_status == self.cancelled_status for line in self.lines)

    @property
    def standing(self) -> tuple[OrderLine, ...]:
        """The lines that are not cancelled."""
        return tuple(line for line in self.lines if line.last_status != self.cancelled_status)

    @property
    def total(self) -> Decimal:
        """What the standing lines come to, received ones included."""
        return sum((line.amount for line in self.standing), _NOTHING)

    @property
    def is_approved(self) -> bool:
        """Whether the configured rule calls it approved."""
        return not self.why_not_approved

    def left_on(self, day: date) -> Decimal:
        """Give what it left to pay at the end of a day: its vouchers' of then, without one all that was not paid.

        What was cancelled counts as cancelled on the day of the last change: JD Edwards tells no other.
        """
        standing = [voucher for voucher in self.billed if voucher.stands_on(day)]
        if standing:
            return sum((voucher.left_on(day) for voucher in standing), _NOTHING)
        paid = sum((voucher.paid_by(day) for voucher in self.billed), _NOTHING)
        is_later = self.is_cancelled and self.changed_on is not None and self.changed_on > day
        total = sum((line.amount for line in self.lines), _NOTHING) if is_later else self.total
        return total - paid

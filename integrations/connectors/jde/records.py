"""What pairs may know of JD Edwards: references, ids of documents, and the records that the streams give."""

import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Literal, TypeAlias

from integrations.connectors.jde.approval import Hold
from integrations.contracts import Facts, LineFact, Value

Source: TypeAlias = Literal["C", "B"]  # Chargebee, BILL

REFERENCE = re.compile(r"[A-Z][A-Z2-7]{19}")
SYSTEMS: Mapping[str, str] = {"C": "CHARGEBEE", "B": "BILL"}
_DOCUMENT = re.compile(r"([A-Z0-9]{2})-([0-9]{1,9})-([A-Z0-9]{1,5})")
_BREAKS = re.compile(r"\s*[\r\n\t]+\s*")
_SPACE = re.compile(r"\s")
_PAYMENT = re.compile(r"([A-Z0-9]{2})-([0-9]{1,15})")


# References and ids


def external_ref(source: Source, tenant: str, kind: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference of a document: 20 characters, always the same for the same arguments.

    One letter of the source, then 19 of base32 over a SHA-256: about 95 bits, short enough for every JDE column.
    """
    raw = "\n".join((source, tenant, kind, key, operation, str(revision)))
    return source + b32encode(sha256(raw.encode()).digest()).decode("ascii")[:19]


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """Type, number and company of a document; as an id `JE-8120-00001`."""

    type: str
    number: int
    company: str

    def __str__(self) -> str:
        return f"{self.type}-{self.number}-{self.company}"

    @classmethod
    def parse(cls, text: str) -> "DocumentKey | None":
        """Read an id; None if it is none."""
        found = _DOCUMENT.fullmatch(text)
        return cls(found[1], int(found[2]), found[3]) if found else None


def payment_key(payment_id: int, matching_type: str = "PN") -> str:
    """Give the id of a payment: `PN-5001`."""
    return f"{matching_type or 'PN'}-{payment_id}"


def payment_id_of(text: str) -> int:
    """Give the payment id (PYID) of such an id; 0 if it is none."""
    found = _PAYMENT.fullmatch(text)
    return int(found[2]) if found else 0


def shown(text: str, length: int) -> str:
    """Write a text as JD Edwards will show it: one line, cut to its length. What facts state must be written so."""
    return plain(text)[:length].rstrip()


def plain(text: str) -> str:
    """Write a text on one line: breaks and other white space become single spaces."""
    return _SPACE.sub(" ", _BREAKS.sub(" ", text)).strip()


def journal_facts(
    *,
    currency: str,
    day: date,
    lines: Iterable[Mapping[str, Value]],
    customer: str | None = None,
    exchange_rate: Decimal | None = None,
) -> Facts:
    """Give the facts of a journal payload's lines, as `find` and `read_back` of the journals tell them.

    The total is the sum of the debits; amounts are in the document's currency. `exchange_rate` is the one sent.
    """
    facts = tuple(LineFact(account=str(line["account"]), amount=_amount_of(line)) for line in lines)
    total = sum((fact.amount for fact in facts if fact.amount > 0), Decimal(0))
    return Facts(
        customer=customer,
        currency=currency,
        total=total,
        exchange_rate=exchange_rate,
        date=day,
        posting_date=day,
        lines=facts,
    )


def _amount_of(line: Mapping[str, Value]) -> Decimal:
    value = line.get("currencyAmount")
    return Decimal(str(line["amount"] if value in (None, "") else value))


# Records. Amounts are in the record's own currency, open ones too.


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody lives, by the newest address that is effective today."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBookEntry:
    """A row of the address book (F0101) with its address and e-mail."""

    number: int
    name: str
    long_number: str
    search_type: str
    tax_id: str
    business_unit: str
    email: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier (F0401) with its address book entry."""

    entry: AddressBookEntry
    currency: str
    terms: str
    gl_class: str
    payment_instrument: str
    is_payment_held: bool


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
class SupplierInvoice:
    """A voucher (F0411), all its pay items. `order` is the purchase order that it names, empty if none."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was received of an order by one receipt (F43121), not vouchered yet or meanwhile."""

    key: str
    order: str
    supplier: int
    company: str
    receipt_date: date | None
    currency: str
    terms: str
    lines: tuple[Distribution, ...]
    supplier_currency: str = ""
    left: Decimal | None = None  # to pay of it, where the stream reads its order's vouchers

    @property
    def amount(self) -> Decimal:
        """What was received comes to."""
        return sum((line.amount for line in self.lines), Decimal(0))


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
    """A purchase order (F4301, F4311). `why_not_approved` is empty for an approved one."""

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
    vouchers: tuple[str, ...] = ()  # the vouchers that name it and stand, where the stream reads them
    vouchers_open: Decimal | None = None  # what those leave open, or the ones with its id as their invoice number

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
        return sum((line.amount for line in self.standing), Decimal(0))

    @property
    def is_approved(self) -> bool:
        """Whether the configured rule calls it approved."""
        return not self.why_not_approved


@dataclass(frozen=True, slots=True, kw_only=True)
class GlAccount:
    """An account of the chart (F0901). `number` is unit.object.subsidiary; a blank posting edit allows posting."""

    id: str
    number: str
    name: str
    company: str
    business_unit: str
    object: str
    subsidiary: str
    posting_edit: str
    level: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessUnit:
    """A business unit (F0006)."""

    code: str
    name: str
    company: str
    type: str
    posting_edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company (F0010) with its current period."""

    code: str
    name: str
    currency: str
    period: int
    year_begins: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyCode:
    """A currency (F0013) and its decimals here."""

    code: str
    name: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidItem:
    """What a payment paid of one voucher's pay item."""

    voucher: str
    item: str
    extension: int
    amount: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment of vouchers (F0413, F0414)."""

    key: str
    payment_id: int
    number: int
    payee: int
    payment_date: date | None
    amount: Decimal
    currency: str
    bank_account: str
    void_date: date | None
    remark: str
    items: tuple[PaidItem, ...]

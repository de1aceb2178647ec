"""What pairs may know of JD Edwards: references, ids of documents, and the records that the streams give."""

import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Literal, TypeAlias

from integrations.connectors.jde.objects import (
    Distribution,
    OrderLine,
    Paid,
    PayItem,
    PurchaseOrder,
    Receipt,
    SupplierInvoice,
)
from integrations.contracts import Facts, LineFact, Value

__all__ = [
    "REFERENCE", "SYSTEMS", "Address", "AddressBookEntry", "BusinessUnit", "Company", "CurrencyCode", "Distribution",
    "DocumentKey", "GlAccount", "OrderLine", "Paid", "PaidItem", "PayItem", "Payment", "PurchaseOrder", "Receipt",
    "Source", "Supplier", "SupplierInvoice", "external_ref", "journal_facts", "payment_id_of", "payment_key", "plain",
    "shown",
]  # fmt: skip

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

"""What pairs may know of Acumatica: references, ids, payloads, and the bodies of the records that streams give."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Literal, TypeAlias

from integrations.contracts import Application, Value

Kind: TypeAlias = Literal["CUS", "INV", "CN", "TXN", "RFD", "JE"]
Screen: TypeAlias = Literal["Invoice", "SalesInvoice"]
Body: TypeAlias = dict[str, Value]

LONGEST_REFERENCE = 40  # CustomerOrder and PaymentRef; AccountRef holds 50
SCREEN = "screen"  # in payloads of invoices and credit memos only: the screen that makes them; it is not sent
LINES = "lines"
BESIDE = "beside"  # in payloads of documents that stand beside the record's own: found by reference first, released too
SETTLES = "settles"  # in payloads of `settle`: the document that the draft's own uses up, or is used up by
BEFORE_REVERSAL = "before_reversal"  # what a release is for that must be done before a document is taken back
REVERSES = "reverses"  # in payloads of reversals: the document taken back, whose exchange rate they share
MARKS = frozenset({SCREEN, LINES, BESIDE, SETTLES, REVERSES})  # ours, never sent
_REVERSAL = "-REV"
_OURS = re.compile(r"(.+?-(?:CUS|INV|CN|TXN|RFD|JE)-)[^\s]+")
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_.-]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


# References and ids


def reference(prefix: str, kind: Kind, key: str, revision: int = 1, part: str = "") -> str:
    """Give our reference of a source object: `CB-acme-INV-1001`, the same for the same arguments, always.

    `part` tells several documents of one object apart (`REV` for its reversal). Where a character was replaced, it is
    too long, or the revision is above 1, a digest of the whole is added, so that no two objects share a reference.
    """
    raw = f"{prefix}-{kind}-{key}{f'-{part}' if part else ''}"
    plain = _FORBIDDEN.sub("_", raw)
    if plain == raw and len(raw) <= LONGEST_REFERENCE and revision == 1:
        return raw
    tail = f"-R{revision}" if revision > 1 else ""
    tail += "-" + sha256(f"{raw}\n{revision}".encode()).hexdigest()[:12]
    return plain[: LONGEST_REFERENCE - len(tail)] + tail


def reversed_by(text: str) -> str:
    """Give the reference of the document that one with this reference takes back; empty if it takes back none."""
    return text.removesuffix(_REVERSAL) if text.endswith(_REVERSAL) and owner(text) else ""


def owner(text: str) -> str:
    """Give what all references of one kind and site share: `CB-acme-INV-`; empty if the text is none of ours."""
    found = _OURS.fullmatch(text)
    return found[1] if found else ""


def dimensions(subaccount: Value) -> tuple[tuple[str, str], ...]:
    """Give a line's subaccount as a dimension, without the separators that a tenant's mask may show."""
    plain = "".join(one for one in str(subaccount or "") if one.isalnum())
    return (("subaccount", plain),) if plain else ()


def document_id(kind: str, number: str) -> str:
    """Give our external id of a document: its type and number, `Invoice/AR004711`, `GL/GL000012`."""
    return f"{kind.strip()}/{number.strip()}"


def split_id(external_id: str) -> tuple[str, str]:
    """Give type and number; empty texts for what is no document's id."""
    kind, found, number = external_id.partition("/")
    return (kind, number) if found and kind and number else ("", "")


# Payloads


def payload(header: Mapping[str, Value], lines: Iterable[Mapping[str, Value]] = (), screen: Screen = "Invoice") -> Body:
    """Make a draft's payload from mapped values named as in the catalogue of `invoices` (or of the sink meant).

    Empty values are left out: Acumatica then keeps or defaults them. Line breaks become spaces, blanks around a text
    go. For the screen SalesInvoice the names of Invoice are turned into its own.
    """
    made = {name: _plain(value) for name, value in header.items() if value is not None and value != ""}
    rows: list[dict[str, Value]] = [
        {name: _plain(value) for name, value in line.items() if value is not None and value != ""} for line in lines
    ]
    if screen == "SalesInvoice":
        made = {_SALES_HEADER.get(name, name): value for name, value in made.items()}
        rows = [{_SALES_LINE.get(name, name): value for name, value in row.items()} for row in rows]
        made[SCREEN] = screen
    if rows:
        made[LINES] = list[Value](rows)
    return made


def tax_details(taxes: Iterable[tuple[str, Decimal, Decimal]]) -> Body:
    """Impose taxes of (tax id, taxable amount, tax amount): Acumatica computes its own unless `IsTaxValid` is sent."""
    rows: list[Value] = [
        {"TaxID": tax_id, "TaxableAmount": taxable, "TaxAmount": tax} for tax_id, taxable, tax in taxes
    ]
    return {"IsTaxValid": True, "TaxDetails": rows}


def apply_to(applied: Sequence[Application]) -> Body:
    """Say which documents a payment, refund or credit memo is applied to, and how much of it."""
    rows: list[Value] = []
    for one in applied:
        kind, number = split_id(one.external_id)
        rows.append({"DocType": kind, "ReferenceNbr": number, "AmountPaid": one.amount})
    return {"DocumentsToApply": rows}


def account_of(line: Mapping[str, Value]) -> str:
    """Give what stands for a line in facts: its account where one is sent, else its item."""
    return str(line.get("Account") or line.get("InventoryID") or "")


_SALES_HEADER: Mapping[str, str] = {
    "Customer": "CustomerID",
    "Terms": "custom.Document.TermsID",
    "PostPeriod": "custom.Document.FinPeriodID",
    "custom.Document.CuryID": "Currency",
    "LinkBranch": "FinancialDetails.Branch",
    "custom.CurrentDocument.TaxZoneID": "FinancialDetails.CustomerTaxZone",
}
_SALES_LINE: Mapping[str, str] = {
    "TransactionDescription": "TransactionDescr",
    "Subaccount": "SubAccount",
    "Branch": "BranchID",
}


def on_invoice_screen(sent: Mapping[str, Value]) -> Body:
    """Give a payload of the screen SalesInvoice with the names of Invoice, whose lines need no item."""
    header = {plain: own for own, plain in _SALES_HEADER.items()}
    line = {plain: own for own, plain in _SALES_LINE.items()}
    made: Body = {header.get(name, name): value for name, value in sent.items() if name != SCREEN}
    rows = sent.get(LINES)
    if isinstance(rows, list | tuple):
        kept = [[(name, value) for name, value in row.items() if name != "ManualPrice"] for row in rows
                if isinstance(row, Mapping)]  # fmt: skip
        made[LINES] = list[Value]({line.get(name, name): value for name, value in pairs} for pairs in kept)
    return made


def _plain(value: Value) -> Value:
    return _BREAKS.sub(" ", value).strip() if isinstance(value, str) else value


# What streams give


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as it stands."""

    id: str
    name: str
    reference: str  # AccountRef
    customer_class: str
    status: str
    currency: str
    email: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice, credit memo, payment, refund or journal batch as its list shows it."""

    id: str  # Invoice/AR004711
    reference: str
    customer: str
    currency: str
    total: Decimal | None
    open_amount: Decimal | None
    date: date | None
    status: str
    description: str
    changed_at: datetime | None

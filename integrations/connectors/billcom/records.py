"""What pairs may know of BILL: the objects that are read, our references, invoice numbers and the bodies to write."""

import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Literal, TypeAlias

from integrations.connectors.billcom.fields import DESCRIPTION_MAX, FIELDS, INVOICE_NUMBER, INVOICE_NUMBER_MAX
from integrations.connectors.billcom.objects import (
    Account,
    AppliedCredit,
    Bill,
    BillLine,
    BillPayment,
    Classifications,
    Dimension,
    Payment,
    Settled,
    Settlement,
    Vendor,
    VendorCredit,
    Void,
)
from integrations.contracts import Value
from mappings.rows import Level

__all__ = [
    "Account", "AppliedCredit", "Bill", "BillLine", "BillPayment", "Classifications", "Dimension", "Payment", "Settled",
    "Settlement", "Vendor", "VendorCredit", "Void", "bill_body", "credit_body", "invoice_number", "is_reference",
    "marked", "owner", "reference", "reference_in", "reference_kinds", "source_key", "unmarked", "vendor_body",
]  # fmt: skip

Kind: TypeAlias = Literal["VEN", "BIL", "CRE"]
Body: TypeAlias = dict[str, Value]

LONGEST_REFERENCE = 40  # a vendor keeps ours in `shortName`
DIGEST = 8  # base32 characters: 40 bits

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")
_OURS = re.compile(r"(.+?-(?:VEN|BIL|CRE)-)")
_REVISION = re.compile(r"-R[0-9]+$")
_DIGEST = re.compile(r"-[0-9a-f]{12}$")
_MARK = re.compile(r"\[ref ([A-Za-z0-9_-]{1,40})\]")
_SPACES = re.compile(r"\s+")


# References


def reference(prefix: str, kind: Kind, key: str, revision: int = 1) -> str:
    """Give our reference of a source object: `JDE-acme-BIL-OP_4711`, the same for the same arguments, always.

    BILL has no field for foreign ids: a vendor carries it as short name, a bill at the end of its description. Where a
    character was replaced or it is too long, a digest of the whole is added, so that no two objects share one.
    """
    raw = f"{prefix}-{kind}-{key}"
    cleaned = _FORBIDDEN.sub("_", raw)
    tail = f"-R{revision}" if revision > 1 else ""
    if cleaned == raw and len(raw + tail) <= LONGEST_REFERENCE:
        return raw + tail
    tail += "-" + sha256(f"{raw}\n{revision}".encode()).hexdigest()[:12]
    return cleaned[: LONGEST_REFERENCE - len(tail)] + tail


def is_reference(text: str) -> bool:
    """Tell whether a text can be found again as a reference."""
    return 0 < len(text) <= LONGEST_REFERENCE and not _FORBIDDEN.search(text)


def owner(text: str) -> str:
    """Give what all references of one kind and site share: `JDE-acme-BIL-`; empty if it is not one of ours."""
    found = _OURS.match(text)
    return found[1] if found and is_reference(text) else ""


def source_key(text: str) -> str:
    """Give the source object's key back out of a reference; empty where it is not ours or was shortened."""
    if not owner(text) or _DIGEST.search(text):
        return ""
    return _REVISION.sub("", text.removeprefix(owner(text)))


def marked(text: str, our_reference: str) -> str:
    """Put our reference at the end of a description; the text is cut to fit, older references in it are removed."""
    mark = f"[ref {our_reference}]"
    plain = unmarked(text)[: DESCRIPTION_MAX - len(mark) - 1].rstrip()
    return f"{plain} {mark}" if plain else mark


def unmarked(text: str) -> str:
    """Give a description without our references."""
    return _MARK.sub("", text).strip()


def reference_in(text: str) -> str:
    """Read our reference off a description; empty without one."""
    found = _MARK.findall(text)
    return found[-1] if found else ""


# Invoice numbers


def invoice_number(number: str, revision: int = 1) -> str:
    """Give the number under which BILL keeps an invoice: at most 21 characters, the same for the same number, always.

    Up to 21 characters it is the number itself, white space made single. A longer one, or a revision above 1, keeps its
    beginning and ends in a digest of the whole (`SUPPLIER-INV-KX3QH7TA`), so that two long numbers never become one.
    """
    plain = _SPACES.sub(" ", number).strip()
    if revision == 1 and len(plain) <= INVOICE_NUMBER_MAX:
        return plain
    digest = sha256(f"{plain}\n{revision}".encode("utf-8", "surrogatepass")).digest()
    tail = f"-{b32encode(digest).decode('ascii')[:DIGEST]}"
    return plain[: INVOICE_NUMBER_MAX - len(tail)].rstrip() + tail


# Bodies


def dimensions(department: object, location: object) -> tuple[tuple[str, str], ...]:
    """Give what a line is coded to beside its account; what is unset is left out."""
    coded = (("department", department), ("location", location))
    return tuple((name, str(id)) for name, id in coded if id)


@cache
def reference_kinds(sink: str, level: Level) -> Mapping[str, str]:
    """Give the fields of a sink that name reference data, each with the kind it names."""
    return {field.name: field.reference for field in FIELDS[sink] if field.level == level and field.reference}


def vendor_body(header: Mapping[str, Value]) -> Body:
    """Make a vendor's body from mapped values named as in the catalogue. Our reference is the sink's to add."""
    return _nested(header)


def bill_body(header: Mapping[str, Value], lines: Iterable[Mapping[str, Value]] = (), revision: int = 1) -> Body:
    """Make a bill's body from mapped values named as in the catalogue.

    A long invoice number is shortened, and the whole of it put into the description. BILL's approval policies apply
    unless the mapping says otherwise: without `billApprovals` a bill could be paid unapproved.
    """
    values = {"billApprovals": True, **header}
    full = _SPACES.sub(" ", str(values.get(INVOICE_NUMBER) or "")).strip()
    if full:
        short = invoice_number(full, revision)
        values[INVOICE_NUMBER] = short
        if short != full:
            values["description"] = f"Invoice {full}. {values.get('description') or ''}".strip()
    body = _nested(values)
    rows: list[Value] = [_nested(line) for line in lines]
    if rows:
        body["billLineItems"] = rows
    return body


def credit_body(header: Mapping[str, Value], lines: Iterable[Mapping[str, Value]]) -> Body:
    """Make a vendor credit's body from the same mapped values as a bill's: its number is shortened likewise."""
    body = bill_body(header, lines)
    invoice = body.get("invoice")
    numbered: Mapping[str, Value] = invoice if isinstance(invoice, Mapping) else {}
    made: Body = {
        "vendorId": body.get("vendorId"),
        "referenceNumber": numbered.get("invoiceNumber"),
        "creditDate": numbered.get("invoiceDate"),
        "description": body.get("description"),
        "vendorCreditLineItems": body.get("billLineItems"),
    }
    return {name: value for name, value in made.items() if value}


def _nested(values: Mapping[str, Value]) -> Body:
    """Group dotted names; empty values are left out, as BILL keeps what is not sent; dates become ISO text."""
    made: Body = {}
    for name, value in values.items():
        shaped = _shaped(value)
        if shaped is None or shaped == "":
            continue
        head, dot, tail = name.partition(".")
        if not dot:
            made[name] = shaped
            continue
        group = made.setdefault(head, {})
        if isinstance(group, dict):
            group[tail] = shaped
    return made


def _shaped(value: Value) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value

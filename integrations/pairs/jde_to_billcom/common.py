"""What the flows of this pair share: references on both sides, ids of reference data, days, digests."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from integrations.connectors.billcom.records import Kind, owner, source_key
from integrations.connectors.billcom.records import reference as billcom_reference
from integrations.connectors.jde.records import DocumentKey, external_ref
from integrations.contracts import Context, Reference, Value
from integrations.errors import MissingReferenceError

HELD = "B"  # the pay status "paid by BILL", unless the policy names another
INCOMPLETE = "incomplete_address"  # the code of a supplier that BILL would not take as a vendor
ORDERS, RECEIPTS, INVOICES = "purchase_orders", "receipts", "supplier_invoices"
RECEIPT, VOUCHER, DEBIT_MEMO = "OV", "PV", "PD"


def reference(context: Context, kind: Kind, key: str, revision: int = 1) -> str:
    """Give our reference in BILL: `JDE-<server>-BIL-PV-8001-00001`, with the revision when above 1."""
    return billcom_reference(_prefix(context), kind, key, revision)


def is_ours(context: Context, text: str) -> bool:
    """Tell whether a reference in BILL was made for this JD Edwards server and can be read back."""
    return owner(text).startswith(f"{_prefix(context)}-") and bool(source_key(text))


def _prefix(context: Context) -> str:
    return f"JDE-{hashlib.sha256(context.source.fingerprint.encode()).hexdigest()[:6]}"


def jde_reference(context: Context, kind: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference in JD Edwards: the same for the same object, operation and revision, always."""
    return external_ref("B", context.target.fingerprint, kind, key, operation, revision)


def type_of(key: str) -> str:
    """Give a document's type: OV a receipt, PV a voucher, PD a debit memo, else an order."""
    found = DocumentKey.parse(key)
    return found.type if found else ""


def company_of(key: str) -> str:
    """Give a document's company."""
    found = DocumentKey.parse(key)
    return found.company if found else ""


def digest(parts: Iterable[object]) -> str:
    """Digest fields of a record."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]


def resolve(kinds: Mapping[str, str], values: Mapping[str, Value], context: Context, system: str) -> dict[str, Value]:
    """Give the values with every account number, department or location replaced by its id.

    Raises MissingReferenceError naming the field and the value.
    """
    resolved = dict(values)
    for name, kind in kinds.items():
        if not (value := values.get(name)):
            continue
        entry = context.references.get((kind, str(value)))
        if entry is None:
            raise MissingReferenceError(
                f"{system} has no {kind.replace('_', ' ')} “{value}” (field {name}). Choose another under Mappings, or "
                f"add it in {system} and read the reference data again.",
                code="missing_reference",
                field=name,
                value=f"{kind} {value}",
            )
        resolved[name] = entry.code
    return resolved


def used(kinds: Mapping[str, str], values: Mapping[str, Value]) -> Iterator[Reference]:
    """Name the reference data that resolved values use, so that it is checked before the call."""
    for name, kind in kinds.items():
        if value := values.get(name):
            yield Reference(kind=kind, code=str(value), field=name)


def as_day(value: Value) -> date | None:
    """Give a mapped value as a day."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def as_amount(value: Value) -> Decimal:
    """Give a mapped value as an amount; what is none is 0."""
    return Decimal(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else Decimal(0)

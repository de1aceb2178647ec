"""What pairs may know of NetSuite: external ids and the bodies of the records that the sinks write."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Literal, TypeAlias

from integrations.connectors.netsuite.fields import ADDRESS, FIELDS, Level
from integrations.contracts import Value

Kind: TypeAlias = Literal["CUS", "ITM", "INV", "CN", "TXN", "RFD"]
Body: TypeAlias = dict[str, Value]

LONGEST_EXTERNAL_ID = 63  # the vendor names no limit; below 64 is what others keep to
DEFAULT_ITEM_TYPE = "serviceSaleItem"
ITEM_TYPES = (DEFAULT_ITEM_TYPE, "nonInventorySaleItem", "otherChargeSaleItem")
ITEM_ACCOUNTS = ("incomeAccount", "deferredRevenueAccount")  # what an item's sales are booked to: read back
RECORD_TYPE = "recordType"  # in an item's payload only: names the record type and is not sent

DIMENSIONS, ACCOUNT = ("department", "class", "location"), "account"  # names of what a draft states of its coding

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")
_OURS = re.compile(r"(.+?-(?:CUS|ITM|INV|CN|TXN|RFD)-)")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_BY_ID = frozenset(f.name for fields in FIELDS.values() for f in fields if f.type in ("reference", "enum"))


# External ids


def external_id(prefix: str, kind: Kind, key: str, revision: int = 1) -> str:
    """Give the external id of a source object: `CB-acme-INV-1001`, the same for the same arguments, always.

    NetSuite allows letters, digits, `_` and `-`, and keeps one namespace for all transactions and one for all
    entities, so the kind is part of it. Where a character was replaced, the id is too long, or the revision is above
    1, a digest of the whole is added, so that no two objects share an id.
    """
    raw = f"{prefix}-{kind}-{key}"
    clean = _FORBIDDEN.sub("_", raw)
    if clean == raw and len(raw) <= LONGEST_EXTERNAL_ID and revision == 1:
        return raw
    tail = f"-R{revision}" if revision > 1 else ""
    tail += "-" + sha256(f"{raw}\n{revision}".encode()).hexdigest()[:12]
    return clean[: LONGEST_EXTERNAL_ID - len(tail)] + tail


def is_external_id(text: str) -> bool:
    """Tell whether NetSuite takes this text as an external id in a path."""
    return 0 < len(text) <= LONGEST_EXTERNAL_ID and not _FORBIDDEN.search(text)


def owner(reference: str) -> str:
    """Give what all external ids of one kind and site share: `CB-acme-INV-`; empty if the id is not of ours."""
    found = _OURS.match(reference)
    return found[1] if found else ""


@cache
def reference_kinds(sink: str, level: Level) -> Mapping[str, str]:
    """Give the fields of a sink that name reference data, each with the kind it names."""
    return {field.name: field.reference for field in FIELDS[sink] if field.level == level and field.reference}


# Bodies


def body(sink: str, header: Mapping[str, Value], lines: Iterable[Mapping[str, Value]] = ()) -> Body:
    """Make a record's body from mapped values named as in the sink's catalogue; lines are numbered from 1.

    Empty values are left out (NetSuite then keeps or defaults them). References and enumerations become `{"id": ..}`,
    dates ISO text, line breaks spaces; a value that is already an object goes as it is. The external id is not part
    of a body.
    """
    plain = {name: value for name, value in header.items() if not name.startswith(ADDRESS)}
    made = _shaped(plain)
    shared = made.get("subsidiary")
    if sink == "items" and isinstance(shared, Mapping) and "items" not in shared:
        made["subsidiary"] = sublist([shared])
    address = {name.removeprefix(ADDRESS): value for name, value in header.items() if name.startswith(ADDRESS)}
    if shaped_address := _address(address):
        made["addressBook"] = shaped_address
    if rows := [{"line": number, **_shaped(line)} for number, line in enumerate(lines, 1)]:
        made["item"] = sublist(rows)
    return made


def reference(record_id: str) -> Body:
    """Name another record by its internal id."""
    return {"id": record_id}


def sublist(rows: Sequence[Mapping[str, Value]]) -> Body:
    """Wrap rows as the API wraps a sublist."""
    return {"items": list(rows)}


def application(document: str, amount: Decimal, line: int = 0) -> Body:
    """Make one row of an `apply` sublist: so much applied to the document with this internal id.

    Empty for the record's own document, not booked yet: the sink names it, as the draft's facts do.
    """
    return {"doc": reference(document), "line": line, "apply": True, "amount": amount}


def application_to(external_id: str, amount: Decimal) -> Body:
    """Make one row of an `apply` sublist for a document named by its external id."""
    return {"doc": {"externalId": external_id}, "line": 0, "apply": True, "amount": amount}


def unapplication(document: str) -> Body:
    """Make the row that takes an application back; rows are keyed by `doc` and `line`."""
    return {"doc": reference(document), "line": 0, "apply": False}


def tax_detail(line: str, tax_type: str, tax_code: str, basis: Decimal, rate_pct: Decimal, amount: Decimal) -> Body:
    """Make one row of `taxDetails` (SuiteTax, with `taxDetailsOverride`) for a line's `taxDetailsReference`."""
    return {
        "taxDetailsReference": reference(line),
        "taxType": tax_type,
        "taxCode": reference(tax_code),
        "taxBasis": basis,
        "taxRate": rate_pct,
        "taxAmount": amount,
    }


def _shaped(values: Mapping[str, Value]) -> Body:
    return {name: _value(name, value) for name, value in values.items() if value is not None and value != ""}


def _value(name: str, value: Value) -> Value:
    if isinstance(value, str):
        return reference(value) if name in _BY_ID and name != RECORD_TYPE else _BREAKS.sub(" ", value)
    if isinstance(value, int) and not isinstance(value, bool) and name in _BY_ID:
        return reference(str(value))
    return value.isoformat() if isinstance(value, date) else value


def _address(values: Mapping[str, Value]) -> Body:
    """Make an address book of one billing and shipping address; an address of a country alone is none."""
    shaped = _shaped(values)
    if not shaped.keys() - {"country"}:
        return {}
    if isinstance(country := shaped.get("country"), str):
        shaped["country"] = reference(country)
    return sublist([{"defaultBilling": True, "defaultShipping": True, "addressBookAddress": shaped}])

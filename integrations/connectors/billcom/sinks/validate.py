"""Refuses a body before the call where BILL would refuse or change it: unknown names, lengths, types, characters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.contracts import Value
from integrations.errors import MappingError
from mappings.catalogue import TargetField

LINES = "billLineItems"
CREDIT_LINES = "vendorCreditLineItems"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAK = re.compile(r"[\r\n\t]")
_PLACES = {"amount": -2, "price": -6, "quantity": -6}
_LARGEST = Decimal(10) ** 12


def check(label: str, body: Mapping[str, Value], fields: Sequence[TargetField], *, is_whole: bool) -> None:
    """Raise MappingError that names the first field BILL would not take as it is. `is_whole`: nothing may lack."""
    header = {field.name: field for field in fields if field.level == "header"}
    line = {field.name: field for field in fields if field.level == "line"}
    values = dict(_flat(body))
    rows = values.pop(LINES, None) or values.pop(CREDIT_LINES, ())
    _check_values(label, values, header, is_whole=is_whole)
    for number, row in enumerate(rows if isinstance(rows, list | tuple) else (), 1):
        _check_line(f"{label}, line {number}", row, line)
    if is_whole and line and not rows:
        raise _wrong(label, LINES, "", "has no lines; BILL wants at least one")


def _check_line(label: str, row: Value, fields: Mapping[str, TargetField]) -> None:
    values = dict(_flat(row)) if isinstance(row, Mapping) else {}
    _check_values(label, values, fields, is_whole=False)
    if "amount" not in values and not {"quantity", "price"} <= values.keys():
        raise _wrong(label, "amount", "", "has neither an amount nor a quantity with a price")


def _check_values(
    label: str, values: Mapping[str, Value], fields: Mapping[str, TargetField], *, is_whole: bool
) -> None:
    for name, value in values.items():
        field = fields.get(name)
        if field is None:
            raise _wrong(label, name, value, "is no field of BILL that can be written")
        problem = _problem(field, value)
        if problem:
            raise _wrong(label, name, value, problem)
    for name, field in fields.items():
        if is_whole and field.required and values.get(name) in (None, ""):
            raise _wrong(label, name, "", "is empty, but BILL needs it")


def _flat(body: Mapping[str, Value], prefix: str = "") -> Iterator[tuple[str, Value]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _problem(field: TargetField, value: Value) -> str:
    match field.type:
        case "amount":
            return _amount_problem(field.name, value)
        case "bool":
            return "" if isinstance(value, bool) else "must be yes or no"
        case "integer":
            return "" if isinstance(value, int) and not isinstance(value, bool) else "must be a whole number"
        case "date":
            return "" if _is_day(value) else "must be a date as 2026-11-30"
        case "enum":
            return "" if value in field.enum else f"must be one of {', '.join(field.enum)}"
    return _text_problem(field, value)


def _text_problem(field: TargetField, value: Value) -> str:
    if not isinstance(value, str):
        return "must be a text"
    if _CONTROL.search(value) or (field.name != "description" and _BREAK.search(value)):
        return "holds characters that BILL cannot keep"
    if value != value.strip():
        return "begins or ends with a space"
    if field.max_length and len(value) > field.max_length:
        return f"is longer than {field.max_length} characters"
    return ""


def _amount_problem(name: str, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "must be an amount"
    amount = Decimal(value)
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        return "is out of range"
    exponent = amount.normalize().as_tuple().exponent
    return f"has more than {-_PLACES[name]} decimals" if isinstance(exponent, int) and exponent < _PLACES[name] else ""


def _is_day(value: Value) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return isinstance(value, date)
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _wrong(label: str, name: str, value: Value, why: str) -> MappingError:
    shown = f" '{ascii(value)[1:-1][:40]}'" if isinstance(value, str) and value else ""
    return MappingError(
        f"{label}: {name}{shown} {why}. Mend it under Mappings, or in the source record.",
        code="billcom_invalid_value",
        field=name,
        value=ascii(value).strip("'")[:80] if value not in ("", None) else "",
    )

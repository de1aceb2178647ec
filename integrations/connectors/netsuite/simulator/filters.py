"""The `q` filter of record collections: `field OPERATOR value`, joined by AND and OR (vendor file, 5)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.schema import Field, RecordType
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored
from integrations.connectors.netsuite.simulator.views import computed

_TERM = re.compile(r"\s*(\w+)\s+([A-Z_]+)(?:\s+(\"[^\"]*\"|\[[^\]]*\]|[^\s]+))?\s*", re.IGNORECASE)
_JOINT = re.compile(r"(AND|OR)\b", re.IGNORECASE)
_FORMATS = ("%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M %p", "%m/%d/%Y", "%m/%d/%y")

Test = Callable[[Any, Any], bool]

TEXT: dict[str, Test] = {
    "IS": lambda value, wanted: value == wanted,
    "IS_NOT": lambda value, wanted: value != wanted,
    "CONTAIN": lambda value, wanted: wanted in value,
    "START_WITH": lambda value, wanted: value.startswith(wanted),
    "END_WITH": lambda value, wanted: value.endswith(wanted),
}
NUMBER: dict[str, Test] = {
    "EQUAL": lambda value, wanted: value == wanted,
    "GREATER": lambda value, wanted: value > wanted,
    "LESS": lambda value, wanted: value < wanted,
    "GREATER_OR_EQUAL": lambda value, wanted: value >= wanted,
    "LESS_OR_EQUAL": lambda value, wanted: value <= wanted,
}
DATE: dict[str, Test] = {
    "ON": lambda value, wanted: value == wanted,
    "ON_OR_AFTER": lambda value, wanted: value >= wanted,
    "AFTER": lambda value, wanted: value > wanted,
    "ON_OR_BEFORE": lambda value, wanted: value <= wanted,
    "BEFORE": lambda value, wanted: value < wanted,
}


def matching(site: Site, type: RecordType, expression: str | None) -> list[Stored]:
    """List the records of a type that a filter lets through, by id."""
    found = sorted(site.store.of(type.name), key=lambda stored: int(stored.id))
    if not expression:
        return found
    terms = _terms(type, expression)
    return [stored for stored in found if _passes(terms, {**stored.fields, **computed(site, stored)})]


def _terms(type: RecordType, expression: str) -> list[list[tuple[str, Callable[[Any], bool]]]]:
    groups: list[list[tuple[str, Callable[[Any], bool]]]] = [[]]
    at = 0
    while True:
        match = _TERM.match(expression, at)
        field = type.fields.get(match.group(1)) if match else None
        if match is None or field is None or field.kind in ("list", "object"):
            _invalid("Invalid search query.")
        groups[-1].append((field.name, _test(field, match.group(2).upper(), match.group(3))))
        at = match.end()
        joint = _JOINT.match(expression, at)
        if joint is None:
            break
        at = joint.end()
        if joint.group(1).upper() == "OR":
            groups.append([])
    if at < len(expression):
        _invalid("Invalid search query.")
    return groups


def _passes(groups: list[list[tuple[str, Callable[[Any], bool]]]], values: dict[str, Any]) -> bool:
    return any(all(test(values.get(name)) for name, test in group) for group in groups)


def _test(field: Field, operator: str, text: str | None) -> Callable[[Any], bool]:
    if operator == "EMPTY":
        return lambda value: value in (None, "")
    if operator == "EMPTY_NOT":
        return lambda value: value not in (None, "")
    if text is None:
        _invalid(f"The operator {operator} needs a value.")
    plain = text.strip('"')
    if operator == "ANY_OF":
        wanted = {one.strip().strip('"') for one in text.strip("[]").split(",")}
        return lambda value: str(value) in wanted
    if field.kind in ("date", "moment"):
        return _compared(DATE, operator, _date(plain, field.kind))
    if field.kind in ("num", "int"):
        return _compared(NUMBER, operator, _number(plain))
    if field.kind == "bool":
        return _compared(TEXT, operator, plain.lower() == "true")
    return _compared(TEXT, operator, plain)


def _compared(tests: dict[str, Test], operator: str, wanted: Any) -> Callable[[Any], bool]:
    test = tests.get(operator)
    if test is None:
        _invalid(f"The operator {operator} does not fit the field.")
    return lambda value: value is not None and test(value, wanted)


def _date(text: str, kind: str) -> date | datetime:
    found = next((moment for form in _FORMATS if (moment := _parsed(text, form))), None)
    if found is None:
        _invalid(f'Unparseable date: "{text}"')
    return found if kind == "moment" else found.date()


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        _invalid(f"Invalid number: {text}")


def _invalid(detail: str) -> NoReturn:
    refuse(400, "INVALID_PARAMETER", detail, param="q")

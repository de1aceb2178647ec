"""The `filters` and `sort` parameters of BILL's lists, with what each list documents as filterable and sortable."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.schema import is_date
from integrations.connectors.billcom.simulator.store import Record, Version

RANGE = ("gt", "gte", "lt", "lte")
OPERATORS = ("eq", "ne", *RANGE, "in", "nin", "sw")
LISTED = ("in", "nin")
TIMES = ("createdTime", "updatedTime")
FORMATS = ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S",
           "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d")  # fmt: skip

Operators = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list: its kind of record, what may be filtered by which operators, what may be sorted by."""

    kind: str
    filters: Operators
    sorts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One filter: a field, an operator and the value or values compared with."""

    path: str
    operator: str
    values: tuple[Any, ...]

    def holds(self, record: Record, version: Version) -> bool:
        """Tell whether a version passes."""
        value = value_of(record, version, self.path)
        if self.operator == "sw":
            return isinstance(value, str) and value.lower().startswith(self.values[0].lower())
        if self.operator in ("ne", "nin"):
            return value not in self.values
        if self.operator in ("eq", "in"):
            return value in self.values
        return value is not None and _COMPARE[self.operator](value, self.values[0])


def value_of(record: Record, version: Version, path: str) -> Any:
    """Give a field by its path, times as datetimes, to compare and sort by."""
    match path:
        case "id":
            return record.id
        case "archived":
            return version.archived
        case "createdTime":
            return record.created
        case "updatedTime":
            return version.updated
    value: Any = version.fields
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def read_filters(text: str, listing: Listing) -> list[Clause]:
    """Parse `field:op:value,field:op:value`; refuses what the list does not document."""
    return [_clause(field, operator, value, listing) for field, operator, value in _split(text)]


def read_sort(text: str, listing: Listing) -> list[tuple[str, bool]]:
    """Parse `field:asc,field:desc` into (field, descending)."""
    keys = []
    for part in text.split(",") if text else []:
        field, _, direction = part.partition(":")
        if field not in listing.sorts or direction not in ("asc", "desc"):
            refuse("BDC_1119", f"sort: cannot sort by {part}", "sort", part)
        keys.append((field, direction == "desc"))
    return keys


def as_time(text: str, name: str) -> datetime | None:
    """Read a time given as a parameter of its own, unquoted; None when it is empty."""
    moment = _first_parsed(text)
    if text and moment is None:
        refuse("BDC_1119", f"{name}: is no time", name, text)
    return moment


_PART = re.compile(r'([A-Za-z.]+):([A-Za-z]+):("[^"]*"|[^",:]*)(,|$)')
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda value, bound: bool(value > bound),
    "gte": lambda value, bound: bool(value >= bound),
    "lt": lambda value, bound: bool(value < bound),
    "lte": lambda value, bound: bool(value <= bound),
}


def _split(text: str) -> list[tuple[str, str, str]]:
    """Cut into clauses: outside quotes a comma begins the next clause and a colon the next part."""
    found, at = [], 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            refuse("BDC_1119", f"filters: cannot read '{text[at:]}'", "filters", text)
        found.append((match[1], match[2], match[3]))
        at = match.end()
    if text.endswith(","):
        refuse("BDC_1119", "filters: ends with a comma", "filters", text)
    return found


def _clause(field: str, operator: str, raw: str, listing: Listing) -> Clause:
    if field not in listing.filters:
        refuse("BDC_1130", f"filters: {field} cannot be filtered", "filters", field)
    if operator not in listing.filters[field]:
        refuse("BDC_1131", f"filters: operator {operator} does not apply to {field}", "filters", operator)
    is_quoted = raw.startswith('"')
    text = raw[1:-1] if is_quoted else raw
    if operator in (*LISTED, "sw") and not is_quoted:
        refuse("BDC_1119", f"filters: the value of {operator} must be in double quotes", "filters", raw)
    if operator not in LISTED and field not in TIMES and ("," in text or ":" in text):
        refuse("BDC_1119", "filters: a value holds no comma or colon", "filters", raw)
    parts = text.split(",") if operator in LISTED else [text]
    return Clause(field, operator, tuple(_typed(field, part, is_quoted) for part in parts))


def _typed(field: str, text: str, is_quoted: bool) -> Any:
    if not text:
        refuse("BDC_1119", f"filters: no value for {field}", "filters", field)
    if field in TIMES:
        return _time(text, is_quoted)
    if field in ("archived", "onlinePayment"):
        if text not in ("true", "false"):
            refuse("BDC_1119", f"filters: {field} is true or false", "filters", text)
        return text == "true"
    if field in ("dueDate", "processDate") and not is_date(text):
        refuse("BDC_1119", f"filters: {field} wants a date as yyyy-MM-dd", "filters", text)
    return _number(text) if field == "amount" else text


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        refuse("BDC_1119", "filters: amount wants a number", "filters", text)
    return number if number.is_finite() else refuse("BDC_1119", "filters: amount wants a number", "filters", text)


def _time(text: str, is_quoted: bool) -> datetime:
    """Read a time in one of the documented forms; without a zone it is UTC. A time of day needs its quotes."""
    moment = _first_parsed(text)
    if moment is None or not (is_quoted or is_date(text)):
        refuse("BDC_1119", "filters: a time is yyyy-MM-dd'T'HH:mm:ss.SSSX in double quotes", "filters", text)
    return moment


def _first_parsed(text: str) -> datetime | None:
    moment = next((made for form in FORMATS if (made := _parsed(text, form)) is not None), None)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None

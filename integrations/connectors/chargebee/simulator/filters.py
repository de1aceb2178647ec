"""Filters of list requests: what is understood narrows the list, what is not is silently ignored."""

import ast
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.app import Json, Pairs

Test = Callable[[Json], bool]

_KEY = re.compile(r"([a-z_]+(?:\[[a-z_]+\])?)\[([a-z_]+)\]")
_OPERATORS = {
    "string": {"is", "is_not", "starts_with", "in", "not_in"},
    "enum": {"is", "is_not", "in", "not_in"},
    "boolean": {"is"},
    "number": {"is", "is_not", "lt", "lte", "gt", "gte", "between"},
    "timestamp": {"after", "before", "on", "between"},
}
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "is_not": lambda value, wanted: value != wanted,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "after": lambda value, wanted: value > wanted,
    "before": lambda value, wanted: value < wanted,
    "on": lambda value, wanted: _day(value) == _day(wanted),
    "between": lambda value, wanted: wanted[0] <= value <= wanted[1],
}


def read_filters(query: Pairs, known: dict[str, str] | Any) -> list[tuple[str, str, Any]]:
    """Read (attribute, operator, value) from a query; unknown, bare and malformed ones are left out."""
    found = []
    for key, raw in query:
        match = _KEY.fullmatch(key)
        kind = known.get(match[1]) if match else None
        if match is None or kind is None:
            continue
        value = _value(kind, match[2], raw)
        if value is not None:
            found.append((match[1], match[2], value))
    return found


def as_test(attribute: str, operator: str, value: Any) -> Test:
    """Make a test of one object; without the attribute only `is_present` can hold."""
    if operator == "is_present":
        return lambda obj: (_read(obj, attribute) is not None) is value
    holds = _TESTS[operator]

    def test(obj: Json) -> bool:
        found = _read(obj, attribute)
        if found is None:
            return False
        if isinstance(found, list):
            return any(holds(one, value) for one in found)
        return holds(found, value)

    return test


def read_list(raw: str) -> list[Any] | None:
    """Read a bracketed list in any syntax seen on the wire: JSON, Python's repr, bare words; None if it is none."""
    if not (raw.startswith("[") and raw.endswith("]")):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            parsed = parse(raw)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(parsed, list) and all(isinstance(one, str | int) for one in parsed):
            return parsed
    if any(quote in raw for quote in "\"'"):
        return None
    return [word.strip() for word in raw[1:-1].split(",") if word.strip()]


def _value(kind: str, operator: str, raw: str) -> Any:
    base = kind.rstrip("?")
    if operator == "is_present":
        return _boolean(raw) if kind.endswith("?") else None
    if operator not in _OPERATORS[base]:
        return None
    if operator in ("in", "not_in"):
        words = read_list(raw)
        return None if words is None else frozenset(str(word) for word in words)
    if operator == "between":
        return _range(raw)
    if base == "boolean":
        return _boolean(raw)
    return _integer(raw) if base in ("number", "timestamp") else raw


def _boolean(raw: str) -> bool | None:
    return {"true": True, "false": False}.get(raw.lower())


def _integer(raw: str) -> int | None:
    return int(raw) if re.fullmatch(r"-?\d{1,15}", raw) else None


def _range(raw: str) -> tuple[int, int] | None:
    ends = [_integer(str(end)) for end in read_list(raw) or []]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return ends[0], ends[1]


def _read(obj: Json, attribute: str) -> Any:
    if attribute in obj:
        return obj[attribute]
    outer, _, inner = attribute.partition("[")
    if inner:
        return obj.get(outer, {}).get(inner[:-1])
    if attribute in ("item_price_id", "item_id", "plan_id") and "subscription_items" in obj:
        name = "item_price_id" if attribute == "item_price_id" else "item_id"
        return [line[name] for line in obj["subscription_items"] if name in line]
    return None


def _day(instant: int) -> object:
    return datetime.fromtimestamp(instant, UTC).date()

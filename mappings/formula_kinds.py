"""Which kinds of value a formula can give, told from its tree before any record is met."""

from collections.abc import Mapping
from typing import Final

from mappings.formula_functions import FUNCTIONS
from mappings.formula_syntax import Node
from mappings.values import Value

Kinds = frozenset[str]
ALL_KINDS: Final[Kinds] = frozenset({"text", "number", "bool", "date", "blank"})
_NUMBER: Final[Kinds] = frozenset({"number"})
_BOOL: Final[Kinds] = frozenset({"bool"})
_TEXT: Final[Kinds] = frozenset({"text"})
_BLANK: Final[Kinds] = frozenset({"blank"})
_FIXED: Final[dict[str, Kinds]] = {
    "product": _NUMBER,
    "negate": _NUMBER,
    "percent": _NUMBER,
    "join": _TEXT,
    "compare": _BOOL,
}
_SPECIAL: Final[dict[str, Kinds]] = {"AND": _BOOL, "OR": _BOOL, "SUM": _NUMBER, "LOOKUP": _TEXT}


def kind_of(value: Value) -> Kinds:
    """Give the kind of one value as formulas see it."""
    if value is None or value == "":
        return _BLANK
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, str):
        return _TEXT
    return frozenset({"date"}) if hasattr(value, "month") else _NUMBER


def kinds_of(node: Node, fields: Mapping[str, Kinds]) -> Kinds:
    """Give the kinds a node can have; an unknown field can have any."""
    if node.kind == "literal":
        return kind_of(node.value)
    if node.kind == "field":
        return fields.get(node.name, ALL_KINDS) | _BLANK
    if node.kind == "sum":
        return _of_sum(node, fields)
    return _of_call(node, fields) if node.kind == "call" else _FIXED[node.kind]


def _of_sum(node: Node, fields: Mapping[str, Kinds]) -> Kinds:
    """A sum is a number, or a date where one of its parts can be a date."""
    can_be_date = any("date" in kinds_of(child, fields) for child in node.children)
    return frozenset({"number", "date"}) if can_be_date else _NUMBER


def _of_call(node: Node, fields: Mapping[str, Kinds]) -> Kinds:
    if node.name in _SPECIAL:
        return _SPECIAL[node.name]
    if node.name == "IF":
        otherwise = _BLANK if len(node.children) == 2 else frozenset()
        return otherwise.union(*(kinds_of(child, fields) for child in node.children[1:]))
    if node.name == "COALESCE":
        return frozenset().union(*(kinds_of(child, fields) for child in node.children))
    if node.name not in FUNCTIONS:
        return ALL_KINDS
    given = FUNCTIONS[node.name].gives
    return given or frozenset().union(*(kinds_of(child, fields) for child in node.children)) & {
        "number",
        "date",
        "blank",
    }

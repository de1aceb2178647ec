"""Turns the `query` of a data request into a test of rows, and finds by indexes which rows are worth testing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.literals import BadLiteral, Formats
from integrations.connectors.jde.simulator.reading.schema import Schema
from integrations.connectors.jde.simulator.reading.store import Row, Table
from integrations.sandbox.app import Json

Test = Callable[[Row], bool]
Check = Callable[[Any, list[Any]], bool]

_NEVER = date.min


class BadQuery(Exception):  # noqa: N818 - what a caller sent, not an error of ours
    """A query that the server does not understand; the text says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A compiled query: the test, and per column the only values that can pass it.

    `alias` and `accepts` are set where the test is nothing but one column having one of some values.
    """

    test: Test
    bounds: dict[str, set[Any]] = field(default_factory=dict)
    alias: Alias | None = None
    accepts: frozenset[Any] = frozenset()


EVERYTHING = Node(lambda row: True)

COMPARISONS: dict[str, Check] = {
    "EQUAL": lambda have, wanted: bool(have == wanted[0]),
    "NOT_EQUAL": lambda have, wanted: bool(have != wanted[0]),
    "LESS": lambda have, wanted: bool(have < wanted[0]),
    "LESS_EQUAL": lambda have, wanted: bool(have <= wanted[0]),
    "GREATER": lambda have, wanted: bool(have > wanted[0]),
    "GREATER_EQUAL": lambda have, wanted: bool(have >= wanted[0]),
    "BETWEEN": lambda have, wanted: bool(wanted[0] <= have <= wanted[1]),
    "LIST": lambda have, wanted: have in wanted,
    "STR_START_WITH": lambda have, wanted: str(have).strip().startswith(wanted[0].strip()),
    "STR_END_WITH": lambda have, wanted: str(have).endswith(wanted[0].strip()),
    "STR_CONTAIN": lambda have, wanted: wanted[0].strip() in str(have),
    "STR_BLANK": lambda have, wanted: have in ("", _NEVER),
    "STR_NOT_BLANK": lambda have, wanted: have not in ("", _NEVER),
}
VALUES = {"BETWEEN": 2, "STR_BLANK": 0, "STR_NOT_BLANK": 0}


def plain(alias: Alias, value: Any) -> Any:
    """Give a value in the form that is compared: no date before all days, business units right-justified."""
    if value is None:
        return 0 if alias.is_numeric else _NEVER if alias.kind == "date" else ""
    return value.rjust(alias.length) if alias.kind == "unit" and value else value


def column(schema: Schema, control_id: object) -> Alias:
    """Find the column that `TABLE.ALIAS` names; `BadQuery` if there is none."""
    table, _, name = str(control_id).partition(".")
    alias = schema.columns.get(name)
    if table != schema.name or alias is None:
        raise BadQuery(f"Column {control_id} is not valid for {schema.name}.")
    return alias


def compile_query(schema: Schema, query: Json | None, formats: Formats) -> Node:
    """Compile a query object; nested logic stands in `complexQuery` instead of `condition`."""
    if not query:
        return EVERYTHING
    conditions, nested = query.get("condition") or [], query.get("complexQuery") or []
    if conditions and nested:
        raise BadQuery("A query has condition or complexQuery, not both.")
    if nested:
        return _nested(schema, nested, formats)
    nodes = [_condition(schema, one, formats) for one in conditions]
    match = query.get("matchType", "MATCH_ALL")
    if match not in ("MATCH_ALL", "MATCH_ANY"):
        raise BadQuery(f"Unknown matchType {match}.")
    if not nodes:
        return EVERYTHING
    return all_of(nodes) if match == "MATCH_ALL" else any_of(nodes)


def condition(schema: Schema, name: object, operator: str, values: Sequence[tuple[str, str]], formats: Formats) -> Node:
    """Compile one comparison; `values` are pairs of content and special value."""
    alias = column(schema, name)
    check = COMPARISONS.get(operator)
    if check is None:
        raise BadQuery(f"Unknown operator {operator}.")
    wanted_count = VALUES.get(operator, len(values) if operator == "LIST" and values else 1)
    if len(values) != wanted_count:
        raise BadQuery(f"Operator {operator} on {name} takes {wanted_count} values, not {len(values)}.")
    try:
        found = [formats.value(alias, content, special) for content, special in values]
    except BadLiteral as error:
        raise BadQuery(str(error)) from error
    key, wanted = alias.name, [plain(alias, value) for value in found]

    def test(row: Row) -> bool:
        return check(plain(alias, row.values.get(key)), wanted)

    if operator in ("EQUAL", "LIST") and not {"", 0, _NEVER} & set(wanted):
        return _one_of(alias, frozenset(wanted), set(found))
    return Node(test)


def _one_of(alias: Alias, accepts: frozenset[Any], found: set[Any]) -> Node:
    name = alias.name
    return Node(lambda row: plain(alias, row.values.get(name)) in accepts, {name: found}, alias, accepts)


def all_of(nodes: Sequence[Node]) -> Node:
    """Join nodes by AND."""
    tests = [node.test for node in nodes]
    bounds: dict[str, set[Any]] = {}
    for node in nodes:
        for name, values in node.bounds.items():
            bounds[name] = bounds[name] & values if name in bounds else values
    return Node(lambda row: all(test(row) for test in tests), bounds)


def any_of(nodes: Sequence[Node]) -> Node:
    """Join nodes by OR."""
    alias = nodes[0].alias
    if alias is not None and all(node.alias is alias for node in nodes):
        found = set().union(*(node.bounds[alias.name] for node in nodes))
        return _one_of(alias, frozenset().union(*(node.accepts for node in nodes)), found)
    tests = [node.test for node in nodes]
    shared = set(nodes[0].bounds).intersection(*(node.bounds for node in nodes))
    bounds = {name: set().union(*(node.bounds[name] for node in nodes)) for name in shared}
    return Node(lambda row: any(test(row) for test in tests), bounds)


def candidates(table: Table, node: Node) -> list[Row]:
    """List the rows worth testing: those of the shortest index that the query is bound to, else all."""
    found = [table.holding(name, values) for name, values in node.bounds.items()]
    lists = [rows for rows in found if rows is not None]
    return min(lists, key=len) if lists else list(table.rows.values())


def _condition(schema: Schema, raw: object, formats: Formats) -> Node:
    if not isinstance(raw, dict):
        raise BadQuery("A condition must be an object.")
    values = []
    for value in raw.get("value") or []:
        content = value.get("content", "") if isinstance(value, dict) else None
        if not isinstance(content, str):
            raise BadQuery(f"A value of {raw.get('controlId')} must have its content as text.")
        values.append((content, str(value.get("specialValueId", "LITERAL"))))
    return condition(schema, raw.get("controlId"), str(raw.get("operator")), values, formats)


def _nested(schema: Schema, parts: Sequence[Json], formats: Formats) -> Node:
    """Join nested queries from left to right; the first one's word is not looked at."""
    joined: Node | None = None
    for part in parts:
        word = part.get("andOr", "AND")
        if word not in ("AND", "OR"):
            raise BadQuery(f"Unknown andOr {word}.")
        node = compile_query(schema, part.get("query"), formats)
        if joined is None:
            joined = node
        else:
            joined = all_of([joined, node]) if word == "AND" else any_of([joined, node])
    return joined or EVERYTHING

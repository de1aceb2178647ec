"""One request to the data service, understood: its target, columns, order, page size; and the rows it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.literals import Formats
from integrations.connectors.jde.simulator.reading.query import (
    BadQuery,
    Node,
    candidates,
    column,
    compile_query,
    plain,
)
from integrations.connectors.jde.simulator.reading.render import GRID, WRAPPED
from integrations.connectors.jde.simulator.reading.schema import TABLES, VIEWS, Schema
from integrations.connectors.jde.simulator.reading.store import Row, Store, Table
from integrations.connectors.jde.simulator.users import ROLES
from integrations.sandbox.app import Json

DEFAULT_PAGE = 100
NO_MAX = "No Max"
Order = tuple[tuple[Alias, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Browse:
    """A request as it is understood; `size` is None for "No Max", `order` pairs a column with whether it falls."""

    target: str
    schema: Schema
    node: Node
    aliases: tuple[Alias, ...]
    order: Order
    size: int | None
    output: str
    finds: bool
    pages: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who reads: rows of other companies and rows younger than `lag_s` are not there for them."""

    role: str
    now_s: float
    lag_s: float = 0.0

    def sees(self, table: Table, row: Row) -> bool:
        """Tell whether a row is visible."""
        if self.lag_s and row.born_s > self.now_s - self.lag_s:
            return False
        companies = ROLES.get(self.role)
        if companies is None or not table.schema.company:
            return True
        return row.values.get(table.schema.company, "") in companies


def read_request(body: Json, formats: Formats, default_output: str = GRID) -> Browse:
    """Understand a request; `BadQuery` says what is wrong with it."""
    target = str(body.get("targetName", ""))
    schema = target_schema(target, str(body.get("targetType", "table")))
    aggregation = body.get("aggregation") or {}
    return Browse(
        target=target,
        schema=schema,
        node=compile_query(schema, body.get("query"), formats),
        aliases=_columns(schema, _text(body, "returnControlIDs")),
        order=read_order(schema, aggregation.get("orderBy") or []),
        size=page_size(_text(body, "maxPageSize")),
        output=_output(_text(body, "outputType") or default_output),
        finds=_flag(_text(body, "findOnEntry")) or bool((body.get("query") or {}).get("autoFind")),
        pages=_flag(body.get("enableNextPageProcessing")),
    )


def target_schema(target: str, kind: str) -> Schema:
    """Find the table or view that is meant."""
    known = {"table": TABLES, "view": VIEWS}.get(kind)
    if known is None:
        raise BadQuery(f"Unknown targetType {kind}.")
    schema = known.get(target)
    if schema is None:
        raise BadQuery(f"{target or 'The empty name'} is not a {kind} of this environment.")
    return schema


def read_order(schema: Schema, raw: Sequence[Json]) -> Order:
    """Read `orderBy`."""
    order = []
    for one in raw:
        direction = str(one.get("direction", "ASC"))
        if direction not in ("ASC", "DESC"):
            raise BadQuery(f"Unknown direction {direction}.")
        order.append((column(schema, one.get("column")), direction == "DESC"))
    return tuple(order)


def page_size(text: str) -> int | None:
    """Read `maxPageSize`: absent means 100, "No Max" all."""
    if not text:
        return DEFAULT_PAGE
    if text.lower() == NO_MAX.lower():
        return None
    if not text.isdecimal() or int(text) == 0:
        raise BadQuery(f"Invalid maxPageSize {text}.")
    return int(text)


def matching(store: Store, browse: Browse, viewer: Viewer) -> list[Row]:
    """List the rows that match and are visible, in order."""
    if not browse.finds:
        return []
    table, test = store[browse.schema.name], browse.node.test
    rows = [row for row in candidates(table, browse.node) if test(row) and viewer.sees(table, row)]
    return ordered(rows, browse.order)


def ordered(rows: list[Row], order: Order) -> list[Row]:
    """Sort by the last column first, as sorting keeps the order of equals."""
    for alias, falls in reversed(order):
        rows = sorted(rows, key=_key(alias), reverse=falls)
    return rows


def _key(alias: Alias) -> Any:
    return lambda row: plain(alias, row.values.get(alias.name))


def _columns(schema: Schema, text: str) -> tuple[Alias, ...]:
    if not text:
        return tuple(schema.columns.values())
    return tuple(dict.fromkeys(column(schema, name) for name in text.split("|")))


def _output(text: str) -> str:
    if text in (GRID, *WRAPPED):
        return text
    raise BadQuery(f"Output type {text} is not offered by this sandbox.")


def _text(body: Json, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadQuery(f"{name} must be text.")
    return value


def _flag(value: object) -> bool:
    return str(value).lower() == "true"

"""What a read of the data service asks: table, columns, conditions and order, written as its JSON wants them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from integrations.connectors.jde.aliases import Formats

Literals: TypeAlias = str | int | Decimal | date
Match: TypeAlias = Literal["MATCH_ALL", "MATCH_ANY"]
PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class Where:
    """One condition: alias, operator and its values."""

    alias: str
    operator: str
    values: tuple[Literals, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A read of one table: all of `every` must hold, and one of `either` if there are any."""

    table: str
    columns: tuple[str, ...]
    every: tuple[Where, ...] = ()
    either: tuple[Where, ...] = ()
    order: tuple[str, ...] = ()

    def plus(self, *more: Where) -> "Query":
        """Narrow it."""
        return Query(
            table=self.table,
            columns=self.columns,
            every=(*self.every, *more),
            either=self.either,
            order=self.order,
        )


def equal(alias: str, value: Literals) -> Where:
    """Make an equality."""
    return Where(alias, "EQUAL", (value,))


def any_of(alias: str, values: Sequence[Literals]) -> tuple[Where, ...]:
    """Make the conditions of which one must hold."""
    return tuple(equal(alias, value) for value in values)


def between(alias: str, least: date, most: date) -> tuple[Where, Where]:
    """Bound a date on both sides."""
    return Where(alias, "GREATER_EQUAL", (least,)), Where(alias, "LESS_EQUAL", (most,))


def request(query: Query, formats: Formats, size: int, *, follows: bool = False) -> dict[str, Any]:
    """Write a BROWSE request; `follows` asks for the link to the next page.

    Source: op-dataservice-post, "Understanding the Data Service"; operators and orderBy from public clients, read
    2026-11-21.
    """
    made: dict[str, Any] = {
        "targetName": query.table,
        "targetType": "table",
        "dataServiceType": "BROWSE",
        "findOnEntry": "TRUE",
        "outputType": "GRID_DATA",
        "maxPageSize": str(size),
        "enableNextPageProcessing": follows,
        "returnControlIDs": "|".join(f"{query.table}.{alias}" for alias in query.columns),
        "query": _query(query, formats),
    }
    if query.order:
        by = [{"column": f"{query.table}.{alias}", "direction": "ASC"} for alias in query.order]
        made["aggregation"] = {"orderBy": by}
    return made


def _query(query: Query, formats: Formats) -> dict[str, Any]:
    if query.every and len(query.either) > 1:
        parts = [
            {"andOr": "AND", "query": _flat(query.table, query.every, "MATCH_ALL", formats)},
            {"andOr": "AND", "query": _flat(query.table, query.either, "MATCH_ANY", formats)},
        ]
        return {"autoFind": True, "complexQuery": parts}
    if len(query.either) > 1:
        return {"autoFind": True, **_flat(query.table, query.either, "MATCH_ANY", formats)}
    return {"autoFind": True, **_flat(query.table, (*query.every, *query.either), "MATCH_ALL", formats)}


def _flat(table: str, conditions: Sequence[Where], match: Match, formats: Formats) -> dict[str, Any]:
    rows = [
        {
            "controlId": f"{table}.{one.alias}",
            "operator": one.operator,
            "value": [{"content": formats.literal(value), "specialValueId": "LITERAL"} for value in one.values],
        }
        for one in conditions
    ]
    return {"matchType": match, "condition": rows}

"""Query options of a collection and the page that answers them."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations.connectors.dynamics365.simulator import wire
from integrations.connectors.dynamics365.simulator.answers import bad_query
from integrations.connectors.dynamics365.simulator.odata.filters import Condition, Parser, find
from integrations.connectors.dynamics365.simulator.schema import EntitySet, fold
from integrations.connectors.dynamics365.simulator.store import Row, Table
from integrations.sandbox.app import Json, Pairs

KNOWN = (
    "$filter",
    "$count",
    "$orderby",
    "$skip",
    "$top",
    "$select",
    "$expand",
    "$skiptoken",
    "cross-company",
    "$format",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The options of one request, checked against the set."""

    condition: Condition | None
    order: tuple[tuple[str, bool], ...]
    only: frozenset[str] | None
    expand: tuple[str, ...]
    skip: int
    top: int | None
    has_count: bool
    is_cross_company: bool
    start: int


def query_of(entity_set: EntitySet, pairs: Pairs) -> Query:
    """Check the options; refuses unknown ones and what the service does not support."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("$") and name not in KNOWN:
            raise bad_query(f"The query parameter '{name}' is not supported.")
        given[name] = value
    text = given.get("$filter")
    return Query(
        condition=Parser(entity_set, text).condition() if text is not None else None,
        order=_order(entity_set, given.get("$orderby", "")),
        only=_selected(entity_set, given.get("$select")),
        expand=_expanded(entity_set, given.get("$expand", "")),
        skip=_number("$skip", given.get("$skip")) or 0,
        top=_number("$top", given.get("$top")),
        has_count=_flag("$count", given.get("$count")),
        is_cross_company=given.get("cross-company", "").lower() == "true",
        start=_token(given.get("$skiptoken")),
    )


def page(table: Table, query: Query, company: str, page_size: int, url: str, pairs: Pairs) -> tuple[Json, list[Row]]:
    """Give the page with its count and next link, and its rows."""
    rows = find(table, query.condition)
    if table.set.is_company and not query.is_cross_company:
        rows = [row for row in rows if fold(row.values["dataAreaId"]) == company]
    for name, is_falling in reversed(query.order):
        rows.sort(key=_reader(name), reverse=is_falling)
    body: Json = {"@odata.count": len(rows)} if query.has_count else {}
    wanted = rows[query.skip :] if query.top is None else rows[query.skip : query.skip + query.top]
    shown = wanted[query.start : query.start + page_size]
    body["value"] = [wire.entity(table.set, row, query.only) for row in shown]
    if query.start + page_size < len(wanted):
        body["@odata.nextLink"] = _next(url, pairs, query.start + page_size)
    return body, shown


def _reader(name: str) -> Callable[[Row], Any]:
    return lambda row: fold(row.values[name])


def _next(url: str, pairs: Pairs, start: int) -> str:
    token = base64.urlsafe_b64encode(f"p{start}".encode()).decode()
    kept = [(name, value) for name, value in pairs if name != "$skiptoken"]
    words = [f"{name}={quote(value, safe='')}" for name, value in [*kept, ("$skiptoken", token)]]
    return f"{url}?{'&'.join(words)}"


def _token(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("p"))
    except (binascii.Error, ValueError):
        raise bad_query(f"The $skiptoken '{text}' is not valid.") from None


def _order(entity_set: EntitySet, text: str) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, direction = part.partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise bad_query(f"Syntax error in $orderby '{text}'.")
        found.append((_known(entity_set, name), direction.strip() == "desc"))
    return tuple(found)


def _selected(entity_set: EntitySet, text: str | None) -> frozenset[str] | None:
    if text is None or text.strip() == "*":
        return None
    return frozenset(_known(entity_set, name.strip()) for name in text.split(","))


def _expanded(entity_set: EntitySet, text: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in text.split(",")) if text else ()
    for name in names:
        if name not in entity_set.navigation:
            raise bad_query(f"Could not find a navigation property named '{name}' on type '{entity_set.type}'.")
    return names


def _known(entity_set: EntitySet, name: str) -> str:
    if name not in entity_set.fields:
        raise bad_query(
            f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.DataEntities.{entity_set.type}'."
        )
    return name


def _number(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        raise bad_query(f"The value '{text}' of '{option}' is not a non-negative integer.")
    return int(text)


def _flag(option: str, text: str | None) -> bool:
    if text not in (None, "true", "false"):
        raise bad_query(f"'{text}' is not a valid value of '{option}'.")
    return text == "true"

"""Answers `POST /services/rest/query/v1/suiteql`: headers, paging, parameters, rows as strings."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid
from integrations.connectors.netsuite.simulator.suiteql.functions import num_text
from integrations.connectors.netsuite.simulator.suiteql.parser import parse
from integrations.connectors.netsuite.simulator.suiteql.shadow import Shadow
from integrations.connectors.netsuite.simulator.suiteql.sql import Access, Query
from integrations.connectors.netsuite.simulator.suiteql.translate import translate
from integrations.sandbox.app import Json, Request

LARGEST_PAGE = 1000
MOST_ROWS = 100_000


def run(site: Site, shadow: Shadow, access: Access, request: Request, here: str, lag_s: float) -> Json:
    """Run a statement and give the page asked for; refuses as NetSuite does."""
    if "transient" not in [word.strip().lower() for word in request.headers.get("prefer", "").split(",")]:
        refuse(400, "INVALID_REQUEST", "The required request header 'Prefer: transient' is missing.", header="Prefer")
    statement, params = _body(request)
    limit, offset = page_of(request, LARGEST_PAGE)
    if offset >= MOST_ROWS:
        refuse(400, "INVALID_PARAMETER", f"A query gives at most {MOST_ROWS} rows.", param="offset")
    query = _prepared(statement, access)
    if len(params) != len(query.params):
        invalid(f"Search error occurred: {len(query.params)} parameters are expected, {len(params)} were given")
    values = [_bound(value, kind) for value, kind in zip(params, query.params, strict=True)]
    shadow.refresh(lag_s)
    rows, total = _fetch(shadow.connection, query, values, limit, offset, is_shuffled=site.options.shuffle)
    writers = [(name, _WRITERS[kind]) for name, kind in query.columns]
    items = [_row(row, writers) for row in rows]
    return {
        "links": _links(here, limit, offset, total),
        "count": len(items),
        "hasMore": offset + len(items) < total,
        "items": items,
        "offset": offset,
        "totalResults": total,
    }


def page_of(request: Request, largest: int) -> tuple[int, int]:
    """Read limit and offset; the offset must be a multiple of the limit."""
    limit, offset = _whole(request, "limit", largest), _whole(request, "offset", 0)
    if not 1 <= limit <= largest:
        refuse(400, "INVALID_PARAMETER", f"The limit must be between 1 and {largest}.", param="limit")
    if offset < 0 or offset % limit:
        refuse(400, "INVALID_PARAMETER", "The offset must be divisible by the limit.", param="offset")
    return limit, offset


def _whole(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        refuse(400, "INVALID_PARAMETER", f"Invalid value '{text}'.", param=name)


def _body(request: Request) -> tuple[str, list[Any]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        refuse(400, "INVALID_REQUEST", "The content type must be application/json.", header="Content-Type")
    try:
        body = request.json()
    except (ValueError, RecursionError):
        refuse(400, "INVALID_REQUEST", "The request body is not valid JSON.")
    statement = body.get("q") if isinstance(body, dict) else None
    if not isinstance(statement, str) or not statement.strip():
        refuse(400, "INVALID_REQUEST", "The property 'q' with the query is missing.", path="q")
    params = body.get("params", [])
    if not isinstance(params, list):
        refuse(400, "INVALID_REQUEST", "The property 'params' must be an array.", path="params")
    return statement, params


@lru_cache(maxsize=256)
def _prepared(statement: str, access: Access) -> Query:
    try:
        select, params = parse(statement)
        return translate(select, params, access)
    except RecursionError:
        invalid("The query is too complex")


def _bound(value: Any, kind: str) -> Any:
    if kind == "date":
        invalid("Search error occurred: Date literals are not supported; use TO_DATE or TO_TIMESTAMP")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        text = str(value) if not isinstance(value, bool | list | dict) else ""
        if not text:
            invalid("Search error occurred: a parameter must be a string or a number")
        value = text
    if kind == "text":
        return str(value)
    try:
        return int(value) if kind == "int" else float(value)
    except ValueError:
        invalid("Search error occurred: Invalid number")


def _fetch(
    connection: sqlite3.Connection, query: Query, values: Sequence[Any], limit: int, offset: int, *, is_shuffled: bool
) -> tuple[list[Any], int]:
    """Give a page and the total; a shuffled query has no order beyond what it asks for, on each page anew."""
    order = ", ".join(part for part in (query.order, "shuffle()" if is_shuffled else "") if part)
    text = f"{query.text}{' ORDER BY ' + order if order else ''} LIMIT {limit} OFFSET {offset}"
    try:
        rows = connection.execute(text, values).fetchall()
        if len(rows) < limit and (rows or not offset):
            return rows, offset + len(rows)
        count = f"SELECT COUNT(*) FROM ({query.text})"  # noqa: S608 - translated from a checked tree
        return rows, int(connection.execute(count, values).fetchone()[0])
    except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
        words = "group function is not allowed here" if "aggregate" in str(error) else "the query cannot be run"
        invalid(f"Search error occurred: {words}")


def _row(row: Sequence[Any], writers: Sequence[tuple[str, Callable[[Any], str | None]]]) -> Json:
    written = {name: write(value) for value, (name, write) in zip(row, writers, strict=True) if value is not None}
    return {"links": [], **written}


def _day(stored: str) -> str:
    """Write a date in the account's format, without a time."""
    return f"{int(stored[5:7])}/{int(stored[8:10])}/{stored[:4]}"


def _links(here: str, limit: int, offset: int, total: int) -> list[Json]:
    found = [("self", offset)]
    if offset:
        found += [("previous", max(offset - limit, 0)), ("first", 0)]
    if offset + limit < total:
        found += [("next", offset + limit), ("last", (total - 1) // limit * limit)]
    return [{"rel": rel, "href": f"{here}?limit={limit}&offset={at}"} for rel, at in found]


_WRITERS: dict[str, Callable[[Any], str | None]] = {
    "text": str,
    "int": str,
    "num": num_text,
    "date": _day,
    "null": str,
}

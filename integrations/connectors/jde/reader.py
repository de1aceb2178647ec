"""Reads whole queries by keyset pages; where a release does not keep the order, by the server's cursor instead."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from integrations.connectors.jde.aliases import Row, kind_of
from integrations.connectors.jde.client import Client, Grid
from integrations.connectors.jde.query import PAGE_ROWS, Query, Where
from integrations.errors import ContractError, UnavailableError

Key = int | str
ItemT = TypeVar("ItemT")
BATCH = 50  # values of one MATCH_ANY
MOST_ROWS = 2000  # the fetch limit that servers start with
RESTARTS = 3


def rows(client: Client, query: Query, by: str, after: Key | None = None) -> Iterator[Row]:
    """Give all rows, ordered by the alias `by`; see `pages`."""
    for page in pages(client, query, by, after):
        yield from page


def pages(client: Client, query: Query, by: str, after: Key | None = None) -> Iterator[tuple[Row, ...]]:
    """Read what lies after a key, page by page; rows of one key always come together, in one page.

    The row count proves nothing, as servers cap it: `moreRecords` does. Of a page with more to come the last key's
    rows are left for the next one, for some of them may be missing.
    """
    if by not in query.columns:
        query = replace(query, columns=(by, *query.columns))
    query = replace(query, order=(by, *(alias for alias in query.order if alias != by)))
    size = PAGE_ROWS
    while True:
        narrowed = query if after is None else query.plus(Where(by, "GREATER", (after,)))
        grid = client.page(narrowed, size)
        if not _is_ordered(grid.rows, by):
            yield from _grouped(_by_cursor(client, narrowed), by)
            return
        if not grid.has_more or not grid.rows:
            yield grid.rows
            return
        last = key_of(grid.rows[-1], by)
        whole = tuple(row for row in grid.rows if key_of(row, by) != last)
        if whole:
            yield whole
            after, size = key_of(whole[-1], by), PAGE_ROWS
        elif size < MOST_ROWS:
            size = MOST_ROWS
        else:
            whole = tuple(_by_cursor(client, query.plus(Where(by, "EQUAL", (last,)))))
            yield whole
            after, size = last, PAGE_ROWS


def batches(values: Sequence[ItemT], size: int = BATCH) -> Iterator[list[ItemT]]:
    """Cut a sequence into lists for one MATCH_ANY each."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def key_of(row: Row, alias: str) -> Key:
    """Give a row's key in the type of its alias."""
    return row.whole(alias) if kind_of(alias) == "whole" else row.text(alias)


def _is_ordered(found: Sequence[Row], by: str) -> bool:
    """Tell whether rows ascend, as numbers or texts; right-justified texts may be ordered with their padding."""
    if kind_of(by) == "whole":
        numbers = [row.whole(by) for row in found]
        return numbers == sorted(numbers)
    plain = [row.text(by) for row in found]
    padded = [str(row.cells.get(by) or "") for row in found]
    return plain == sorted(plain) or padded == sorted(padded)


def _by_cursor(client: Client, query: Query) -> list[Row]:
    """Read all by next links, whole before anything is given, for an expired result set (JAS_MSG347) starts again."""
    for _ in range(RESTARTS):
        try:
            return list(_follow(client, query))
        except ContractError as error:
            if error.code != "jde_cursor_lost":
                raise
    raise UnavailableError(
        f"JD Edwards closed the result set of {query.table} {RESTARTS} times before it was read. It is tried again.",
        code="jde_cursor_lost",
    )


def _follow(client: Client, query: Query) -> Iterator[Row]:
    grid: Grid = client.page(query, PAGE_ROWS, follows=True)
    seen: set[str] = set()
    yield from grid.rows
    while grid.next:
        if grid.next in seen and not grid.rows:
            raise ContractError(f"The pages of {query.table} turn in a circle.", code="paging_circle")
        seen.add(grid.next)
        grid = client.next_page(query.table, grid.next)
        yield from grid.rows


def _grouped(found: list[Row], by: str) -> Iterator[tuple[Row, ...]]:
    ordered = sorted(found, key=lambda row: key_of(row, by))
    yield tuple(ordered)

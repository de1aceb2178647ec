"""Reads whole lists without relying on an order, which Acumatica neither documents nor lets one ask for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.query import Query, compare
from integrations.connectors.acumatica.values import Row
from integrations.errors import RejectedError

PAGE_ROWS = 500
CHANGED = "LastModifiedDateTime"
LEAST = timedelta(milliseconds=2)
KeyOf = Callable[[Row], str]


def by_key(client: Client, query: Query, key: str, size: int = PAGE_ROWS, after: str = "") -> Iterator[tuple[Row, ...]]:
    """Read by keyset (`key gt 'last'`), as long as full pages come in the order of the key.

    A full page in another order proves that the rest is anywhere: then all that lies after the last good key is read
    in one call.
    """
    while True:
        narrowed = query.plus(compare(key, "gt", after)) if after else query
        page = client.rows(replace(narrowed, top=size))
        if len(page) < size:
            yield page
            return
        keys = [row.text(key).upper() for row in page]
        if keys != sorted(keys) or (after and keys[-1] <= after.upper()):
            yield client.rows(narrowed)
            return
        yield page
        after = page[-1].text(key)


def all_rows(client: Client, query: Query, key: str) -> Iterator[Row]:
    """Give all rows of a query, each once."""
    seen: set[str] = set()
    for page in by_key(client, query, key):
        for row in page:
            name = row.text(key)
            if name not in seen:
                seen.add(name)
                yield row


def changes(
    client: Client, query: Query, start: datetime | None, changed: str = CHANGED, size: int = PAGE_ROWS
) -> Iterator[tuple[tuple[Row, ...], str]]:
    """Read what changed after a time, in stretches of time that fit into one page each; no order is needed for that.

    Gives rows and the time up to which all is read (empty at the end). The last stretch has no end: what changes
    while it is read comes there, too.
    """
    low = start
    while True:
        rows, high = _stretch(client, query, low, changed, size)
        yield rows, high.isoformat() if high else ""
        if high is None:
            return
        low = high


def _stretch(
    client: Client, query: Query, low: datetime | None, changed: str, size: int
) -> tuple[tuple[Row, ...], datetime | None]:
    """Read the next stretch after `low` whole: halved at the median change of a full page until it fits."""
    high: datetime | None = None
    while True:
        narrowed = query
        if low is not None:
            narrowed = narrowed.plus(compare(changed, "gt", low))
        if high is not None:
            narrowed = narrowed.plus(compare(changed, "le", high))
        rows = client.rows(replace(narrowed, top=size))
        if len(rows) < size:
            return rows, high
        moments = sorted(moment for row in rows if (moment := row.moment(changed)) is not None)
        middle = _rounded(moments[len(moments) // 2]) if moments else None
        is_narrow = middle is None or (high is not None and middle >= high) or (low is not None and middle <= low)
        if is_narrow:  # many changes of one moment: they come together
            return client.rows(narrowed), high
        high = middle


def _rounded(moment: datetime) -> datetime:
    """Literals are written in milliseconds: a border in between would hide what lies just after it."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000) + timedelta(milliseconds=1)


def one_by_one(client: Client, query: Query, keys_of: Callable[[Row], dict[str, str]]) -> tuple[Row, ...]:
    """Read a list with its details; where the optimiser refuses, the list without them and then each record."""
    try:
        return client.rows(query)
    except RejectedError as error:
        if error.code != "acumatica_not_listable":
            raise
    plain = client.rows(replace(query, expand=(), custom=()))
    found = [client.row(query.entity, keys_of(row), query.expand, query.custom) for row in plain]
    return tuple(row for row in found if row is not None)

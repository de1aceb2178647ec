"""Reads Chargebee's lists as streams: everything, what changed in a window, named objects, and an index for the sweep.

What Chargebee does not understand in a filter it ignores, so every row is checked against the filter that was sent.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.connectors.chargebee.client import Client, Listed, Query, Raw, as_list, batches
from integrations.connectors.chargebee.explain import BAD_OFFSET
from integrations.connectors.chargebee.kinds import Kind
from integrations.connectors.chargebee.parse import Units, is_deleted
from integrations.contracts import IndexEntry, IndexPage, Page, Record, Unreadable, Window
from integrations.errors import ContractError

OVERLAP_S = 1  # `updated_at` counts whole seconds, and many rows share one
FAR_FUTURE_S = 4_102_444_800  # 2100: documents may be dated ahead
_ODD = frozenset("\"'`[]{}(),\\")  # in ids: how Chargebee reads them inside a list value is not established


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The lower end of a filter: rows below it, or without the attribute, show that the filter was ignored.

    The upper end proves nothing: a row may change between Chargebee's index and its answer.
    """

    attribute: str
    least: int


class ListStream:
    """One kind of object. On a site of the other product catalogue its items, plans ... simply do not exist."""

    def __init__(
        self,
        kind: Kind,
        client: Client,
        units: Units,
        lag_s: int,
        catalogue: Callable[[], str],
        time_zone: Callable[[], str] = lambda: "UTC",
    ) -> None:
        self.slug = kind.slug
        self.lag_s = lag_s
        self._kind = kind
        self._client = client
        self._units = units
        self._catalogue = catalogue
        self._time_zone = time_zone

    def pages(self, window: Window) -> Iterator[Page]:
        """Read a window page by page. All of it has been read when the last page, without position, has come.

        An object without `updated_at` (older than 2016, and some later) comes only with `start` None: every filter on
        `updated_at` hides it.
        """
        query, bound = _everything(self._kind), None
        if window.start is not None:
            query, bound = _changed(self._kind, window.start, window.end)
        if not self._exists() or (window.start is not None and window.end < window.start):
            yield Page(records=())
            return
        yield from self._pages(query, bound, window.position)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read all documents dated in [start, end], days of the site's zone, deleted ones included.

        Source: list operations of invoices, credit notes and transactions, filter `date` (openapi, read 2026-11-21).
        """
        zone = ZoneInfo(self._time_zone() or "UTC")
        first_s = _seconds(datetime.combine(start, time(), zone))
        last_s = _seconds(datetime.combine(end + timedelta(days=1), time(), zone)) - 1
        bound = Bound(attribute=self._kind.dated, least=first_s)
        query = {**_everything(self._kind), f"{bound.attribute}[between]": as_list([first_s, last_s])}
        yield from self._pages(query, bound, "")

    def _pages(self, query: Query, bound: Bound | None, position: str) -> Iterator[Page]:
        for listed in self._walk(query, position):
            _check(self.slug, listed, self._kind.name, bound)
            read = [self._read(element) for element in listed.elements]
            yield Page(
                records=tuple(one for one in read if isinstance(one, Record)),
                unreadable=tuple(one for one in read if isinstance(one, Unreadable)),
                position=listed.next_offset,
            )

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now. One key is read from the object itself, several from the list, which lags behind it."""
        wanted = list(dict.fromkeys(keys)) if self._exists() else []
        found: dict[str, Record | Unreadable] = {}
        if len(wanted) > 1:
            for batch in batches([key for key in wanted if not _ODD & set(key)]):
                found |= self._read_batch(batch)
        for key in wanted:
            one = found.get(key) or self._read_one(key)
            if one is not None:
                found[key] = one
        read = [found[key] for key in wanted if key in found]
        return (
            tuple(one for one in read if isinstance(one, Record)),
            tuple(one for one in read if isinstance(one, Unreadable)),
        )

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List ids and orders by document date. Customers go by their creation; the catalogue always comes whole."""
        for page in self.index_pages(start, ""):
            yield from page.entries

    def index_pages(self, start: datetime | None, position: str) -> Iterator[IndexPage]:
        """List what `index` does from a position on: the list's own offset."""
        if not self._exists():
            return
        query, bound = _everything(self._kind), None
        if start is not None and self._kind.dated:
            bound = Bound(attribute=self._kind.dated, least=_seconds(start) - OVERLAP_S)
            query = {**query, f"{bound.attribute}[between]": as_list([bound.least, FAR_FUTURE_S])}
        for listed in self._walk(query, position):
            _check(self.slug, listed, self._kind.name, bound)
            entries = (_entry(raw) for raw in listed.objects(self._kind.name))
            yield IndexPage(entries=tuple(entry for entry in entries if entry), position=listed.next_offset)

    def _exists(self) -> bool:
        return not self._kind.catalogue or self._kind.catalogue == self._catalogue()

    def _walk(self, query: Query, position: str) -> Iterator[Listed]:
        """Read a list to its end; a position that is no longer accepted is given up for the list's start."""
        offset = position
        while True:
            try:
                listed = self._client.page(self.slug, query, offset)
            except ContractError as error:
                if error.code != BAD_OFFSET or offset != position or not offset:
                    raise
                offset = position = ""
                continue
            yield listed
            offset = listed.next_offset
            if not offset:
                return

    def _read_batch(self, batch: list[str]) -> dict[str, Record | Unreadable]:
        query = {**self._kind.deleted, "id[in]": as_list(batch)}
        wanted = set(batch)
        elements = self._client.page(self.slug, query).elements
        return {one.key: one for one in map(self._read, elements) if one.key in wanted}

    def _read_one(self, key: str) -> Record | Unreadable | None:
        """Read the object itself; where it is gone, the list may still show it among the deleted."""
        raw = self._client.one(self.slug, self._kind.name, key) if _is_path(key) else None
        if raw is not None and raw.get("id") == key:
            return self._parsed(raw)
        query = {**self._kind.deleted, "id[is]": key}
        for raw in self._client.page(self.slug, query).objects(self._kind.name):
            if raw.get("id") == key:
                return self._parsed(raw, is_gone=_is_path(key))
        return None

    def _read(self, element: Raw) -> Record | Unreadable:
        raw = element.get(self._kind.name) if isinstance(element, dict) else None
        if isinstance(raw, dict):
            return self._parsed(raw)
        error = ContractError(
            f"A row among the {self.slug} holds no {self._kind.name}. Report this to our support.",
            code="chargebee_unexpected_answer",
        )
        return Unreadable(stream=self.slug, key=_made_up_key(element), error=error)

    def _parsed(self, raw: Raw, is_gone: bool = False) -> Record | Unreadable:
        try:
            body = self._kind.parse(raw, self._units)
        except ContractError as error:
            key = raw.get("id")
            return Unreadable(stream=self.slug, key=key if isinstance(key, str) else _made_up_key(raw), error=error)
        return Record(
            stream=self.slug, key=raw["id"], body=body, order=order_of(raw), deleted=is_gone or is_deleted(raw)
        )


def _entry(raw: Raw) -> IndexEntry | None:
    key = raw.get("id")
    if not isinstance(key, str) or not key:
        return None
    return IndexEntry(key=key, order=order_of(raw), deleted=is_deleted(raw))


def order_of(raw: Raw) -> int:
    """Give what grows with every change, in milliseconds: `resource_version`, else `updated_at`, else 0."""
    version, updated_s = raw.get("resource_version"), raw.get("updated_at")
    if isinstance(version, int) and version > 0:
        return version
    return updated_s * 1000 if isinstance(updated_s, int) else 0


def _everything(kind: Kind) -> dict[str, str]:
    """Ask for all there is: without a filter, which would hide rows, in an order that changes do not disturb."""
    return {**kind.deleted, **_ascending(kind.still)}


def _changed(kind: Kind, start: datetime, end: datetime) -> tuple[dict[str, str], Bound]:
    """Ask for what changed: `between` includes both ends, and the second before the start is read again."""
    bound = Bound(attribute="updated_at", least=_seconds(start) - OVERLAP_S)
    span = as_list([bound.least, _seconds(end)])
    return {**kind.deleted, "updated_at[between]": span, **_ascending(kind.changed or kind.still)}, bound


def _ascending(attribute: str) -> dict[str, str]:
    return {"sort_by[asc]": attribute} if attribute else {}


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _check(stream: str, listed: Listed, name: str, bound: Bound | None) -> None:
    """Refuse a page that holds what the filter excludes: to go on could miss records."""
    if bound is None:
        return
    for raw in listed.objects(name):
        value = raw.get(bound.attribute)
        if not isinstance(value, int) or value < bound.least:
            raise ContractError(
                f"Chargebee ignored the filter on {bound.attribute}: '{raw.get('id')}' came among the {stream}, though "
                f"its {bound.attribute} is {value}. Nothing was skipped; report this to our support.",
                code="chargebee_filter_ignored",
                field=f"{stream}.{bound.attribute}",
            )


def _is_path(key: str) -> bool:
    """Tell whether an id can stand in a path; parts that a URL would swallow cannot."""
    return not {"", ".", ".."} & set(key.split("/"))


def _made_up_key(raw: object) -> str:
    """Name a row that has no id by its content, so that the same row is parked once."""
    return f"row-{hashlib.sha256(repr(raw).encode()).hexdigest()[:16]}"

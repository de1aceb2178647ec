"""What all streams share: keys that changed since a day in any table of the object, then the objects in batches."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, Where, between
from integrations.connectors.jde.reader import Key, batches, key_of, pages, rows
from integrations.contracts import IndexEntry, Page, Record, Unreadable, Window
from integrations.errors import ConnectorError, ContractError

BATCH = 50
BEFORE = timedelta(days=2)  # days are the server's own, which may be behind ours, and have no finer order


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table of the object: the alias of its leading key, and that of the time beside the date of change."""

    table: str
    key: str
    time: str = "UPMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one object, and how to read it."""

    key: str
    rows: tuple[Row, ...]
    parse: Callable[[], Any]


class TableStream:
    """A stream over one main table, whose leading key orders the pages, and the tables that belong to it."""

    slug = ""
    lag_s = 0
    main: Source
    children: tuple[Source, ...] = ()
    date_alias = ""  # of the document date in the main table, if it has one
    every: tuple[Where, ...] = ()

    def __init__(self, client: Client) -> None:
        self._client = client

    @abstractmethod
    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read the objects of these leading keys."""

    @abstractmethod
    def leading(self, key: str) -> Key | None:
        """Give the leading key of a record's key; None if it is no key of this stream."""

    def pages(self, window: Window) -> Iterator[Page]:
        """Read what changed since the day before the window; the position is the last leading key read.

        Later changes come too: a date of change may lie in the future, and days of servers differ.
        """
        after = self._after(window.position)
        for part in self._changed(window.start, after):
            records, unreadable = _split(map(self._record, self.groups(part)))
            yield Page(records=records, unreadable=unreadable, position=str(part[-1]))
        yield Page(records=())

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read objects now; what is gone does not come, as JD Edwards keeps no trace of it."""
        wanted = dict.fromkeys(keys)
        leading = {found: None for key in wanted if (found := self.leading(key)) is not None}
        read: list[Record | Unreadable] = []
        for part in batches(list(leading), BATCH):
            read += [one for one in map(self._record, self.groups(part)) if one.key in wanted]
        return _split(iter(read))

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List keys and orders; where objects have a document date, from that day on."""
        every = self.every
        if start is not None and self.date_alias:
            every = (*every, Where(self.date_alias, "GREATER_EQUAL", (start.date() - timedelta(days=1),)))
        query = Query(table=self.main.table, columns=self.index_columns(), every=every)
        for page in pages(self._client, query, self.main.key):
            orders: dict[str, int] = {}
            for row in page:
                key = self.key_of(row)
                orders[key] = max(orders.get(key, 0), order_of(row, self.main.time))
            yield from (IndexEntry(key=key, order=order) for key, order in orders.items() if key)

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read all documents dated in [start, end]; a stream without a document date has none."""
        if not self.date_alias:
            return
        every = (*self.every, *between(self.date_alias, start, end))
        query = Query(table=self.main.table, columns=(self.main.key,), every=every)
        for page in pages(self._client, query, self.main.key):
            for part in batches(_unique(page, self.main.key), BATCH):
                records, unreadable = _split(map(self._record, self.groups(part)))
                yield Page(records=records, unreadable=unreadable)

    @abstractmethod
    def key_of(self, row: Row) -> str:
        """Give the record's key of a row of the main table; empty to leave it out."""

    def index_columns(self) -> tuple[str, ...]:
        """Name the columns that `key_of` and the order need."""
        return (self.main.key, "UPMJ", self.main.time)

    def _after(self, position: str) -> Key | None:
        if not position:
            return None
        if self._is_numeric and not position.isdecimal():
            raise ContractError(f"“{position[:60]}” is no position in {self.slug}.", code="jde_unexpected_answer")
        return int(position) if self._is_numeric else position

    @property
    def _is_numeric(self) -> bool:
        return self.main.key in ("AN8", "DOC", "DOCO", "PYID")

    def _changed(self, start: datetime | None, after: Key | None) -> Iterator[list[Key]]:
        """Give leading keys in batches, in order. Everything is walked page by page; changes are gathered first."""
        if start is None:
            query = Query(table=self.main.table, columns=(self.main.key,), every=self.every)
            for page in pages(self._client, query, self.main.key, after):
                yield from batches(_unique(page, self.main.key), BATCH)
            return
        since = start.date() - BEFORE
        found: dict[Key, None] = {}
        for source in (self.main, *self.children):
            found |= dict.fromkeys(self._touched(source, since))
        ordered = sorted(found, key=lambda key: (isinstance(key, str), key))
        yield from batches([key for key in ordered if after is None or _is_after(key, after)], BATCH)

    def _touched(self, source: Source, since: date) -> Iterator[Key]:
        every = (*(self.every if source is self.main else ()), Where("UPMJ", "GREATER_EQUAL", (since,)))
        query = Query(table=source.table, columns=(source.key,), every=every)
        return (key_of(row, source.key) for row in rows(self._client, query, source.key))

    def _record(self, group: Group) -> Record | Unreadable:
        try:
            order = max((order_of(row, "UPMT") or order_of(row, "TDAY") for row in group.rows), default=0)
            return Record(stream=self.slug, key=group.key, body=group.parse(), order=order)
        except ConnectorError as error:
            return Unreadable(stream=self.slug, key=group.key, error=error)


def order_of(row: Row, time: str) -> int:
    """Give a number that grows with changes: the date of change, and the time where the table has it."""
    day = row.day("UPMJ")
    if day is None or time not in row.cells:
        return 0
    return int(f"{day:%Y%m%d}") * 1_000_000 + row.whole(time)


def by_key(found: Iterator[Row], alias: str) -> dict[Key, list[Row]]:
    """Group rows by a key."""
    groups: dict[Key, list[Row]] = {}
    for row in found:
        groups.setdefault(key_of(row, alias), []).append(row)
    return groups


def _unique(page: Sequence[Row], alias: str) -> list[Key]:
    return list(dict.fromkeys(key_of(row, alias) for row in page))


def _is_after(key: Key, after: Key) -> bool:
    return str(key) > str(after) if isinstance(key, str) or isinstance(after, str) else key > after


def _split(read: Iterator[Record | Unreadable]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
    found = list(read)
    return (
        tuple(one for one in found if isinstance(one, Record)),
        tuple(one for one in found if isinstance(one, Unreadable)),
    )

"""What is read: records, windows, pages, streams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from integrations.errors import ConnectorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object as read. `body` is the connector's own dataclass from its `records.py`.

    `order` grows with every change of the object (0: none given) and only orders reads; it is not the source version.
    """

    stream: str
    key: str
    body: Any  # each stream has its own type; pairs cast it at their border
    order: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An object that could not be parsed: it is parked under its key, the others go on."""

    stream: str
    key: str
    error: "ConnectorError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to read: changed in [start, end], from `position` on. `start` None: everything, whatever its dates."""

    start: datetime | None
    end: datetime
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a window. `position` is where the next page starts; empty when the window is read to its end."""

    records: tuple[Record, ...]
    unreadable: tuple[Unreadable, ...] = ()
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One line of the sweep: an object's key and order, deleted ones included."""

    key: str
    order: int
    deleted: bool = False


class Stream(Protocol):
    """A kind of object read from a system."""

    slug: str
    lag_s: int  # the vendor's own delay: windows end this much before now

    def pages(self, window: Window) -> Iterator[Page]:
        """Read a window page by page; an object changed meanwhile may come twice, none may be lost."""
        ...

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read these objects now, in batches. Deleted ones come with `deleted`; unknown ones do not come."""
        ...

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List key and order of every object with a document date from `start` on (None: all); no changed-at filter."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """Some lines of the sweep. `position` is where the next page starts; empty at the end."""

    entries: tuple[IndexEntry, ...]
    position: str = ""


@runtime_checkable
class PagedIndex(Protocol):
    """A stream whose index can be gone on with: the sweep of a big system outlives a run's time slice."""

    def index_pages(self, start: datetime | None, position: str) -> Iterator[IndexPage]:
        """List what `index` does, page by page, from a position on; one no longer accepted means the start."""
        ...


class DatedStream(Stream, Protocol):
    """A stream of documents that can also be read by document date, which is what a reconciliation asks for."""

    def dated(self, start: date, end: date) -> Iterator[Page]:
        """Read all documents dated in [start, end], days of the system's own zone, deleted ones included."""
        ...

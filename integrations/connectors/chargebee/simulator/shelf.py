"""One resource's objects: the truth by id, and the lagging index that lists are read from."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONEncoder
from typing import Any

from integrations.sandbox.app import Json

SortKey = tuple[Any, int]

_ENCODER = JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=float)


def encode(obj: Json) -> bytes:
    """Write JSON; fractions that came in as `Decimal` go out as numbers."""
    return _ENCODER.encode(obj).encode()


@dataclass(slots=True, eq=False)
class Row:
    """One version of one object; objects are never changed in place, so a row can keep its JSON."""

    obj: Json
    number: int
    created_ms: int
    version: int = 0
    _encoded: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """The object as JSON."""
        if self._encoded is None:
            self._encoded = encode(self.obj)
        return self._encoded


class Shelf:
    """The objects of one resource."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._indexed: dict[str, Row] = {}
        self._waiting: deque[tuple[int, Row]] = deque()
        self._sorted: dict[str, tuple[list[SortKey], list[Row]]] = {}

    def put(self, obj: Json, *, number: int, created_ms: int, index_from_ms: int | None) -> None:
        """Store a version; lists see it at once, or from `index_from_ms` plus the lag in force."""
        old = self.rows.get(obj["id"])
        row = Row(obj, old.number, old.created_ms, old.version + 1) if old else Row(obj, number, created_ms)
        self.rows[obj["id"]] = row
        if index_from_ms is None:
            self._index(row)
        else:
            self._waiting.append((index_from_ms, row))

    def catch_up(self, now_ms: int, lag_ms: int) -> None:
        """Let lists see what has waited long enough."""
        while self._waiting and self._waiting[0][0] + lag_ms <= now_ms:
            row = self._waiting.popleft()[1]
            indexed = self._indexed.get(row.obj["id"])
            if indexed is None or indexed.version < row.version:
                self._index(row)

    def walk(self, attribute: str, after: SortKey | None, *, descending: bool) -> Iterator[Row]:
        """Walk the indexed rows in order of an attribute, from behind a key."""
        keys, rows = self._ordered(attribute)
        if not descending:
            start = 0 if after is None else bisect_right(keys, after)
            return iter(rows[start:])
        end = len(keys) if after is None else bisect_left(keys, after)
        return (rows[at] for at in range(end - 1, -1, -1))

    def _index(self, row: Row) -> None:
        self._indexed[row.obj["id"]] = row
        self._sorted.clear()

    def _ordered(self, attribute: str) -> tuple[list[SortKey], list[Row]]:
        if attribute not in self._sorted:
            pairs = sorted(
                ((sort_key(row, attribute), row) for row in self._indexed.values()), key=lambda pair: pair[0]
            )
            self._sorted[attribute] = ([key for key, _ in pairs], [row for _, row in pairs])
        return self._sorted[attribute]


def sort_key(row: Row, attribute: str) -> SortKey:
    """Give a row's place in an order: the attribute (instants in milliseconds) and the internal number."""
    if attribute == "created_at":
        return row.created_ms, row.number
    if attribute in ("id", "name"):
        return row.obj.get(attribute, ""), row.number
    return row.obj.get(attribute, 0) * 1000, row.number

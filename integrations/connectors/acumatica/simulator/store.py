"""Where a tenant's records are kept: by table, key and id."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]
Key = tuple[str, ...]

TABLES = {
    "Invoice": "ar",
    "SalesInvoice": "ar",
    "Payment": "ar",
    "JournalTransaction": "gl",
    "NonStockItem": "item",
    "StockItem": "item",
}


@dataclass(slots=True)
class Row:
    """One detail row."""

    id: str
    fields: Values


@dataclass(slots=True, kw_only=True)
class Record:
    """One record: header fields by their view field, detail rows by set. `origin` is SO or AR for AR documents."""

    id: str
    table: str
    key: Key
    fields: Values
    rows: dict[str, list[Row]] = field(default_factory=dict)
    modified: datetime.datetime
    origin: str = ""
    note: str = ""
    is_released: bool = False
    seen_from: float = 0.0  # when lists begin to show it as it is now


def table_of(entity: str) -> str:
    """Give the table behind an entity."""
    return TABLES.get(entity, entity)


def key_text(value: object) -> str:
    """Bring a part of a key into the form it is compared in."""
    return str(value).strip().upper()


class Store:
    """All records of one tenant."""

    def __init__(self) -> None:
        self._by_key: defaultdict[str, dict[Key, Record]] = defaultdict(dict)
        self._by_id: dict[str, Record] = {}
        self._numbers: defaultdict[str, int] = defaultdict(int)

    def start_numbers(self, name: str, first: int) -> None:
        """Let a sequence begin here."""
        self._numbers[name] = first - 1

    def next_number(self, name: str) -> int:
        """Draw the next number of a sequence."""
        self._numbers[name] += 1
        return self._numbers[name]

    def put(self, record: Record) -> None:
        """Keep a record under its key and id."""
        self._by_key[record.table][tuple(key_text(part) for part in record.key)] = record
        self._by_id[record.id] = record

    def drop(self, record: Record) -> None:
        """Forget a record."""
        self._by_key[record.table].pop(tuple(key_text(part) for part in record.key), None)
        self._by_id.pop(record.id, None)

    def get(self, table: str, *key: object) -> Record | None:
        """Give a record by its key in any case, or None."""
        return self._by_key[table].get(tuple(key_text(part) for part in key))

    def by_id(self, id: str) -> Record | None:
        """Give a record by its id, or None."""
        return self._by_id.get(id)

    def of(self, table: str) -> list[Record]:
        """List a table in the order of its making."""
        return list(self._by_key[table].values())

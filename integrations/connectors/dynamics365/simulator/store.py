"""Where rows are kept: by key within their set, with the indexes that look-ups use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from integrations.connectors.dynamics365.simulator.schema import EntitySet, Values, fold, key_of

FIRST_REC_ID = 5_637_144_576

Key = tuple[object, ...]


@dataclass(slots=True, eq=False)
class Row:
    """One row; `links` hold what the wire does not show, such as a journal's running totals."""

    rec_id: int
    values: Values
    version: int = 1
    links: dict[str, Any] = field(default_factory=dict)


class Table:
    """The rows of one set."""

    def __init__(self, entity_set: EntitySet) -> None:
        self.set = entity_set
        self.rows: dict[Key, Row] = {}
        self._indexes: dict[str, dict[object, dict[Key, Row]]] = {name: {} for name in entity_set.indexed}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, *key: object) -> Row | None:
        """Give the row with this key, or None."""
        return self.rows.get(tuple(fold(part) for part in key))

    def put(self, row: Row) -> None:
        """Take a row under its key."""
        key = key_of(self.set, row.values)
        self.rows[key] = row
        for name, index in self._indexes.items():
            index.setdefault(fold(row.values[name]), {})[key] = row

    def drop(self, row: Row) -> None:
        """Forget a row."""
        key = key_of(self.set, row.values)
        del self.rows[key]
        for name, index in self._indexes.items():
            index.get(fold(row.values[name]), {}).pop(key, None)

    def change(self, row: Row, changes: Values) -> None:
        """Change a row, its key excepted."""
        key = key_of(self.set, row.values)
        for name, index in self._indexes.items():
            if name in changes:
                index.get(fold(row.values[name]), {}).pop(key, None)
                index.setdefault(fold(changes[name]), {})[key] = row
        row.values.update(changes)
        row.version += 1

    def where(self, name: str, value: object) -> list[Row]:
        """List the rows that have this value in an indexed property, oldest first."""
        return list(self._indexes[name].get(fold(value), {}).values())


class Store:
    """All tables of the environment; record ids are unique in all of it."""

    def __init__(self, sets: Iterable[EntitySet]) -> None:
        self.tables = {one.name: Table(one) for one in sets}
        self._rec_id = FIRST_REC_ID

    def table(self, name: str) -> Table:
        """Give the table of a set that exists."""
        return self.tables[name]

    def new_rec_id(self) -> int:
        """Draw the next record id."""
        self._rec_id += 1
        return self._rec_id

    def seed(self, set_name: str, **values: Any) -> Row:
        """Put a row of the set-up in place, past the rules; what is not given is empty."""
        table = self.tables[set_name]
        whole = {name: one.empty for name, one in table.set.fields.items()} | values
        row = Row(self.new_rec_id(), whole)
        table.put(row)
        return row

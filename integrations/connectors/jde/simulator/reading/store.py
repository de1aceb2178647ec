"""Where the rows of all tables are kept, with audit stamps and indexes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from integrations.connectors.jde.simulator.erp.clock import ServerClock, hhmmss
from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.schema import TABLES, Schema

Value = str | int | Decimal | date | None
ZERO = Decimal(0)


class Row:
    """One row: values by alias (absent means blank or zero), when it was inserted, and as which of all rows."""

    __slots__ = ("born_s", "number", "values")

    def __init__(self, number: int, values: dict[str, Any], born_s: float) -> None:
        self.number = number
        self.values = values
        self.born_s = born_s

    def __getitem__(self, alias: str) -> Any:
        return self.values.get(alias)


def blank(alias: Alias) -> Value:
    """Give the value of a column that was never set."""
    if alias.is_numeric:
        return 0
    return None if alias.kind == "date" else ""


class Table:
    """The rows of one table, found by indexed columns without a scan."""

    def __init__(self, schema: Schema, clock: ServerClock, serial: Iterator[int]) -> None:
        self.schema = schema
        self.rows: dict[int, Row] = {}
        self._clock = clock
        self._serial = serial
        self._indexes: dict[str, dict[Any, dict[int, Row]]] = {alias: {} for alias in schema.indexed}

    def add(self, user: str = "JDE", program: str = "", **values: Any) -> Row:
        """Insert a row, stamped with the server's time; an alias that the table lacks is a mistake of ours."""
        self._require_known(values)
        self._stamp(values, user, program)
        row = Row(next(self._serial), values, self._clock.epoch_s())
        self.rows[row.number] = row
        for alias, index in self._indexes.items():
            index.setdefault(values.get(alias), {})[row.number] = row
        return row

    def change(self, row: Row, user: str = "JDE", program: str = "", **values: Any) -> Row:
        """Update a row and stamp it."""
        self._require_known(values)
        self._stamp(values, user, program)
        self.put_quietly(row, **values)
        return row

    def put_quietly(self, row: Row, **values: Any) -> None:
        """Update a row without a stamp, as SQL fixes and some batch programs do."""
        for alias, index in self._indexes.items():
            if alias in values and values[alias] != row.values.get(alias):
                index.get(row.values.get(alias), {}).pop(row.number, None)
                index.setdefault(values[alias], {})[row.number] = row
        row.values.update(values)

    def drop(self, row: Row) -> None:
        """Delete a row; it leaves no trace."""
        del self.rows[row.number]
        for alias, index in self._indexes.items():
            index.get(row.values.get(alias), {}).pop(row.number, None)

    def find(self, **equal: Any) -> list[Row]:
        """List the rows with these values, in the order they were inserted."""
        return [row for row in self._narrowed(equal) if all(row.values.get(key) == equal[key] for key in equal)]

    def first(self, **equal: Any) -> Row | None:
        """Give the oldest row with these values, or None."""
        return next(iter(self.find(**equal)), None)

    def holding(self, alias: str, values: Iterable[Any]) -> list[Row] | None:
        """List the rows whose indexed column has one of the values; None if the column is not indexed."""
        index = self._indexes.get(alias)
        if index is None:
            return None
        return [row for value in values for row in index.get(value, {}).values()]

    def _narrowed(self, equal: Mapping[str, Any]) -> Iterable[Row]:
        found = [self._indexes[alias].get(value, {}) for alias, value in equal.items() if alias in self._indexes]
        return list((min(found, key=len) if found else self.rows).values())

    def _require_known(self, values: Mapping[str, Any]) -> None:
        unknown = values.keys() - self.schema.columns.keys()
        if unknown:
            raise KeyError(f"{self.schema.name} has no {sorted(unknown)}.")

    def _stamp(self, values: dict[str, Any], user: str, program: str) -> None:
        columns, now = self.schema.columns, self._clock.now()
        if "UPMJ" in columns:
            values.setdefault("UPMJ", now.date())
            values.setdefault("TDAY" if "TDAY" in columns else "UPMT", hhmmss(now))
            values.setdefault("USER", user)
            values.setdefault("PID", program)
            values.setdefault("JOBN", "AISSRV01")

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        return len(self.rows)


class Store:
    """All tables of one environment."""

    def __init__(self, clock: ServerClock) -> None:
        self._serial = count(1)
        self.tables = {name: Table(schema, clock, self._serial) for name, schema in TABLES.items()}

    @property
    def newest(self) -> int:
        """The number that the newest row of all tables may have."""
        return next(self._serial)

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

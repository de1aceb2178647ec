"""How rows look in answers: names with underscores, dates as YYYYMMDD, padded codes, blanks in two ways."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.schema import Schema
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

GRID = "GRID_DATA"
WRAPPED = ("VERSION1", "VERSION2")
GRID_ID = 54


def cell(alias: Alias, value: Any, salt: int) -> Any:
    """Give a value as GRID_DATA has it; `salt` decides between the two ways a blank is shown."""
    if alias.kind == "date":
        if value is None:
            return "" if _odd(alias, salt) else None
        return f"{value:%Y%m%d}" if isinstance(value, date) else value
    if alias.is_numeric:
        return value or 0
    text = str(value or "")
    if not text:
        return " " if _odd(alias, salt) else ""
    if alias.kind == "code":
        return text.ljust(alias.length)
    return text.rjust(alias.length) if alias.kind == "unit" else text


def row_cells(schema: Schema, row: Row, aliases: Sequence[Alias], output: str) -> Json:
    """Give a row's cells by `TABLE_ALIAS`; the older output types wrap each in an object."""
    values, prefix = row.values, f"{schema.name}_"
    cells = {prefix + alias.name: cell(alias, values.get(alias.name), row.number) for alias in aliases}
    if output == GRID:
        return cells
    return {name: {"id": GRID_ID, "internalValue": value, "value": value} for name, value in cells.items()}


def grid(schema: Schema, rows: Iterable[Row], aliases: Sequence[Alias], output: str, *, more: bool) -> Json:
    """Give the `gridData` of one page."""
    rowset = [row_cells(schema, row, aliases, output) for row in rows]
    return {
        "id": GRID_ID,
        "fullGridId": str(GRID_ID),
        "columns": {f"{schema.name}_{alias.name}": alias.title for alias in aliases},
        "rowset": rowset,
        "summary": {"records": len(rowset), "moreRecords": more},
    }


def form(schema: Schema, target: str, grid_data: Json) -> Json:
    """Wrap a grid as the form that the data browser shows."""
    title = f"Data Browser - {target} [{schema.title}]"
    return {"title": title, "data": {"gridData": grid_data}, "errors": [], "warnings": []}


def _odd(alias: Alias, salt: int) -> bool:
    return bool((salt * 7 + ord(alias.name[0]) + alias.length) >> 1 & 1)

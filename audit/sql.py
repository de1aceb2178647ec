"""Batched writes of any size in one statement with one parameter.

The rows travel as one JSON text: thousands of placeholders cost psycopg more time than the database needs for the rows,
and `bulk_create` quotes large texts through arrays.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

_NUL = rb"\u0000"
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")

Column = tuple[str, str]  # name, SQL type
Row = Sequence[Any]


def insert_rows(
    table: str, columns: Sequence[Column], rows: Sequence[Row], *, returning: str = "", on_conflict: str = ""
) -> list[Any]:
    """Insert rows with one statement; give the `returning` column of each, in row order.

    Table, column names and types come from code, never from outside. Dates and amounts travel as text.
    """
    if not rows:
        return []
    names = ",".join(name for name, _ in columns)
    sql = f"INSERT INTO {table} ({names}) SELECT {_selected(columns)} FROM {_recordset(columns)}"  # noqa: S608
    sql += f" ON CONFLICT {on_conflict}" if on_conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_text(columns, rows)])
        return [row[0] for row in cursor.fetchall()] if returning else []


def update_rows(table: str, columns: Sequence[Column], rows: Sequence[Row], *, also: str = "", where: str = "") -> int:
    """Update many rows by their first column with one statement; give the number of rows changed.

    `also` is an extra SET list (the new values are `v`), `where` an extra condition on the old row, `t`.
    """
    if not rows:
        return 0
    key = columns[0][0]
    sets = ",".join(f"{name}=v.{name}" for name, _ in columns[1:]) + (f",{also}" if also else "")
    sql = (
        f"UPDATE {table} AS t SET {sets} FROM (SELECT {_selected(columns)} FROM {_recordset(columns)}) AS v "  # noqa: S608
        f"WHERE t.{key}=v.{key}{' AND ' + where if where else ''}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_text(columns, rows)])
        return int(cursor.rowcount)


def _recordset(columns: Sequence[Column]) -> str:
    """Read the JSON; a jsonb column arrives as the text it was dumped to."""
    typed = ",".join(f"{name} {'text' if kind == 'jsonb' else kind}" for name, kind in columns)
    return f"json_to_recordset(%s) AS given({typed})"


def _selected(columns: Sequence[Column]) -> str:
    return ",".join(f"given.{name}::jsonb AS {name}" if kind == "jsonb" else f"given.{name}" for name, kind in columns)


def _text(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Write the rows as JSON; what PostgreSQL's texts cannot hold (NUL, half a character) is shown as U+FFFD."""
    names = [name for name, _ in columns]
    try:
        text = _dumped(names, rows)
    except TypeError:
        text = _NUL
    return (_dumped(names, [_writable(row) for row in rows]) if _NUL in text else text).decode()


def _dumped(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)


def _writable(row: Row) -> Row:
    return [_UNWRITABLE.sub("\ufffd", cell) if isinstance(cell, str) else cell for cell in row]

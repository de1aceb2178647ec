"""Batched writes as plain VALUES statements: bulk_create quotes large texts through arrays and costs several times as much."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

Row = Sequence[Any]
_ROWS_PER_STATEMENT = 500


def insert_rows(
    table: str, columns: Sequence[str], rows: Sequence[Row], *, returning: str = "", on_conflict: str = ""
) -> list[Any]:
    """Insert rows in as few statements as the protocol allows; give the `returning` column of each, in row order.

    Table and column names come from code, never from outside.
    """
    given: list[Any] = []
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        chunk = rows[start : start + _ROWS_PER_STATEMENT]
        one = "(" + ",".join(["%s"] * len(columns)) + ")"
        sql = f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([one] * len(chunk))}"  # noqa: S608
        if on_conflict:
            sql += f" ON CONFLICT {on_conflict}"
        if returning:
            sql += f" RETURNING {returning}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in chunk for value in row])
            if returning:
                given.extend(row[0] for row in cursor.fetchall())
    return given


def update_rows(
    table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Row], *, also: str = "", where: str = ""
) -> int:
    """Update many rows by id in one statement each 500; give the number of rows changed.

    `columns` are (name, SQL type), the first is the key. `also` is an extra SET list, `where` an extra condition on `t`.
    """
    changed = 0
    key = columns[0][0]
    sets = ",".join(f"{name}=v.{name}" for name, _ in columns[1:]) + (f",{also}" if also else "")
    casts = "(" + ",".join(f"%s::{kind}" for _, kind in columns) + ")"
    names = ",".join(name for name, _ in columns)
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        chunk = rows[start : start + _ROWS_PER_STATEMENT]
        sql = (
            f"UPDATE {table} AS t SET {sets} FROM (VALUES {','.join([casts] * len(chunk))}) AS v({names}) "  # noqa: S608
            f"WHERE t.{key}=v.{key}{' AND ' + where if where else ''}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in chunk for value in row])
            changed += cursor.rowcount
    return changed

"""Many rows like one, made in the database itself: what benchmarks fill their tables with."""

from typing import Any

from django.db import connection, models


def copy_row(row: models.Model, number: int, changes: str, **given: Any) -> None:
    """Add `number` copies of a row; `changes` are pairs for jsonb_build_object, in which `n` counts them from 1.

    `changes` comes from code, never from outside; what differs in value travels in `given`, as %(name)s.
    """
    table = row._meta.db_table
    sql = (
        f"INSERT INTO {table} SELECT made.* FROM {table} kept, generate_series(1, %(number)s) n, "  # noqa: S608
        "LATERAL jsonb_populate_record(kept, jsonb_build_object("
        f"'id', nextval(pg_get_serial_sequence('{table}', 'id')), {changes})) made WHERE kept.id = %(kept)s ORDER BY n"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"number": number, "kept": row.pk, **given})


def settle_tables() -> None:
    """Have the planner know the tables as they are now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

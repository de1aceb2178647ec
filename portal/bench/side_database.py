"""A database of a benchmark's own, beside the portal's on the same server: made, migrated, used, dropped."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def side_database(suffix: str) -> Iterator[str]:
    """Have this process work on a fresh, migrated database until the block ends; then it is dropped.

    The role must be allowed to create databases. What another process does in the portal's own is not disturbed.
    """
    own = connection.settings_dict["NAME"]
    name = f"{own}_{suffix}"
    _drop(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    _use(name)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield name
    finally:
        _use(own)
        _drop(name)


def _use(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name


def _drop(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

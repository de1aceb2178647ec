"""The test session's own database and Redis number: taken, made from a migrated template, reset, dropped.

Every pytest process takes a *slot*, a number that the kernel guards with a file lock, so that two sessions on one
checkout (or the workers of one session) never meet. Slot 7 means the database test_portal_7 and Redis database 7;
number 0 belongs to whoever runs the portal itself. All slots share one template, migrated by the first that asks.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from portal.embedded.processes import wait_until
from portal.launch import ROOT

REDIS_DATABASES = 64
TEMPLATE = "test_portal_template"
SLOTS = ROOT / ".local" / "test-slots"
APPS = ("portal", "integrations", "mappings", "audit")


def take_slot() -> int:
    """Take the first free slot for the life of this process.

    Points DATABASE_URL and REDIS_URL at the slot's databases, so that programs started by a test never touch the
    portal's own. Call it before the settings are imported.
    """
    SLOTS.mkdir(parents=True, exist_ok=True)
    for slot in range(1, REDIS_DATABASES):
        descriptor = os.open(SLOTS / str(slot), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        os.environ["DATABASE_URL"] = with_path(os.environ["DATABASE_URL"], f"test_portal_{slot}")
        os.environ["REDIS_URL"] = with_path(os.environ["REDIS_URL"], str(slot))
        return slot
    raise RuntimeError(f"All {REDIS_DATABASES - 1} test slots are taken: too many test sessions run on this checkout.")


def with_path(url: str, path: str) -> str:
    """Give the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def create(*, migrate_anew: bool) -> None:
    """Make the session's database from the template, which is migrated first where the migrations have changed."""
    name = connection.settings_dict["NAME"]
    drop()
    with _alone_with_template(), connection._nodb_cursor() as cursor:
        _migrate_template(cursor, migrate_anew=migrate_anew)
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    with connection.cursor() as cursor:
        tables = _tables(cursor)
        cursor.execute(_with_rows(tables))
        empty = tables - {name for (name,) in cursor.fetchall()}
        # A function, because its plan is kept: to plan for all tables takes longer than to look.
        body = f"BEGIN RETURN QUERY {_with_rows(empty)}; END"
        cursor.execute(f"CREATE FUNCTION filled() RETURNS SETOF text LANGUAGE plpgsql AS $${body}$$")
        _migrated.sequences = _used_sequences(cursor)


def make_template(*, migrate_anew: bool) -> None:
    """Migrate the template where the migrations have changed, before anybody waits for it."""
    with _alone_with_template(), connection._nodb_cursor() as cursor:
        _migrate_template(cursor, migrate_anew=migrate_anew)


@contextmanager
def _alone_with_template() -> Iterator[None]:
    """Keep other sessions from the template, which none may be connected to while it is copied."""
    descriptor = os.open(SLOTS / "template", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _migrate_template(cursor: CursorWrapper, *, migrate_anew: bool) -> None:
    digest = migrations_digest()
    if migrate_anew or read_comment(cursor, TEMPLATE) != digest:
        cursor.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(TEMPLATE)
        cursor.execute(f"COMMENT ON DATABASE {TEMPLATE} IS '{digest}'")


@dataclass(slots=True)
class _Migrated:
    """What the migrations filled, and no reset empties: tables are left out of `filled()`, sequences by their names."""

    sequences: set[str] = field(default_factory=set)


_migrated = _Migrated()


def reset() -> None:
    """Empty what tests have filled and let its ids begin anew; no trigger is dropped, and none is asked.

    A fresh copy of the template would do the same in a hundred times as long.
    """
    for alias in connections:
        if alias != connection.alias:
            connections[alias].close()
    with connection.cursor() as cursor:
        disconnect(cursor, connection.settings_dict["NAME"])
        orders = [f'DELETE FROM "{table}"' for table in sorted(_filled(cursor))]
        orders += [f"SELECT setval('{name}', 1, false)" for name in _used_sequences(cursor) - _migrated.sequences]
        cursor.execute("; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *orders, "COMMIT"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a test has committed: the rows of each table as COPY writes them, and where the sequences stand."""

    rows: Mapping[str, bytes]
    sequences: Mapping[str, int]


def take_snapshot() -> Snapshot:
    """Keep what stands in the session's database beside what the migrations filled."""
    with connection.cursor() as cursor:
        rows = {table: _copied(cursor, table) for table in _filled(cursor)}
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return Snapshot(rows=rows, sequences=dict(cursor.fetchall()))


def is_empty() -> bool:
    """Tell whether nothing stands in the session's database beside what the migrations filled."""
    with connection.cursor() as cursor:
        return not _filled(cursor)


def put_back(snapshot: Snapshot) -> None:
    """Fill an empty database with what a snapshot kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in snapshot.rows.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
        orders = [f"SELECT setval('{name}', {value})" for name, value in snapshot.sequences.items()]
        # A test's own transaction goes on, with triggers.
        cursor.execute("; ".join([*orders, "SET LOCAL session_replication_role = origin"]))


def _copied(cursor: CursorWrapper, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(copy)


def _tables(cursor: CursorWrapper) -> set[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in cursor.fetchall()}


def _with_rows(tables: set[str]) -> str:
    return " UNION ALL ".join(f"SELECT '{name}'::text WHERE EXISTS (SELECT FROM \"{name}\")" for name in sorted(tables))


def _filled(cursor: CursorWrapper) -> set[str]:
    """Name the tables in which something stands beside what the migrations filled."""
    cursor.execute("SELECT filled()")
    return {name for (name,) in cursor.fetchall()}


def _used_sequences(cursor: CursorWrapper) -> set[str]:
    cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL")
    return {name for (name,) in cursor.fetchall()}


def drop() -> None:
    """Remove the session's database; the template stays for the next session."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        disconnect(cursor, name)
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def migrate(database: str) -> None:
    """Migrate another database of the same server than the one Django is connected to."""
    connections.close_all()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = name


def migrations_digest() -> str:
    """Digest what the migrated schema depends on: the lock file, the migrations, and the modules beside them."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for app in APPS:
        for path in sorted([*Path(ROOT, app).glob("*.py"), *Path(ROOT, app, "migrations").glob("*.py")]):
            digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def read_comment(cursor: CursorWrapper, database: str) -> str | None:
    """Read a database's comment; None where either does not exist."""
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database])
    row = cursor.fetchone()
    return row[0] if row else None


def disconnect(cursor: CursorWrapper, database: str) -> None:
    """End other sessions on a database and wait until they are gone: DROP itself looks only every 100 ms."""

    def is_empty() -> bool:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_get_activity(NULL), pg_database"
            " WHERE pg_database.oid = datid AND datname = %s AND pid <> pg_backend_pid()",
            [database],
        )
        return bool(cursor.fetchone()[0] == 0)

    wait_until(is_empty, timeout_s=5, pause_s=0.002)

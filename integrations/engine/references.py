"""Reference data of a connection: read on a schedule, kept with its age, looked up by number or id."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from audit.sql import insert_rows
from integrations.contracts import ReferenceEntry, Session
from integrations.engine.faults import PERIOD
from integrations.engine.store import release_waiting
from integrations.models import Connection, ReferenceValue, Sync
from integrations.money import to_json
from integrations.periods import KIND, REFUSED

_GOOD_FOR = timedelta(hours=24)
_AWAITED_GOOD_FOR = timedelta(hours=1)  # while records wait for a period to open
_REFUSED_FOR = timedelta(hours=1)  # so long a period that was refused counts as closed, whatever its system tells
_COLUMNS = (
    ("tenant_id", "bigint"), ("connection_id", "bigint"), ("kind", "text"), ("code", "text"), ("number", "text"),
    ("name", "text"), ("is_active", "boolean"), ("details", "jsonb"), ("seen_at", "timestamptz"),
)  # fmt: skip
_CONFLICT = (
    "(connection_id, kind, code) DO UPDATE SET number = EXCLUDED.number, name = EXCLUDED.name, "
    "is_active = EXCLUDED.is_active, details = EXCLUDED.details, seen_at = EXCLUDED.seen_at"
)


def refresh_if_old(connection: Connection, session: Session, *, is_awaited: bool = False) -> None:
    """Read the reference data again when it is a day old, or an hour while something waits for it."""
    good_for = _AWAITED_GOOD_FOR if is_awaited else _GOOD_FOR
    if connection.references_at is None or connection.references_at < timezone.now() - good_for:
        refresh(connection, session)


def refresh(connection: Connection, session: Session) -> int:
    """Read all reference data; what has vanished becomes inactive. Gives the number of values.

    What waits for a period to open is judged anew when any period changed.
    """
    now, periods = timezone.now(), _periods(connection)
    entries = {(entry.kind, entry.code): entry for entry in session.reference_values()}
    rows = [
        (
            connection.tenant_id,
            connection.pk,
            e.kind,
            e.code,
            e.number,
            e.name[:255],
            e.is_active,
            to_json(dict(e.details)),
            now,
        )
        for e in entries.values()
    ]
    insert_rows("integrations_referencevalue", _COLUMNS, rows, on_conflict=_CONFLICT)
    values = ReferenceValue.objects.for_tenant(connection.tenant_id).filter(connection=connection)
    values.filter(seen_at__lt=now, is_active=True).exclude(kind=REFUSED).update(is_active=False)
    Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk).update(references_at=now)
    connection.references_at = now
    if _periods(connection) != periods:
        for sync in Sync.objects.for_tenant(connection.tenant_id).filter(Q(target=connection) | Q(source=connection)):
            release_waiting(sync, [PERIOD])
    return len(rows)


def _periods(connection: Connection) -> set[tuple[str, bool, str]]:
    values = ReferenceValue.objects.for_tenant(connection.tenant_id).filter(connection=connection, kind=KIND)
    return {(each.code, each.is_active, to_json(each.details)) for each in values}


def make_stale(connection: Connection) -> None:
    """Have the reference data read again by the next run: the target judges by other data than it told."""
    Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk).update(references_at=None)


def doubt(connection: Connection) -> None:
    """Have the reference data read again when this run ends: the system refuses a value that it had told of."""
    make_stale(connection)
    connection.references_at = None


def keep_refused(connection: Connection, mark: ReferenceEntry) -> None:
    """Know for an hour that a system refuses a period which it tells as open."""
    row = (connection.tenant_id, connection.pk, mark.kind, mark.code, mark.number, mark.name[:255], True, "{}")
    insert_rows("integrations_referencevalue", _COLUMNS, [(*row, timezone.now())], on_conflict=_CONFLICT)


def forget_refused(connection: Connection) -> None:
    """Try periods anew that were refused: somebody says that they are open."""
    ReferenceValue.objects.for_tenant(connection.tenant_id).filter(connection=connection, kind=REFUSED).delete()


def reference_values(connection: Connection) -> dict[tuple[str, str], ReferenceEntry]:
    """Give all values by (kind, code) and by (kind, number); codes win over numbers, active ones over inactive ones."""
    rows = (
        ReferenceValue.objects.for_tenant(connection.tenant_id)
        .filter(connection=connection)
        .exclude(kind=REFUSED, seen_at__lt=timezone.now() - _REFUSED_FOR)
        .order_by("is_active", "id")
    )
    entries = [
        ReferenceEntry(kind=r.kind, code=r.code, number=r.number, name=r.name, is_active=r.is_active, details=r.details)
        for r in rows
    ]
    found = {(entry.kind, entry.number): entry for entry in entries if entry.number}
    found.update({(entry.kind, entry.code): entry for entry in entries})
    return found

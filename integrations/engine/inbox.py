"""Webhooks: stored and answered at once, confirmed at the source in batches, coalesced to one due record per object."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from audit.sql import insert_rows
from integrations import registry
from integrations.contracts import Changed, Event, Hint, Side
from integrations.engine import schedule
from integrations.engine.sessions import open_session
from integrations.engine.watch import wake
from integrations.errors import ConnectorError
from integrations.models import Connection, InboxEvent, Sync

log = structlog.get_logger()

_AT_ONCE = 1000
_TRIES = 9  # an event that its source does not know is asked for so often before it is dropped
_LONGEST_WAIT_S = 300
_PAUSE_S = 30  # when the source cannot be asked
_EVENT = (
    ("tenant_id", "bigint"), ("connection_id", "bigint"), ("event_id", "text"), ("event_type", "text"),
    ("state", "text"), ("received_at", "timestamptz"), ("due_at", "timestamptz"), ("tries", "int"),
)  # fmt: skip


def accept(receiver: Connection, hint: Hint) -> bool:
    """Store a webhook; False when it was here before. One insert, no call."""
    now = timezone.now()
    row = (receiver.tenant_id, receiver.pk, hint.event_id[:120], hint.event_type[:80], "new", now, now, 0)
    conflict = "(connection_id, event_id) DO NOTHING"
    return bool(insert_rows("integrations_inboxevent", _EVENT, [row], on_conflict=conflict, returning="id"))


def drain(connection_id: int) -> int:
    """Confirm all new events of a connection and make the objects they touch due; give the number of events drained.

    Safe to call any time and twice: only rows claimed before the look-up are marked, with the records, in one commit.
    """
    receiver = Connection.objects.select_related("tenant").get(pk=connection_id)  # the job's id is the bound
    drained, last = 0, 0
    with open_session(receiver) as session:
        while rows := _new_rows(receiver, last):
            try:
                confirmed = session.confirm([row.event_id for row in rows])
            except ConnectorError as error:
                _postpone(receiver, error)
                return drained
            _note(receiver, rows, confirmed)
            drained, last = drained + len(rows), rows[-1].pk
    return drained


def _postpone(receiver: Connection, error: ConnectorError) -> None:
    """The source cannot be asked now: leave its events alone for a while, none is lost."""
    log.warning("inbox.postponed", connection=receiver.pk, code=error.code)
    until = timezone.now() + timedelta(seconds=max(_PAUSE_S, error.retry_after_s or 0))
    new = InboxEvent.objects.for_tenant(receiver.tenant_id).filter(connection=receiver, state=InboxEvent.State.NEW)
    new.filter(due_at__lt=until).update(due_at=until)


def _new_rows(receiver: Connection, after: int) -> list[InboxEvent]:
    new = InboxEvent.objects.for_tenant(receiver.tenant_id).filter(connection=receiver, state=InboxEvent.State.NEW)
    return list(new.filter(pk__gt=after, due_at__lte=timezone.now()).order_by("id")[:_AT_ONCE])


def _note(receiver: Connection, rows: Sequence[InboxEvent], confirmed: Sequence[Event]) -> None:
    known = {event.id for event in confirmed}
    changed = _newest(change for event in confirmed for change in event.changed)
    syncs = Sync.objects.for_tenant(receiver.tenant_id).filter(state=Sync.State.ACTIVE, webhooks_on=True)
    with transaction.atomic():
        joined = syncs.filter(Q(source=receiver) | Q(target=receiver))
        for sync in joined.order_by("id").select_for_update():
            due = make_due(sync, changed, "source" if sync.source_id == receiver.pk else "target")
            if sync.target_id == receiver.pk:
                due += wake(sync)  # perhaps it posted what we booked
            if due:
                schedule.ask_for_run(sync, trigger="webhook")
        events = InboxEvent.objects.for_tenant(receiver.tenant_id)
        now = timezone.now()
        events.filter(pk__in=[row.pk for row in rows if row.event_id in known]).update(state="done", drained_at=now)
        _put_off(receiver, [row for row in rows if row.event_id not in known])


def _put_off(receiver: Connection, unknown: Sequence[InboxEvent]) -> None:
    """Ask again later for events that the source does not show yet; after some 20 minutes drop and count them."""
    now = timezone.now()
    for row in unknown:
        row.tries += 1
        row.due_at = now + timedelta(seconds=min(_LONGEST_WAIT_S, 5 * 2**row.tries))
        row.state = InboxEvent.State.DROPPED if row.tries >= _TRIES else InboxEvent.State.NEW
    InboxEvent.objects.for_tenant(receiver.tenant_id).bulk_update(unknown, ["tries", "due_at", "state"])


def _newest(changes: Iterable[Changed]) -> list[Changed]:
    """Coalesce to one change per object, the newest."""
    newest: dict[tuple[str, str], Changed] = {}
    for change in changes:
        held = newest.get((change.stream, change.key))
        if held is None or change.order >= held.order:
            newest[(change.stream, change.key)] = change
    return list(newest.values())


_DUE = """
INSERT INTO integrations_syncrecord (tenant_id, sync_id, source_identity, target_identity, flow, natural_key, label,
    state, source_version, revision, next_operation, waits_for, code, reason, currency, wanted_order, seen_order, tries,
    due_at, created_at, changed_at)
SELECT %s, %s, %s, %s, w.flow, w.key, '', 'due', '', 1, '', '{}', '', '', '', w.wanted, 0, 0, now(), now(), now()
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS w(flow, key, wanted)
ON CONFLICT (tenant_id, source_identity, target_identity, flow, natural_key) DO UPDATE SET
    wanted_order = GREATEST(integrations_syncrecord.wanted_order, EXCLUDED.wanted_order,
        CASE WHEN EXCLUDED.wanted_order = 0 AND integrations_syncrecord.state = 'open'
             THEN integrations_syncrecord.seen_order + 1 ELSE 0 END),
    state = CASE WHEN integrations_syncrecord.state IN ('open', 'unknown')
                 THEN integrations_syncrecord.state ELSE 'due' END,
    due_at = CASE WHEN integrations_syncrecord.state IN ('open', 'unknown')
                  THEN integrations_syncrecord.due_at ELSE now() END
WHERE EXCLUDED.wanted_order = 0 OR EXCLUDED.wanted_order > integrations_syncrecord.seen_order
"""


def make_due(sync: Sync, changed: Sequence[Changed], side: Side = "source") -> int:
    """Make due what changed on a side of the sync and was not read since; give how many records.

    Inside the caller's transaction.
    """
    flows = [(flow.stream, flow.slug) for flow in registry.pair(sync.pair).flows if flow.reads == side]
    wanted = [
        (slug, change.key, change.order) for change in changed for stream, slug in flows if stream == change.stream
    ]
    if not wanted:
        return 0
    names, keys, orders = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            [sync.tenant_id, sync.pk, sync.source_identity, sync.target_identity, names, keys, orders],
        )
        return int(cursor.rowcount)


def waiting_connections() -> list[int]:
    """Give the connections that have events to drain now."""
    new = InboxEvent.objects.filter(
        state=InboxEvent.State.NEW, due_at__lte=timezone.now()
    )  # every tenant's: the janitor's view
    return list(new.values_list("connection_id", flat=True).distinct())

"""Batched reads and writes of SyncRecords and links: a handful of statements per chunk, whatever its size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from audit.sql import insert_rows
from integrations.contracts import CompanionView, LinkView, Need
from integrations.engine.drafts import dump_facts, load_facts
from integrations.engine.work import PARTLY, Row, RunState, State, Work
from integrations.models import Companion, Sync
from integrations.money import from_json, to_json

READ_AGAIN = "read_again"  # the code of records that are to be read back
STALE_READ = "stale_read"  # of those whose source shows an older state than it told of: asked again after a pause
DELETED = "deleted_in_target"  # the code of records of which a document is gone there
_ROW_COLUMNS = (
    "id, natural_key, state, source_version, revision, next_operation, wanted_order, seen_order, tries, problem_id, "
    "code, due_at, absent_since, label, amount, currency, document_date, decision, decision_value, details_version, "
    "waits_for, waiting_since, is_taken_up"
)
_SCOPE = "tenant_id = %s AND source_identity = %s AND target_identity = %s AND flow = %s"


def scope(state: RunState, flow: str) -> list[Any]:
    """Give the values that bound every look-up to a tenant, both identities and a flow."""
    sync = state.sync
    return [sync.tenant_id, sync.source_identity, sync.target_identity, flow]


def load_rows(state: RunState, flow: str, keys: Sequence[str]) -> dict[str, Row]:
    """Load the SyncRecords of these keys, by key."""
    sql = f"SELECT {_ROW_COLUMNS} FROM integrations_syncrecord WHERE {_SCOPE} AND natural_key = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*scope(state, flow), list(keys)])
        return {values[1]: _row(values) for values in cursor.fetchall()}


def load_due(state: RunState, flow: str, limit: int) -> list[Row]:
    """Load records that are due now, oldest first."""
    sql = (
        f"SELECT {_ROW_COLUMNS} FROM integrations_syncrecord WHERE sync_id = %s AND flow = %s AND state = 'due' "  # noqa: S608
        "AND due_at <= now() ORDER BY due_at, id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [state.sync.pk, flow, limit])
        return [_row(values) for values in cursor.fetchall()]


def load_unknown(state: RunState, flow: str, limit: int) -> list[Row]:
    """Load records whose outcome is unknown and whose next look-up is due."""
    sql = (
        f"SELECT {_ROW_COLUMNS} FROM integrations_syncrecord WHERE sync_id = %s AND flow = %s AND state = 'unknown' "  # noqa: S608
        "AND due_at <= now() ORDER BY due_at, id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [state.sync.pk, flow, limit])
        return [_row(values) for values in cursor.fetchall()]


def load_asked(state: RunState, flow: str) -> list[Row]:
    """Load what stands in the target and is to be read back because somebody asked."""
    sql = (
        f"SELECT {_ROW_COLUMNS} FROM integrations_syncrecord WHERE sync_id = %s AND flow = %s "  # noqa: S608
        "AND state IN ('delivered', 'different') AND code = %s ORDER BY id LIMIT 5000"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [state.sync.pk, flow, READ_AGAIN])
        return [_row(values) for values in cursor.fetchall()]


def load_watched(state: RunState, flow: str, limit: int) -> list[Row]:
    """Load records whose documents are to be looked at again now."""
    sql = (
        f"SELECT {_ROW_COLUMNS} FROM integrations_syncrecord WHERE sync_id = %s AND flow = %s "  # noqa: S608
        "AND look_again_at <= now() AND state NOT IN ('open', 'unknown') ORDER BY look_again_at, id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [state.sync.pk, flow, limit])
        return [_row(values) for values in cursor.fetchall()]


def _row(values: Sequence[Any]) -> Row:
    return Row(**dict(zip(Row.__slots__, values, strict=True)))


_FURTHER = (
    "SELECT jsonb_agg(jsonb_build_array(c.external_id, c.reference, c.sink, c.facts, c.is_share, c.is_posted, c.state) "
    "ORDER BY c.id) FROM integrations_companion c WHERE c.tenant_id = l.tenant_id "
    "AND c.source_identity = l.source_identity AND c.target_identity = l.target_identity AND c.flow = l.flow "
    "AND c.natural_key = l.natural_key AND c.revision = l.revision AND c.state <> 'reversed'"
)


def load_links(
    state: RunState, needs: Iterable[Need], *, with_different: bool = False
) -> dict[tuple[str, str], LinkView]:
    """Load the newest link of each needed record that stands as drafted, with its further documents, by one query.

    Only that can be referenced: what stands differently holds its children, and what is reversed, or about to be, is
    there no more. `with_different` gives those, too.
    """
    wanted = sorted({(need.flow, need.key) for need in needs})
    if not wanted:
        return {}
    sql = (
        "SELECT DISTINCT ON (l.flow, l.natural_key) l.flow, l.natural_key, l.external_id, l.facts, l.revision, "  # noqa: S608
        "l.source_version, l.is_as_drafted, l.details_version, l.is_posted, l.reference, l.is_ours, l.state, "
        f"l.reversed_on, l.reversal_id, ({_FURTHER}) "
        "FROM integrations_link l JOIN (SELECT unnest(%s::text[]) AS flow, unnest(%s::text[]) AS natural_key) w "
        "ON l.flow = w.flow AND l.natural_key = w.natural_key "
        "WHERE l.tenant_id = %s AND l.source_identity = %s AND l.target_identity = %s "
        "ORDER BY l.flow, l.natural_key, l.revision DESC"
    )
    sync = state.sync
    flows, keys = [flow for flow, _ in wanted], [key for _, key in wanted]
    with connection.cursor() as cursor:
        cursor.execute(sql, [flows, keys, sync.tenant_id, sync.source_identity, sync.target_identity])
        found = {(row[0], row[1]): _link_view(row) for row in cursor.fetchall()}
    return {name: link for name, link in found.items() if with_different or _can_be_referenced(link)}


def _can_be_referenced(link: LinkView) -> bool:
    return link.is_as_drafted and link.state == "standing"


def _link_view(row: Sequence[Any]) -> LinkView:
    further = tuple(_companion_view(each) for each in _json(row[14]) or ())
    return LinkView(
        external_id=row[2],
        facts=load_facts(_json(row[3])),
        revision=row[4],
        source_version=row[5],
        is_as_drafted=row[6],
        details_version=row[7],
        is_posted=row[8],
        reference=row[9],
        is_ours=row[10],
        state=row[11],
        reversed_on=row[12],
        reversal_id=row[13],
        companions=tuple(one for one in further if one.state == "standing"),
        reversals=tuple(one for one in further if one.state == "reversal"),
    )


def _companion_view(values: Sequence[Any]) -> CompanionView:
    external_id, reference, sink, facts, is_share, is_posted, state = values
    return CompanionView(
        external_id=external_id,
        reference=reference,
        sink=sink,
        facts=load_facts(facts),
        is_share=is_share,
        is_posted=is_posted,
        state=state,
    )


def _json(value: Any) -> Any:
    return from_json(value) if isinstance(value, str) else value


def load_states(state: RunState, needs: Iterable[Need]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Give (state, code, reason) of the SyncRecords of these needs."""
    wanted = sorted({(need.flow, need.key) for need in needs})
    if not wanted:
        return {}
    sql = (
        "SELECT r.flow, r.natural_key, r.state, r.code, r.reason FROM integrations_syncrecord r "
        "JOIN (SELECT unnest(%s::text[]) AS flow, unnest(%s::text[]) AS natural_key) w USING (flow, natural_key) "
        "WHERE r.tenant_id = %s AND r.source_identity = %s AND r.target_identity = %s"
    )
    sync = state.sync
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                [f for f, _ in wanted],
                [k for _, k in wanted],
                sync.tenant_id,
                sync.source_identity,
                sync.target_identity,
            ],
        )
        return {(flow, key): (found, code, reason) for flow, key, found, code, reason in cursor.fetchall()}


_SAVE_COLUMNS = (
    ("tenant_id", "bigint"), ("sync_id", "bigint"), ("source_identity", "text"), ("target_identity", "text"),
    ("flow", "text"), ("natural_key", "text"), ("label", "text"), ("state", "text"), ("source_version", "text"),
    ("revision", "int"), ("next_operation", "text"), ("waits_for", "text[]"), ("problem_id", "bigint"),
    ("code", "text"), ("reason", "text"), ("amount", "numeric"), ("currency", "text"), ("document_date", "date"),
    ("wanted_order", "bigint"), ("seen_order", "bigint"), ("tries", "int"), ("due_at", "timestamptz"),
    ("absent_since", "timestamptz"), ("look_again_at", "timestamptz"), ("created_at", "timestamptz"),
    ("changed_at", "timestamptz"), ("details_version", "text"), ("waiting_since", "timestamptz"), ("decision", "text"),
    ("is_taken_up", "boolean"),
)  # fmt: skip
_KEPT = {
    "tenant_id", "source_identity", "target_identity", "flow", "natural_key", "created_at", "wanted_order", "state",
    "due_at", "look_again_at", "decision",
}  # fmt: skip
_TOLD_OF_NEWER = (
    "(integrations_syncrecord.wanted_order > EXCLUDED.seen_order "
    "OR integrations_syncrecord.decision <> EXCLUDED.decision) AND EXCLUDED.state NOT IN ('open', 'unknown')"
)
_IS_CARRIED_OUT = (  # what was decided about look-alikes ends here: a later revision is another document
    "integrations_syncrecord.decision = EXCLUDED.decision AND EXCLUDED.decision IN ('link', 'post') "
    "AND (EXCLUDED.state = 'delivered' OR (EXCLUDED.decision = 'post' AND EXCLUDED.state = 'skipped'))"
)
_ON_CONFLICT = (
    "(tenant_id, source_identity, target_identity, flow, natural_key) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name, _ in _SAVE_COLUMNS if name not in _KEPT)
    + f", state = CASE WHEN {_TOLD_OF_NEWER} THEN 'due' ELSE EXCLUDED.state END"
    + f", due_at = CASE WHEN {_TOLD_OF_NEWER} AND EXCLUDED.code <> '{STALE_READ}' THEN now() ELSE EXCLUDED.due_at END"
    + "".join(
        f", {name} = CASE WHEN {_IS_CARRIED_OUT} THEN '' ELSE integrations_syncrecord.{name} END"
        for name in ("decision", "decision_value")
    )
    + ", look_again_at = COALESCE(EXCLUDED.look_again_at, integrations_syncrecord.look_again_at)"
)


def save_works(state: RunState, flow_slug: str, works: Sequence[Work]) -> None:
    """Write the SyncRecords of a chunk (one work per key); sets each work's `record_id`.

    A newer change that we were told of meanwhile, or a person's decision, makes the record due again.
    """
    now, sync = timezone.now(), state.sync
    rows = [
        (
            sync.tenant_id, sync.pk, sync.source_identity, sync.target_identity, flow_slug, work.key, work.label[:200],
            work.state, work.version, work.revision, work.next_operation, list(work.waits_for), work.problem_id,
            work.code, work.reason, work.money.amount if work.money else None,
            work.money.currency if work.money else "", work.document_date, 0, work.seen_order,
            work.tries, work.due_at, work.absent_since, work.look_again_at, now, now,
            work.details, work.waiting_since if work.state == State.WAITING else None,
            work.row.decision if work.row else "", work.is_taken_up,
        )
        for work in works
    ]  # fmt: skip
    ids = insert_rows("integrations_syncrecord", _SAVE_COLUMNS, rows, on_conflict=_ON_CONFLICT, returning="id")
    for work, record_id in zip(works, ids, strict=True):
        work.record_id = record_id


_LINK_COLUMNS = (
    ("tenant_id", "bigint"), ("source_identity", "text"), ("target_identity", "text"), ("flow", "text"),
    ("natural_key", "text"), ("revision", "int"), ("reference", "text"), ("external_id", "text"),
    ("source_version", "text"), ("facts", "jsonb"), ("is_posted", "boolean"), ("is_as_drafted", "boolean"),
    ("is_ours", "boolean"), ("details_version", "text"), ("state", "text"), ("reversed_on", "date"),
    ("reversal_id", "text"), ("created_at", "timestamptz"), ("updated_at", "timestamptz"),
)  # fmt: skip
_LINK_KEPT = {
    "tenant_id", "source_identity", "target_identity", "flow", "natural_key", "revision", "reference", "is_ours",
    "created_at",
}  # fmt: skip
_LINK_CONFLICT = (
    "(tenant_id, source_identity, target_identity, flow, natural_key, revision) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name, _ in _LINK_COLUMNS if name not in _LINK_KEPT)
)


def save_links(state: RunState, flow_slug: str, links: Mapping[str, LinkView]) -> None:
    """Join records, by key, to their documents; the same again changes nothing but what is known of them."""
    now, sync = timezone.now(), state.sync
    rows = [
        (
            sync.tenant_id, sync.source_identity, sync.target_identity, flow_slug, key, link.revision, link.reference,
            link.external_id, link.source_version, to_json(dump_facts(link.facts)), link.is_posted,
            link.is_as_drafted, link.is_ours, link.details_version, link.state, link.reversed_on, link.reversal_id,
            now, now,
        )
        for key, link in links.items()
    ]  # fmt: skip
    insert_rows("integrations_link", _LINK_COLUMNS, rows, on_conflict=_LINK_CONFLICT)


_COMPANION_COLUMNS = (
    ("tenant_id", "bigint"), ("source_identity", "text"), ("target_identity", "text"), ("flow", "text"),
    ("natural_key", "text"), ("revision", "int"), ("reference", "text"), ("external_id", "text"), ("sink", "text"),
    ("is_share", "boolean"), ("facts", "jsonb"), ("is_posted", "boolean"), ("state", "text"),
    ("created_at", "timestamptz"), ("updated_at", "timestamptz"),
)  # fmt: skip
_COMPANION_CONFLICT = (
    "(tenant_id, source_identity, target_identity, flow, natural_key, revision, reference) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in ("external_id", "facts", "is_posted", "state", "updated_at"))
)


def save_companions(state: RunState, flow_slug: str, links: Mapping[str, LinkView]) -> None:
    """Keep what is known of the further documents of these links, by key; no statement where there are none."""
    now, sync = timezone.now(), state.sync
    rows = [
        (
            sync.tenant_id, sync.source_identity, sync.target_identity, flow_slug, key, link.revision, one.reference,
            one.external_id, one.sink, one.is_share, to_json(dump_facts(one.facts)), one.is_posted, one.state, now, now,
        )
        for key, link in links.items()
        for one in (*link.companions, *link.reversals)
    ]  # fmt: skip
    insert_rows("integrations_companion", _COMPANION_COLUMNS, rows, on_conflict=_COMPANION_CONFLICT)


def companions_of(sync: Sync, names: Iterable[tuple[str, str]]) -> defaultdict[tuple[str, str], list[CompanionView]]:
    """Give what stands beside the own documents of records named by (flow, key), in the order booked."""
    found: defaultdict[tuple[str, str], list[CompanionView]] = defaultdict(list)
    wanted = set(names)
    rows = Companion.objects.for_tenant(sync.tenant_id).filter(
        source_identity=sync.source_identity,
        target_identity=sync.target_identity,
        natural_key__in=sorted({key for _, key in wanted}),
        state=Companion.State.STANDING,
    )
    for row in rows.order_by("pk") if wanted else ():
        if (row.flow, row.natural_key) in wanted:
            found[row.flow, row.natural_key].append(view_of(row))
    return found


def view_of(row: Companion) -> CompanionView:
    """Give a further document as drafts see it."""
    return _companion_view(
        (row.external_id, row.reference, row.sink, row.facts, row.is_share, row.is_posted, row.state)
    )


def load_owners(sync: Sync, flow: str, external_ids: Sequence[str]) -> dict[str, str]:
    """Give the natural keys that these documents of a kind stand for; reversed ones are free."""
    where = (
        "WHERE tenant_id = %s AND source_identity = %s AND target_identity = %s AND flow = %s "
        "AND external_id = ANY(%s) AND state <> 'reversed'"
    )
    sql = (
        f"SELECT external_id, natural_key FROM integrations_companion {where} "  # noqa: S608
        f"UNION ALL SELECT external_id, natural_key FROM integrations_link {where}"  # the last one counts
    )
    values: list[Any] = [sync.tenant_id, sync.source_identity, sync.target_identity, flow, list(external_ids)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *values])
        return dict(cursor.fetchall())


def load_taken_back(state: RunState, flow: str, keys: Sequence[str]) -> dict[str, tuple[frozenset[str], date | None]]:
    """Give the ids of the documents of these records that are reversed, and the day of the last reversal."""
    if not keys:
        return {}
    sql = (
        "SELECT natural_key, array_agg(external_id), max(reversed_on) FROM integrations_link "  # noqa: S608
        f"WHERE {_SCOPE} AND natural_key = ANY(%s) AND state = 'reversed' GROUP BY natural_key"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*scope(state, flow), list(keys)])
        return {key: (frozenset(ids), on) for key, ids, on in cursor.fetchall()}


def release_waiting(sync: Sync, names: Sequence[str]) -> int:
    """Make due what waited for one of these ("flow:key"); give how many. Each is judged anew and may wait again."""
    if not names:
        return 0
    sql = (
        "UPDATE integrations_syncrecord SET state = 'due', due_at = now(), changed_at = now() WHERE tenant_id = %s "
        "AND source_identity = %s AND target_identity = %s AND waits_for && %s::varchar[] "
        "AND (state = 'waiting' OR (state = 'skipped' AND code = 'parent_skipped') "
        "OR (state = 'parked' AND code = 'parent_incomplete') OR (state = 'delivered' AND code = %s))"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sync.tenant_id, sync.source_identity, sync.target_identity, list(names), PARTLY])
        return int(cursor.rowcount)


def note_orders(state: RunState, flow: str, column: str, orders: Sequence[tuple[str, int]]) -> None:
    """Raise what is known of records that are not written otherwise: `seen_order` of what was read unchanged, or
    `wanted_order` of a change met while the record is under way."""
    if not orders:
        return
    least = "r.seen_order + 1" if column == "wanted_order" else "0"
    sql = (
        f"UPDATE integrations_syncrecord r SET {column} = GREATEST(r.{column}, w.number, {least}) "  # noqa: S608
        "FROM unnest(%s::text[], %s::bigint[]) AS w(key, number) WHERE r.natural_key = w.key "
        "AND r.tenant_id = %s AND r.source_identity = %s AND r.target_identity = %s AND r.flow = %s"
    )
    keys, numbers = [key for key, _ in orders], [number for _, number in orders]
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys, numbers, *scope(state, flow)])

"""Changing a mapping with safety: what a version does to delivered records, and which parked ones it heals."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.engine.rehearsal.comparing import compare, report_of
from integrations.engine.rehearsal.foreseeing import foresee
from integrations.engine.rehearsal.ground import Ground, plan_of
from integrations.engine.rehearsal.plain import draft_plainly
from integrations.engine.rehearsal.reading import Read, read_keys
from integrations.engine.syncs import replay
from integrations.engine.work import FlowPlan
from integrations.models import Check, SyncRecord
from mappings.models import Mapping as Version
from mappings.models import ValueMap
from mappings.rows_json import definition_from_json
from mappings.validation import maps_read

COMPARED = 200  # delivered records, unless another number is asked for
_HELD_AT_MOST = 2_000
State = SyncRecord.State


def effect_of(ground: Ground, version: Version, *, number: int = COMPARED) -> dict[str, Any]:
    """Compare a version with the one before it on the last delivered records, and try it on what is parked.

    Before a draft is the published version, before a published one that which it replaced. Ready for JSON: `compared`,
    `differ`, `moved`, `records` as `report_of` gives them; `heals`: parked records that the version heals, with their
    ids; `content`: what `content_of_version` gave. Nothing is re-posted by a publication.
    """
    flow = ground.plan(version.flow).flow
    after, before = plan_of(flow, version, ground.fields[flow.slug]), _before(ground, version)
    delivered = _records_of(ground, version.flow, [State.DELIVERED, State.DIFFERENT], number) if before else {}
    held = _records_of(ground, version.flow, [State.PARKED], _HELD_AT_MOST)
    read = _read(ground, flow.slug, [*delivered, *held])
    foresee(ground, read, is_forced=True)
    records = read.records.get(flow.slug, {})
    standing = [records[key] for key in delivered if key in records]
    changes = compare(ground, before, after, standing) if before else []
    return {
        "flow": flow.slug,
        "version": version.version,
        "against": before.mapping_version if before else 0,
        "content": content_of_version(version),
        **report_of(changes, len(standing)),
        "heals": _heals(ground, before, after, held, read),
        "held": len(held),
    }


def _before(ground: Ground, version: Version) -> FlowPlan | None:
    """Give the plan that a version takes the place of; None for the first one."""
    published = ground.versions[version.flow]
    if version.is_draft:
        return ground.plan(version.flow) if not published.is_draft else None
    rows = Version.objects.for_tenant(version.tenant_id).filter(sync_id=version.sync_id, flow=version.flow)
    older = rows.filter(status=Version.Status.RETIRED, published_at__lt=version.published_at)
    found = older.order_by("-published_at").first()
    return plan_of(ground.plan(version.flow).flow, found, ground.fields[version.flow]) if found else None


def with_newest_maps(version: Version) -> Version:
    """Give a published version as a draft that reads the value maps as they stand; it is not stored."""
    return Version(
        tenant_id=version.tenant_id,
        sync_id=version.sync_id,
        flow=version.flow,
        version=version.version,
        rows=version.rows,
        filters=version.filters,
    )


def content_of_version(version: Version) -> str:
    """Digest what a version does: its rows and filters, and the revisions of the value maps that it reads."""
    definition, _ = definition_from_json(version.rows, version.filters)
    maps = ValueMap.objects.for_tenant(version.tenant_id).filter(
        sync_id=version.sync_id, name__in=maps_read(definition)
    )
    revisions = dict(maps.values_list("name", "revision")) if version.is_draft else version.value_maps
    parts = json.dumps([version.rows, version.filters, revisions], sort_keys=True, default=str)
    return hashlib.sha256(parts.encode()).hexdigest()


def _records_of(ground: Ground, flow: str, states: Sequence[str], number: int) -> dict[str, SyncRecord]:
    """Give the newest records in these states, by key."""
    sync = ground.state.sync
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow=flow, state__in=states)
    return {row.natural_key: row for row in rows.order_by("-changed_at")[:number]}


def _read(ground: Ground, flow: str, keys: Sequence[str]) -> Read:
    read = Read()
    read.put(flow, *read_keys(ground, ground.plan(flow).flow, keys))
    return read


def _heals(
    ground: Ground, before: FlowPlan | None, after: FlowPlan, held: Mapping[str, SyncRecord], read: Read
) -> list[dict[str, Any]]:
    """Give the parked records that a version maps and drafts without a fault, and the one before does not."""
    records = [read.records[after.flow.slug][key] for key in held if key in read.records.get(after.flow.slug, {})]
    plans = draft_plainly(ground, before, records) if before else ()
    drafted = {plain.look.record.key for plain in plans if not plain.code}
    healed = []
    for plain in draft_plainly(ground, after, records):
        row = held[plain.look.record.key]
        if plain.code or plain.look.record.key in drafted:
            continue
        healed.append(
            {
                "id": row.pk,
                "key": row.natural_key,
                "label": row.label,
                "code": row.code,
                "reason": row.reason,
                "amount": str(row.amount) if row.amount is not None else "",
                "currency": row.currency,
            }
        )
    return healed


def healed_ids(check: Check) -> list[int]:
    """Give the records that a comparison says are healed and that are parked still."""
    ids = [one["id"] for one in check.report.get("heals", ())]
    rows = SyncRecord.objects.for_tenant(check.tenant_id).filter(sync=check.sync, pk__in=ids, state=State.PARKED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def replay_healed(check: Check, *, actor: str) -> int:
    """Have the parked records tried again that a comparison says are healed; give how many. Publish the draft first.

    Records that were settled meanwhile are left alone. Errors as `replay`.
    """
    wanted = healed_ids(check)
    return replay(check.sync, record_ids=wanted, actor=actor) if wanted else 0

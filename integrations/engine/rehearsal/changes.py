"""Changing a mapping with safety: what a draft would do to delivered records, and which parked ones it would heal."""

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

COMPARED = 200  # delivered records, unless another number is asked for
_HELD_AT_MOST = 2_000
State = SyncRecord.State


def effect_of(ground: Ground, version: Version, *, number: int = COMPARED) -> dict[str, Any]:
    """Compare a draft with the published version on the last delivered records, and try it on what is parked.

    Ready for JSON: `compared`, `differ`, `moved`, `records` as `report_of` gives them; `heals`: parked records that the
    draft would heal, with their ids. Nothing is re-posted by a publication.
    """
    flow = ground.plan(version.flow).flow
    draft = plan_of(flow, version, ground.fields[version.flow])
    delivered = _records_of(ground, version.flow, [State.DELIVERED, State.DIFFERENT], number)
    held = _records_of(ground, version.flow, [State.PARKED], _HELD_AT_MOST)
    read = _read(ground, flow.slug, [*delivered, *held])
    foresee(ground, read, is_forced=True)
    records = read.records.get(flow.slug, {})
    standing = [records[key] for key in delivered if key in records]
    changes = compare(ground, ground.plan(flow.slug), draft, standing)
    return {
        "flow": flow.slug,
        "version": version.version,
        "against": ground.plan(flow.slug).mapping_version,
        **report_of(changes, len(standing)),
        "heals": _heals(ground, draft, held, read),
        "held": len(held),
    }


def _records_of(ground: Ground, flow: str, states: Sequence[str], number: int) -> dict[str, SyncRecord]:
    """Give the newest records in these states, by key."""
    sync = ground.state.sync
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow=flow, state__in=states)
    return {row.natural_key: row for row in rows.order_by("-changed_at")[:number]}


def _read(ground: Ground, flow: str, keys: Sequence[str]) -> Read:
    read = Read()
    read.put(flow, *read_keys(ground, ground.plan(flow).flow, keys))
    return read


def _heals(ground: Ground, draft: FlowPlan, held: Mapping[str, SyncRecord], read: Read) -> list[dict[str, Any]]:
    """Give the parked records that the draft maps and drafts without a fault, and the published version does not."""
    records = [read.records[draft.flow.slug][key] for key in held if key in read.records.get(draft.flow.slug, {})]
    now = {plain.look.record.key: plain for plain in draft_plainly(ground, ground.plan(draft.flow.slug), records)}
    healed = []
    for plain in draft_plainly(ground, draft, records):
        row = held[plain.look.record.key]
        if plain.code or not now[plain.look.record.key].code:
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


def replay_healed(check: Check, *, actor: str) -> int:
    """Have the parked records tried again that a comparison says are healed; give how many. Publish the draft first.

    Records that were settled meanwhile are left alone.
    """
    ids = [one["id"] for one in check.report.get("heals", ())]
    rows = SyncRecord.objects.for_tenant(check.tenant_id).filter(sync=check.sync, pk__in=ids, state=State.PARKED)
    wanted = list(rows.values_list("pk", flat=True))
    return replay(check.sync, record_ids=wanted, actor=actor) if wanted else 0

"""Makes syncs and switches them: one live sync per pair and two identities, every change on record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.record import change_config
from integrations import registry
from integrations.approvals.gate import holds
from integrations.approvals.replays import demand_replay
from integrations.contracts import Flow
from integrations.engine import schedule
from integrations.engine.hits import LOOK_ALIKES
from integrations.engine.references import forget_refused, make_stale
from integrations.engine.rehearsal.readiness import readiness, review_as_shipped
from integrations.engine.standing import LINK, UNDO
from integrations.engine.store import DELETED, READ_AGAIN
from integrations.engine.succession import adopt_records, leave_behind, refuse_overlap, take_up_since
from integrations.errors import ConfigurationError
from integrations.models import Action, Connection, Sync, SyncRecord
from integrations.periods import CODES
from integrations.policies import policies_of, stored_name
from mappings.rows import Row
from mappings.value_maps import ValueMap
from mappings.versions import Start, create_draft, publish_first

_SETTINGS = (
    "name", "schedule", "every_minutes", "at_times", "quiet_from", "quiet_to", "webhooks_on", "start_date", "policies",
)  # fmt: skip


_SWITCHED = [
    "source_identity", "target_identity", "state", "stop_code", "stop_reason", "next_run_at", "next_sweep_at",
]  # fmt: skip


def create_sync(
    *,
    tenant_id: int,
    pair_slug: str,
    name: str,
    source: Connection,
    target: Connection,
    actor: str,
    start_date: date | None = None,
    starts_empty: bool = False,
) -> Sync:
    """Make a sync, switched off, with the pair's usual mappings published as version 1. Raises ConfigurationError.

    Where publishing asks for a second person, they are drafts.

    `starts_empty`: version 1 of each flow is a draft without rows, and value maps hold only what leaves a field empty.
    """
    pair = registry.pair(pair_slug)
    _check_side(tenant_id, source, pair.source)
    _check_side(tenant_id, target, pair.target)
    if target.environment == Connection.Environment.LIVE and source.environment != Connection.Environment.LIVE:
        raise ConfigurationError(
            f"{source.name} is {source.get_environment_display().lower()} and {target.name} is live: test documents "
            "must never reach live books. Choose two of the same kind.",
            code="test_meets_live",
            field="target",
        )
    policies = {stored_name(field): field.choices[0][0] for field in policies_of(pair)}
    with transaction.atomic():
        sync = Sync.objects.create(
            tenant_id=tenant_id,
            pair=pair_slug,
            name=name,
            source=source,
            target=target,
            policies=policies,
            start_date=start_date,
        )
        if starts_empty:
            _begin_empty(sync, pair.flows, actor)
        else:
            _begin_as_usual(sync, pair.flows, actor)
        created = {"pair": pair_slug, "source": source.pk, "target": target.pk, "starts_empty": starts_empty}
        _note(sync, "created", created, actor)
    return sync


def _begin_as_usual(sync: Sync, flows: Sequence[Flow], actor: str) -> None:
    if holds(sync.tenant_id, Action.PUBLISH):
        _begin_as_drafts(sync, flows, actor)
        return
    starts = [
        Start(
            flow=flow.slug,
            rows=tuple(usual_rows(flow, sync.target)),
            filters=flow.default_filters,
            value_maps=tuple(_maps(flow, sync.target)),
        )
        for flow in flows
    ]
    publish_first(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=actor, starts=starts)
    if sync.target.environment == Connection.Environment.SANDBOX:
        review_as_shipped(sync, actor=actor)


def _begin_as_drafts(sync: Sync, flows: Sequence[Flow], actor: str) -> None:
    for flow in flows:
        create_draft(
            tenant_id=sync.tenant_id,
            sync_id=sync.pk,
            flow=flow.slug,
            actor=actor,
            rows=usual_rows(flow, sync.target),
            filters=flow.default_filters,
            value_maps=_maps(flow, sync.target),
        )


def _begin_empty(sync: Sync, flows: Sequence[Flow], actor: str) -> None:
    for flow in flows:
        maps = [
            replace(each, entries=tuple(entry for entry in each.entries if not entry.value))
            for each in flow.default_maps
        ]
        create_draft(tenant_id=sync.tenant_id, sync_id=sync.pk, flow=flow.slug, actor=actor, value_maps=maps)


def usual_rows(flow: Flow, target: Connection) -> list[Row]:
    """Give the rows that a flow's mapping begins with, those for the sandbox where that is the target."""
    extra = flow.sandbox_rows if target.environment == Connection.Environment.SANDBOX else ()
    return list({row.id: row for row in (*flow.default_rows, *extra)}.values())


def _maps(flow: Flow, target: Connection) -> list[ValueMap]:
    extra = flow.sandbox_maps if target.environment == Connection.Environment.SANDBOX else ()
    return list({value_map.name: value_map for value_map in (*flow.default_maps, *extra)}.values())


def _check_side(tenant_id: int, connection: Connection, connector_slug: str) -> None:
    if connection.tenant_id != tenant_id or connection.connector != connector_slug:
        expected = registry.connector(connector_slug).name
        raise ConfigurationError(
            f"{connection.name} is not a connection to {expected}. Choose one that is.", field="connection"
        )


def activate(sync: Sync, *, actor: str) -> None:
    """Switch a sync on. Raises ConfigurationError.

    A side has no good ping; for the first time, a flow is not mapped, or its preview has faults that nobody accepted;
    another live sync joins both systems, or the last run of one that was archived is still under way.
    """
    _refuse_trial(sync)
    for side in (sync.source, sync.target):
        if not side.fingerprint or side.state != Connection.State.GOOD:
            raise ConfigurationError(
                f"{side.name} has no good ping yet. Press Ping your systems first.", code="not_pinged"
            )
    if Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk, state=Sync.State.ACTIVE).exists():
        return
    if sync.state == Sync.State.DRAFT and (missing := readiness(sync)):
        raise ConfigurationError(
            f"{sync.name} is not ready to be switched on. " + " ".join(one.said for one in missing), code="not_ready"
        )
    now = timezone.now()
    before = (sync.source_identity, sync.target_identity)
    sync.source_identity, sync.target_identity = sync.source.fingerprint, sync.target.fingerprint
    sync.state, sync.stop_code, sync.stop_reason, sync.next_run_at = Sync.State.ACTIVE, "", "", now
    sync.next_sweep_at = sync.next_sweep_at or schedule.first_sweep(now)
    try:
        with transaction.atomic():
            refuse_overlap(sync, before)
            sync.save(update_fields=_SWITCHED)
            if any(before) and before != (sync.source_identity, sync.target_identity):
                leave_behind(sync, before, f"until {now:%Y-%m-%d}")
            adopt_records(sync)
            _note(sync, "switched on", {}, actor)
    except IntegrityError as error:
        raise ConfigurationError(
            f"Another sync already joins {sync.source.identity['name']} and {sync.target.identity['name']} for this "
            "pair. Two would post everything twice: use that one, or archive it first.",
            code="second_sync",
        ) from error


def _refuse_trial(sync: Sync) -> None:
    if sync.trial_of_id is not None:
        raise ConfigurationError(
            f"{sync.name} only reverses what it booked. Prove the sync again: that ends the trial.", code="is_trial"
        )


def pause(sync: Sync, *, actor: str) -> None:
    """Switch a sync off; a run under way ends its slice and does not go on."""
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(
        state=Sync.State.PAUSED, wants_run="", next_run_at=None
    )
    sync.refresh_from_db()
    _note(sync, "paused", {}, actor)


def change_sync(sync: Sync, *, changes: Mapping[str, Any], actor: str) -> None:
    """Change schedule, policies, name or start date. Raises ConfigurationError for anything else."""
    foreign = set(changes) - set(_SETTINGS)
    if foreign:
        raise ConfigurationError(f"{sorted(foreign)[0]} cannot be changed on a sync.", field=sorted(foreign)[0])
    for name, value in changes.items():
        setattr(sync, name, value)
    with transaction.atomic():
        sync.save(update_fields=list(changes))
        if "start_date" in changes:
            take_up_since(sync)
        if sync.state == Sync.State.ACTIVE:
            schedule.plan_next(sync)
        _note(sync, "changed", {name: str(value) for name, value in changes.items()}, actor)


def run_now(sync: Sync, *, actor: str) -> None:
    """Ask for a run that reads what is new, as soon as a worker is free."""
    _refuse_trial(sync)
    if sync.state != Sync.State.ACTIVE:
        raise ConfigurationError(f"{sync.name} is not switched on.", code="not_active")
    schedule.ask_for_run(sync, trigger="manual")
    _note(sync, "asked for a run", {}, actor)


def replay(sync: Sync, *, record_ids: Sequence[int], actor: str, approval: int | None = None) -> int:
    """Have records looked at again: held ones are tried anew, delivered ones only read back. Gives how many.

    Above the two-person rule's amount `approval` is the request granted for it; else ConfigurationError.
    """
    with transaction.atomic():
        schedule.lock(sync.pk)
        demand_replay(sync, way="replay", record_ids=record_ids, approval=approval)
        return replay_unasked(sync, record_ids=record_ids, actor=actor)


def replay_unasked(sync: Sync, *, record_ids: Sequence[int], actor: str) -> int:
    """Replay without asking for a second person: for verbs that have asked for all they do. Gives how many.

    What was undone is posted anew: as its next revision, where it still stands in its source. What was parked is judged
    by reference data read afresh: the fix may have been made in the target.
    """
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, pk__in=record_ids)
    standing = [SyncRecord.State.DELIVERED, SyncRecord.State.DIFFERENT]
    again = records.exclude(state__in=[SyncRecord.State.OPEN, SyncRecord.State.UNKNOWN, *standing])
    with transaction.atomic():
        schedule.lock(sync.pk)
        if again.filter(state=SyncRecord.State.PARKED).exists():
            make_stale(sync.target)
            make_stale(sync.source)
        if again.filter(code__in=CODES.values()).exists():
            forget_refused(sync.target)
            forget_refused(sync.source)
        undone = again.filter(decision=UNDO, state=SyncRecord.State.SKIPPED)  # what is yet to be undone goes on
        undone.update(decision="", decision_value="")
        unlinked = again.filter(state=SyncRecord.State.PARKED, code__in=LOOK_ALIKES, decision=LINK)  # it was not there
        unlinked.update(decision="", decision_value="")
        gone = again.filter(state=SyncRecord.State.PARKED, code=DELETED)
        gone.update(state=SyncRecord.State.DIFFERENT)  # looked for again below: it may have been restored
        number = again.update(state=SyncRecord.State.DUE, due_at=timezone.now(), tries=0)
        number += records.filter(state__in=standing).update(code=READ_AGAIN)
        schedule.ask_for_run(sync, trigger="replay")
        _note(sync, "replayed", {"records": list(record_ids)[:100], "number": number}, actor)
    return number


def _note(sync: Sync, action: str, details: Mapping[str, Any], actor: str) -> None:
    change_config(
        tenant_id=sync.tenant_id, actor=actor, subject=f"sync {sync.pk}", action=action, details=dict(details)
    )

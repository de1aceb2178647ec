"""Syncs: list, one of them, switch off and on, ask for a run."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import Field

from audit.models import Run
from integrations.engine import syncs
from integrations.jobs import start_due
from integrations.models import Connection, Sync
from portal.api.access import Caller, caller_of, demand, operation
from portal.api.problem import Refused
from portal.api.values import Asked, Id, Page, PageQuery, page_of
from portal.permissions import Ability
from portal.queries.syncs import newest_runs, open_problem_counts, sync_row, trials_under_way
from portal.words import schedule_sentence

router = Router(tags=["Syncs"])


class Side(Schema):
    """One of the two systems that a sync joins."""

    connection: int
    name: str
    system: str
    environment: Connection.Environment


class SyncShown(Schema):
    """A sync."""

    id: int
    name: str
    pair: str
    source: Side
    target: Side
    state: Sync.State
    health: str = Field(description="How it is, in a word; `health_reason` says why.")
    health_reason: str
    schedule: str = Field(description="When it runs, in a sentence.")
    next_run_at: datetime | None
    last_run: int | None = Field(description="The id of its newest run.")
    open_problems: int


@router.get("", **operation(Ability.VIEW, {200: Page[SyncShown]}))
def list_syncs(request: HttpRequest, paged: PageQuery) -> Page[SyncShown]:
    """List the company's syncs, without what a proof runs just now."""
    caller = caller_of(request)
    rows = _syncs(caller).exclude(pk__in=trials_under_way(caller.tenant).values("pk"))
    return page_of(request, rows, paged, lambda rows: _shown(caller, rows))


@router.get("/{sync_id}", **operation(Ability.VIEW, {200: SyncShown}, 404))
def get_sync(request: HttpRequest, sync_id: Id) -> SyncShown:
    """Give one sync."""
    caller = caller_of(request)
    return _shown(caller, [sync_or_404(caller, sync_id)])[0]


@router.post("/{sync_id}/pause", **operation(Ability.OPERATE, {200: SyncShown}, 404, 409))
def pause_sync(request: HttpRequest, sync_id: Id) -> SyncShown:
    """Switch a sync off; what is in flight is finished."""
    caller = caller_of(request)
    sync = sync_or_404(caller, sync_id)
    if sync.state in (Sync.State.DRAFT, Sync.State.ARCHIVED):
        raise Refused(409, "not_active", f"{sync.name} is not switched on.")
    syncs.pause(sync, actor=caller.actor)
    return _shown(caller, [sync])[0]


@router.post("/{sync_id}/resume", **operation(Ability.OPERATE, {200: SyncShown}, 404, 409))
def resume_sync(request: HttpRequest, sync_id: Id) -> SyncShown:
    """Switch a sync on; for the first time only with a token that may configure."""
    caller = caller_of(request)
    sync = sync_or_404(caller, sync_id)
    if sync.state == Sync.State.DRAFT:
        demand(caller, Ability.CONFIGURE)
    if sync.state == Sync.State.ARCHIVED:
        raise Refused(409, "archived", f"{sync.name} is archived.", next_step="Set up a new sync of this pair.")
    syncs.activate(sync, actor=caller.actor)
    start_due()
    return _shown(caller, [sync_or_404(caller, sync_id)])[0]


@router.post("/{sync_id}/runs", **operation(Ability.OPERATE, {202: Asked}, 404, 409))
def start_run(request: HttpRequest, sync_id: Id) -> Status[Asked]:
    """Ask for a run that reads what is new; it starts as soon as a worker is free and shows among the runs."""
    caller = caller_of(request)
    sync = sync_or_404(caller, sync_id)
    syncs.run_now(sync, actor=caller.actor)
    start_due()
    return Status(202, Asked(message=f"{sync.name} runs as soon as a worker is free.", number=0))


def sync_or_404(caller: Caller, sync_id: int) -> Sync:
    """Give a sync of the caller's company."""
    return get_object_or_404(_syncs(caller), pk=sync_id)


def _syncs(caller: Caller) -> QuerySet[Sync]:
    rows: QuerySet[Sync] = Sync.objects.for_tenant(caller.tenant)
    return rows.select_related("source__tenant", "target__tenant", "tenant")


def _shown(caller: Caller, rows: list[Sync]) -> list[SyncShown]:
    runs = newest_runs(caller.tenant, [sync.pk for sync in rows])
    problems = open_problem_counts(caller.tenant)
    return [_show(sync, runs.get(sync.pk), problems.get(sync.pk, 0)) for sync in rows]


def _show(sync: Sync, last_run: Run | None, problems: int) -> SyncShown:
    health = sync_row(sync, last_run, problems).health
    return SyncShown(
        id=sync.pk,
        name=sync.name,
        pair=sync.pair,
        source=_side(sync.source),
        target=_side(sync.target),
        state=Sync.State(sync.state),
        health=health.word,
        health_reason=health.meaning,
        schedule=schedule_sentence(sync),
        next_run_at=sync.next_run_at,
        last_run=last_run.pk if last_run else None,
        open_problems=problems,
    )


def _side(connection: Connection) -> Side:
    return Side(
        connection=connection.pk,
        name=connection.name,
        system=connection.connector,
        environment=Connection.Environment(connection.environment),
    )

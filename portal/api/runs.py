"""Runs: list, one of them with its counts, its attempts, cancelling it."""

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from audit.models import Attempt, Run
from audit.queries import attempts_of_run
from integrations.engine.cancel import cancel_run
from portal.api.access import Caller, caller_of, operation
from portal.api.values import Id, Number, Page, Paged, PageQuery, page_of
from portal.causes import cause_of
from portal.permissions import Ability
from portal.queries.syncs import sides_of

router = Router(tags=["Runs"])
RunState = Literal["running", "done", "yielded", "failed", "lost", "cancelled"]


class RunShown(Schema):
    """One execution of a sync."""

    id: int
    sync: int
    pair: str
    state: str = Field(description="running, yielded, done, failed, lost or cancelled.")
    trigger: str
    actor: str
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, dict[str, int]] = Field(description="Records by flow and state.")
    code: str
    message: str
    next_step: str = Field(description="What mends it, where it failed.")


class AttemptShown(Schema):
    """One operation tried on one record."""

    id: int
    run: int
    record: int
    flow: str
    natural_key: str
    operation: str
    revision: int
    reference: str
    mapping_version: int
    external_id: str
    outcome: str
    code: str
    message: str
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


class RunQuery(Paged):
    """Which runs."""

    sync: Number | None = None
    state: RunState | None = None
    trigger: Run.Trigger | None = None


@router.get("", **operation(Ability.VIEW, {200: Page[RunShown]}))
def list_runs(request: HttpRequest, wanted: Annotated[RunQuery, Query()]) -> Page[RunShown]:
    """List runs, newest first."""
    named = {"sync_id": wanted.sync, "state": wanted.state, "trigger": wanted.trigger}
    rows = _runs(caller_of(request)).filter(**{name: value for name, value in named.items() if value})
    return page_of(request, rows, wanted, lambda runs: [show_run(run) for run in runs])


@router.get("/{run_id}", **operation(Ability.VIEW, {200: RunShown}, 404))
def get_run(request: HttpRequest, run_id: Id) -> RunShown:
    """Give one run."""
    return show_run(run_or_404(caller_of(request), run_id))


@router.get("/{run_id}/attempts", **operation(Ability.VIEW, {200: Page[AttemptShown]}, 404))
def list_attempts(request: HttpRequest, run_id: Id, paged: PageQuery) -> Page[AttemptShown]:
    """List what a run tried, newest first."""
    run = run_or_404(caller_of(request), run_id)
    return page_of(request, attempts_of_run(run), paged, lambda rows: [show_attempt(each) for each in rows])


@router.post("/{run_id}/cancel", **operation(Ability.OPERATE, {200: RunShown}, 404, 409))
def cancel(request: HttpRequest, run_id: Id) -> RunShown:
    """Have a run end as soon as its calls in flight are answered; what is left stays due."""
    caller = caller_of(request)
    run = run_or_404(caller, run_id)
    cancel_run(run, actor=caller.actor)
    return show_run(run)


def run_or_404(caller: Caller, run_id: int) -> Run:
    """Give a run of the caller's company."""
    return get_object_or_404(_runs(caller), pk=run_id)


def _runs(caller: Caller) -> QuerySet[Run]:
    rows: QuerySet[Run] = Run.objects.for_tenant(caller.tenant)
    return rows


def show_run(run: Run) -> RunShown:
    """Show a run."""
    return RunShown(
        id=run.pk,
        sync=run.sync_id,
        pair=run.pair,
        state=run.state,
        trigger=run.trigger,
        actor=run.actor,
        started_at=run.started_at,
        ended_at=run.ended_at,
        counts=run.counts,
        code=run.code,
        message=run.message,
        next_step=cause_of(run.code, *sides_of(run.pair)).fix if run.code else "",
    )


def show_attempt(attempt: Attempt) -> AttemptShown:
    """Show an attempt without what it holds."""
    return AttemptShown(
        id=attempt.pk,
        run=attempt.run_id,
        record=attempt.record_id,
        flow=attempt.flow,
        natural_key=attempt.natural_key,
        operation=attempt.operation,
        revision=attempt.revision,
        reference=attempt.reference,
        mapping_version=attempt.mapping_version,
        external_id=attempt.external_id,
        outcome=attempt.outcome,
        code=attempt.code,
        message=attempt.message,
        opened_at=attempt.opened_at,
        answered_at=attempt.answered_at,
        closed_at=attempt.closed_at,
    )

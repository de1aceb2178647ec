"""Backfills: have documents posted that a sync's start date keeps out; pause, resume, give up."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from integrations.engine import backfill as verbs
from integrations.jobs import start_due
from integrations.models import Backfill
from portal.api.access import Caller, caller_of, operation
from portal.api.problem import Refused
from portal.api.syncs import sync_or_404
from portal.api.values import Day, Id, Money, Number, Page, Paged, money, page_of
from portal.permissions import Ability

router = Router(tags=["Backfills"])
BackfillState = Literal["running", "paused", "done", "ended"]  # an enumeration would be named as that of syncs


class Days(Schema):
    """Which days of which sync, both included."""

    sync: Number
    start: Day
    end: Day


class Counted(Schema):
    """What was counted of one kind in one currency when it was asked for."""

    flow: str
    records: int
    total: Money | None = Field(description="Null where documents carry no amount.")


class BackfillShown(Schema):
    """A backfill."""

    id: int
    sync: int
    start: date
    end: date
    state: BackfillState
    records: int = Field(description="How many documents it was asked for.")
    totals: list[Counted]
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


class BackfillInFull(BackfillShown):
    """A backfill with how far it is."""

    left: int = Field(description="Documents that it has still to take up.")
    held: int = Field(description="Documents of its days that wait for somebody or something.")


class BackfillQuery(Paged):
    """Which backfills."""

    sync: Number | None = None


@router.get("", **operation(Ability.VIEW, {200: Page[BackfillShown]}))
def list_backfills(request: HttpRequest, wanted: Annotated[BackfillQuery, Query()]) -> Page[BackfillShown]:
    """List backfills, the newest first."""
    rows = _backfills(caller_of(request))
    rows = rows.filter(sync_id=wanted.sync) if wanted.sync else rows
    return page_of(request, rows, wanted, lambda found: [BackfillShown(**_head(each)) for each in found])


@router.get("/{backfill_id}", **operation(Ability.VIEW, {200: BackfillInFull}, 404))
def get_backfill(request: HttpRequest, backfill_id: Id) -> BackfillInFull:
    """Give one backfill with how far it is."""
    return _in_full(_backfill_or_404(request, backfill_id))


@router.post("", **operation(Ability.MAP, {202: BackfillInFull}, 400, 404, 409))
def start_backfill(request: HttpRequest, given: Days) -> Status[BackfillInFull]:
    """Have the documents of these days posted, after all new ones; of a sync one backfill at a time."""
    caller = caller_of(request)
    sync = sync_or_404(caller, given.sync)
    if given.end < given.start:
        raise Refused(422, "invalid", "The days end before they begin.", field="end")
    made = verbs.start_backfill(sync, start=given.start, end=given.end, actor=caller.actor)
    start_due()
    return Status(202, _in_full(made))


@router.post("/{backfill_id}/pause", **operation(Ability.MAP, {200: BackfillInFull}, 404, 409))
def pause_backfill(request: HttpRequest, backfill_id: Id) -> BackfillInFull:
    """Take up nothing more until it is resumed; what was taken up goes its way."""
    return _switched(request, backfill_id, verbs.pause_backfill)


@router.post("/{backfill_id}/resume", **operation(Ability.MAP, {200: BackfillInFull}, 404, 409))
def resume_backfill(request: HttpRequest, backfill_id: Id) -> BackfillInFull:
    """Go on where it was paused."""
    return _switched(request, backfill_id, verbs.resume_backfill)


@router.post("/{backfill_id}/end", **operation(Ability.MAP, {200: BackfillInFull}, 404, 409))
def end_backfill(request: HttpRequest, backfill_id: Id) -> BackfillInFull:
    """Give a backfill up: what it posted stays, what it did not reach stays out."""
    return _switched(request, backfill_id, verbs.end_backfill)


def _switched(request: HttpRequest, backfill_id: int, act: Callable[..., None]) -> BackfillInFull:
    backfill = _backfill_or_404(request, backfill_id)
    act(backfill, actor=caller_of(request).actor)
    start_due()
    return _in_full(backfill)


def _backfill_or_404(request: HttpRequest, backfill_id: int) -> Backfill:
    return get_object_or_404(_backfills(caller_of(request)).select_related("sync"), pk=backfill_id)


def _backfills(caller: Caller) -> QuerySet[Backfill]:
    rows: QuerySet[Backfill] = Backfill.objects.for_tenant(caller.tenant)
    return rows


def _in_full(backfill: Backfill) -> BackfillInFull:
    progress = verbs.progress_of(backfill)
    return BackfillInFull(**_head(backfill), left=progress.left, held=progress.held)


def _head(backfill: Backfill) -> dict[str, Any]:
    return {
        "id": backfill.pk,
        "sync": backfill.sync_id,
        "start": backfill.start,
        "end": backfill.end,
        "state": backfill.state,
        "records": backfill.records,
        "totals": [_counted(line) for line in backfill.totals],
        "asked_by": backfill.asked_by,
        "asked_at": backfill.asked_at,
        "ended_at": backfill.ended_at,
    }


def _counted(line: dict[str, Any]) -> Counted:
    total = money(Decimal(line["total"]), line["currency"]) if line["currency"] else None
    return Counted(flow=line["flow"], records=line["records"], total=total)

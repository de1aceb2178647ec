"""Reconciliations: have a period reconciled, read what was found, explain differences, sign off."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from audit.record import change_config
from integrations.engine.reconcile.report import Difference, Line, Total
from integrations.engine.reconcile.signing import mark, sign
from integrations.engine.rehearsal.stored import ask
from integrations.models import Check, Reconciliation, Sync
from portal.api.access import Caller, caller_of, operation
from portal.api.problem import Refused
from portal.api.syncs import sync_or_404
from portal.api.values import Day, Id, Money, Number, Page, Paged, Reason, money, page_of
from portal.forms.reconciliation import LONGEST_DAYS
from portal.permissions import Ability
from portal.queries.reconciliation import Shown, reconciliations_of, shown, standing_of

router = Router(tags=["Reconciliation"])
RECONCILABLE = (Sync.State.ACTIVE, Sync.State.PAUSED, Sync.State.STOPPED)
DifferenceName = Annotated[str, StringConstraints(min_length=1, max_length=900, pattern=r"^[^\x00]*$")]


class Wanted(Schema):
    """Which days of which sync, both included."""

    sync: Number
    start: Day
    end: Day
    open_items: bool = Field(True, description="Tie out what is open at the period's end, too.")


class AskedFor(Schema):
    """A reconciliation that workers make, or made."""

    id: int
    state: str = Field(description="asked, running, done or failed.")
    reason: str = Field(description="Why it failed.")
    step: str
    reconciliation: int | None = Field(description="What it found, once it is done.")


class ReconciliationShown(Schema):
    """What the reconciliation of a period found."""

    id: int
    sync: int
    start: date
    end: date
    standing: str = Field(description="ties, differs, signed, or stale: changed since it was signed.")
    made_by: str
    made_at: datetime
    signed_by: str
    signed_at: datetime | None


class SideTotal(Schema):
    """One side's control total."""

    n: int
    total: Money


class LineShown(Schema):
    """One kind of document in one currency."""

    kind: str
    label: str
    source: SideTotal
    trail: SideTotal
    target: SideTotal
    difference: Money
    agrees: bool


class DifferenceShown(Schema):
    """One document that does not agree."""

    name: str = Field(description="What an explanation names it by.")
    kind: str
    flow: str
    id: str
    label: str
    source: Money | None
    target: Money | None
    detail: str
    action: str = Field(description="What heals it.")
    record: int | None
    external_id: str
    explained_by: str
    reason: str


class ReconciliationInFull(ReconciliationShown):
    """A reconciliation with its lines and differences."""

    digest: str = Field(description="Of what was signed.")
    lines: list[LineShown]
    differences: list[DifferenceShown]
    open_differences: list[str] = Field(description="Names of open amounts that do not agree and are not explained.")


class ReconciliationQuery(Paged):
    """Which reconciliations."""

    sync: Number | None = None


class Explanation(Schema):
    """Why differences are as they should be."""

    differences: list[DifferenceName] = Field(min_length=1, max_length=1000)
    reason: Reason


@router.get("", **operation(Ability.VIEW, {200: Page[ReconciliationShown]}))
def list_reconciliations(
    request: HttpRequest, wanted: Annotated[ReconciliationQuery, Query()]
) -> Page[ReconciliationShown]:
    """List reconciliations, the newest first."""
    rows = reconciliations_of(caller_of(request).tenant)
    rows = rows.filter(sync_id=wanted.sync) if wanted.sync else rows
    return page_of(request, rows, wanted, lambda found: [ReconciliationShown(**_head(each)) for each in found])


@router.post("", **operation(Ability.OPERATE, {202: AskedFor}, 400, 404, 409))
def start_reconciliation(request: HttpRequest, given: Wanted) -> Status[AskedFor]:
    """Have a period reconciled by a worker. Nothing is written to either system."""
    caller = caller_of(request)
    sync = sync_or_404(caller, given.sync)
    if sync.state not in RECONCILABLE:
        raise Refused(409, "not_active", f"{sync.name} was never switched on, or is archived.")
    if not 0 <= (given.end - given.start).days < LONGEST_DAYS:
        raise Refused(422, "invalid", "The period ends before it begins, or is longer than a year.", field="end")
    params = {"start": str(given.start), "end": str(given.end), "open_items": given.open_items}
    check = ask(sync, Check.Kind.RECONCILIATION, actor=caller.actor, params=params)
    if check.params != params:
        raise Refused(409, "under_way", f"{sync.name} is being reconciled already.", next_step="Ask again afterwards.")
    return Status(202, _asked(check))


@router.get("/asked/{check_id}", **operation(Ability.VIEW, {200: AskedFor}, 404))
def get_asked(request: HttpRequest, check_id: Id) -> AskedFor:
    """Tell how far a reconciliation is that was asked for."""
    rows = Check.objects.for_tenant(caller_of(request).tenant).filter(kind=Check.Kind.RECONCILIATION)
    return _asked(get_object_or_404(rows, pk=check_id))


@router.get("/{reconciliation_id}", **operation(Ability.VIEW, {200: ReconciliationInFull}, 404))
def get_reconciliation(request: HttpRequest, reconciliation_id: Id) -> ReconciliationInFull:
    """Give what was found, line by line and difference by difference."""
    return _in_full(shown_or_404(caller_of(request), reconciliation_id))


@router.post("/{reconciliation_id}/explain", **operation(Ability.MAP, {200: ReconciliationInFull}, 400, 404, 409))
def explain_differences(request: HttpRequest, reconciliation_id: Id, given: Explanation) -> ReconciliationInFull:
    """Explain differences with a reason, so that they no longer stand in the way of signing."""
    caller = caller_of(request)
    found = shown_or_404(caller, reconciliation_id)
    mark(found.reconciliation, given.differences, reason=given.reason, actor=caller.actor)
    return _in_full(shown_or_404(caller, reconciliation_id))


@router.post("/{reconciliation_id}/sign", **operation(Ability.MAP, {200: ReconciliationInFull}, 404, 409))
def sign_reconciliation(request: HttpRequest, reconciliation_id: Id) -> ReconciliationInFull:
    """Sign a period off: its report is frozen, and its digest goes into the sealed trail."""
    caller = caller_of(request)
    held = shown_or_404(caller, reconciliation_id).reconciliation
    with transaction.atomic():
        sign(held, actor=caller.user.email)  # a person signs, who is told when something lands in the period later
        subject, action = f"reconciliation {held.pk}", "signed off through the API"
        change_config(tenant_id=held.tenant_id, actor=caller.actor, subject=subject, action=action)
    return _in_full(shown_or_404(caller, reconciliation_id))


def shown_or_404(caller: Caller, reconciliation_id: int) -> Shown:
    """Give a reconciliation of the caller's company."""
    try:
        return shown(caller.tenant, reconciliation_id)
    except Reconciliation.DoesNotExist as error:
        raise Http404("No such reconciliation.") from error


def _asked(check: Check) -> AskedFor:
    return AskedFor(
        id=check.pk,
        state=check.state,
        reason=check.reason or check.report.get("not_tied_out", ""),
        step=check.report.get("step", ""),
        reconciliation=check.report.get("reconciliation"),
    )


def _head(held: Reconciliation) -> dict[str, Any]:
    return {
        "id": held.pk,
        "sync": held.sync_id,
        "start": held.start,
        "end": held.end,
        "standing": standing_of(held),
        "made_by": held.made_by,
        "made_at": held.made_at,
        "signed_by": held.signed_by,
        "signed_at": held.signed_at,
    }


def _in_full(found: Shown) -> ReconciliationInFull:
    return ReconciliationInFull(
        **_head(found.reconciliation),
        digest=found.reconciliation.digest,
        lines=[_line(row.line, row.agrees) for row in found.matrix],
        differences=[_difference(row.difference, row.explained_by, row.reason) for row in found.differences],
        open_differences=[each.name for each in found.open_differences if not each.explained_by],
    )


def _line(line: Line, agrees: bool) -> LineShown:
    source, trail, target = (_side(total, line.currency) for total in (line.source, line.trail, line.target))
    difference = money(line.difference, line.currency)
    return LineShown(
        kind=line.kind, label=line.label, source=source, trail=trail, target=target, difference=difference,
        agrees=agrees,
    )  # fmt: skip


def _side(total: Total, currency: str) -> SideTotal:
    return SideTotal(n=total.n, total=money(total.total, currency))


def _difference(each: Difference, explained_by: str, reason: str) -> DifferenceShown:
    return DifferenceShown(
        name=each.name,
        kind=each.kind,
        flow=each.flow,
        id=each.id,
        label=each.label,
        source=money(each.source, each.currency) if each.source is not None else None,
        target=money(each.target, each.currency) if each.target is not None else None,
        detail=each.detail,
        action=each.action,
        record=each.record_id or None,
        external_id=each.external_id,
        explained_by=explained_by,
        reason=reason,
    )

"""Undo: of a record, of all that a run booked, or of a day; the plan is shown first, and a reason is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.models import Run
from integrations.engine.undo import Plan, Scope, plan_undo, undo
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Sync, SyncRecord
from portal.permissions import Ability
from portal.queries.records import day_of
from portal.queries.syncs import flow_label, flows_of
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.records import record_or_404
from portal.views.syncs import sync_or_404

RECORDS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What somebody wants undone, what it is called, and where its page is."""

    sync: Sync
    scope: Scope
    name: str
    url: str


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def record_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one record."""
    record = record_or_404(request, pk)
    wanted = Undoing(
        sync=sync_or_404(request, record.sync_id),
        scope=Scope(record_id=record.pk),
        name=str(record),
        url=reverse("record_detail", args=[pk]),
    )
    return _undo(request, wanted)


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def run_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo all that a run booked."""
    run = get_object_or_404(Run.objects.for_tenant(current_tenant(request)), pk=pk)
    wanted = Undoing(
        sync=sync_or_404(request, run.sync_id),
        scope=Scope(run_id=run.pk),
        name=f"all that run {run.pk} booked",
        url=reverse("run_detail", args=[pk]),
    )
    return _undo(request, wanted)


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def day_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo all that a sync booked on a day (`?day=2026-11-21`)."""
    sync = sync_or_404(request, pk)
    day = day_of(request.GET.get("day", ""))
    if day is None:
        raise Http404("Say which day.")
    wanted = Undoing(
        sync=sync,
        scope=Scope(day=day),
        name=f"all that was booked on {day.day} {day:%B %Y}",
        url=reverse("sync_detail", args=[pk]),
    )
    return _undo(request, wanted)


def _undo(request: HttpRequest, wanted: Undoing) -> HttpResponse:
    if request.method == "POST":
        return _do(request, wanted)
    try:
        plan = plan_undo(wanted.sync, wanted.scope)
    except ConfigurationError as refusal:
        return render(request, "undo/nothing.html", {"wanted": wanted, "reason": refusal.message})
    every = _in_order(wanted.sync, plan)
    shown = {
        "wanted": wanted,
        "plan": plan,
        "rows": [(record, flow_label(wanted.sync.pair, record.flow)) for record in every[:RECORDS_SHOWN]],
        "children": {record.pk for record in plan.children},
        "more": max(len(every) - RECORDS_SHOWN, 0),
        "number": len(every),
        "lines": _lines(wanted.sync, every),
        "crumbs": crumbs((wanted.sync.name, reverse("sync_detail", args=[wanted.sync.pk])), "Undo"),
    }
    return render(request, "undo/plan.html", shown)


def _do(request: HttpRequest, wanted: Undoing) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:500]
    try:
        plan = undo(wanted.sync, scope=wanted.scope, actor=current_user(request).email, reason=reason)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, f"{_number(plan)} being reversed. Nothing is deleted.")
    return redirect(wanted.url)


def _number(plan: Plan) -> str:
    number = len(plan.records) + len(plan.children)
    return "1 document is" if number == 1 else f"{number:,} documents are"


def _in_order(sync: Sync, plan: Plan) -> list[SyncRecord]:
    """List what is applied before what it is applied to, refunds and payments before invoices; newest first."""
    flows = [flow.slug for flow in flows_of(sync.pair)]
    place = {slug: number for number, slug in enumerate(reversed(flows))}
    newest = sorted(
        (*plan.children, *plan.records), key=lambda each: (str(each.document_date or ""), each.pk), reverse=True
    )
    return sorted(newest, key=lambda each: place.get(each.flow, len(place)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is reversed of one kind in one currency."""

    kind: str
    currency: str
    number: int
    total: Decimal


def _lines(sync: Sync, records: Sequence[SyncRecord]) -> list[Line]:
    """Add up what is reversed by kind and currency, in the order of the plan: kinds have different signs."""
    found: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for record in records:
        found[(record.flow, record.currency)].append(record.amount or Decimal(0))
    kinds = list(dict.fromkeys(record.flow for record in records))
    return [
        Line(kind=flow_label(sync.pair, flow), currency=currency, number=len(some), total=sum(some, Decimal(0)))
        for (flow, currency), some in sorted(found.items(), key=lambda each: (kinds.index(each[0][0]), each[0][1]))
    ]

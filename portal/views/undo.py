"""Undo: of a record, of all that a run booked, or of a day; the plan is shown first, and a reason is kept."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.models import Run
from integrations.approvals.requests import REASON_CHARS
from integrations.engine.undo import Scope, is_held, plan_undo, undo
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Sync
from portal.approvals.deciding import ask_for
from portal.approvals.kinds import make_out
from portal.approvals.undoing import being_reversed
from portal.permissions import Ability
from portal.queries.records import day_of
from portal.queries.undo import plan_shown
from portal.tenancy import current_membership, current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.approvals import ASKED
from portal.views.records import record_or_404
from portal.views.syncs import sync_or_404


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What somebody wants undone, what it is called, and where its page is."""

    sync: Sync
    scope: Scope
    name: str
    url: str

    @property
    def what(self) -> dict[str, Any]:
        """Give it as a request for a second person keeps it."""
        scope = self.scope
        day = scope.day.isoformat() if scope.day else None
        return {"sync": self.sync.pk, "record": scope.record_id, "run": scope.run_id, "day": day}


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
    shown = {
        "wanted": wanted,
        **plan_shown(wanted.sync, plan),
        "is_held": is_held(wanted.sync, wanted.scope),
        "crumbs": crumbs((wanted.sync.name, reverse("sync_detail", args=[wanted.sync.pk])), "Undo"),
    }
    return render(request, "undo/plan.html", shown)


def _do(request: HttpRequest, wanted: Undoing) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:REASON_CHARS]
    try:
        if is_held(wanted.sync, wanted.scope):
            made = make_out(current_tenant(request), "undo", wanted.what)
            asked = ask_for(made, membership=current_membership(request), reason=reason)
            messages.success(request, ASKED)
            return redirect("approval_detail", pk=asked.pk)
        plan = undo(wanted.sync, scope=wanted.scope, actor=current_user(request).email, reason=reason)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, f"{being_reversed(plan)} Nothing is deleted.")
    return redirect(wanted.url)

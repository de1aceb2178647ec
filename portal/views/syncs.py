"""Syncs: the list, one of them with what it does, and its switches."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit.queries import changes_of
from integrations.engine import syncs
from integrations.engine.ping import ping
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Sync
from portal.causes import cause_of
from portal.permissions import Ability
from portal.pings import panels
from portal.queries.causes import held_up
from portal.queries.syncs import (
    flow_rows,
    pair_of,
    recent_runs,
    sync_row,
    sync_rows,
)
from portal.runs import is_awaited, run_view
from portal.systems import system
from portal.tenancy import current_tenant, current_user, may, requires
from portal.ui import crumbs
from portal.words import policy_facts, schedule_sentence

CHANGES_SHOWN = 8
CAUSES_SHOWN = 5


@requires(Ability.VIEW)
@require_safe
def sync_list(request: HttpRequest) -> HttpResponse:
    """List the company's syncs: whether they are on, when they run, how the last run went."""
    rows = [(row, schedule_sentence(row.sync)) for row in sync_rows(current_tenant(request))]
    return render(request, "syncs/list.html", {"rows": rows})


@requires(Ability.VIEW)
@require_safe
def sync_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one sync: what it does now, its flows, what holds it up, its settings."""
    sync = sync_or_404(request, pk)
    sides = panels((sync.source, sync.target))
    page = {
        **_activity(sync),
        "row": sync_row(sync, None),
        "panels": sides,
        "sides_are_good": all(each.connection.state == "good" for each in sides),
        "problems": held_up(sync.tenant, str(sync.pk))[:CAUSES_SHOWN],
        "stop": cause_of(sync.stop_code, sync.source, sync.target) if sync.stop_code else None,
        "changes": changes_of(sync.tenant_id, f"sync {sync.pk}")[:CHANGES_SHOWN],
        "runs": [run_view(run) for run in recent_runs(sync)],
        "schedule": schedule_sentence(sync),
        "policies": policy_facts(pair_of(sync.pair), sync.policies),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), sync.name),
    }
    return render(request, "syncs/detail.html", page)


@requires(Ability.VIEW)
@require_safe
def sync_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the part of a sync's page that changes while it runs."""
    return render(request, "syncs/activity.html", _activity(sync_or_404(request, pk)))


@requires(Ability.OPERATE)
@require_POST
def sync_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a sync on; for the first time only by those who may configure it."""
    sync = sync_or_404(request, pk)
    if sync.state == Sync.State.DRAFT and not may(request, Ability.CONFIGURE):
        raise PermissionDenied("An owner or admin switches a sync on for the first time.")
    try:
        syncs.activate(sync, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        is_by_hand = sync.schedule == Sync.Schedule.MANUAL
        onward = "Press Run now to start a run." if is_by_hand else "Its first run starts as soon as a worker is free."
        messages.success(request, f"{sync.name} is on. {onward}")
    return redirect("sync_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def sync_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a sync off; what is in flight is finished."""
    sync = sync_or_404(request, pk)
    syncs.pause(sync, actor=current_user(request).email)
    messages.success(request, f"{sync.name} is paused. A run under way ends by itself; nothing is lost.")
    return redirect("sync_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def sync_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a sync now."""
    sync = sync_or_404(request, pk)
    try:
        syncs.run_now(sync, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, f"{refusal.message} Switch it on first.")
    else:
        start_due()
        messages.success(request, "Asked for. It starts as soon as a worker is free.")
    return redirect("sync_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def sync_ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Ping both sides: where scripts run each panel pings itself, else one after the other."""
    sync = sync_or_404(request, pk)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": "ping"})
    for side in (sync.source, sync.target):
        ping(side, actor=current_user(request).email)
    return redirect(f"{reverse('sync_detail', args=[pk])}#pings")


def sync_or_404(request: HttpRequest, pk: int) -> Sync:
    """Give a sync of the company in use, with both sides."""
    tenant = current_tenant(request)
    rows = Sync.objects.for_tenant(tenant).select_related("source__tenant", "target__tenant", "tenant")
    return get_object_or_404(rows, pk=pk)


def _activity(sync: Sync) -> dict[str, object]:
    runs = recent_runs(sync, 1)
    latest = run_view(runs[0]) if runs else None
    flows = flow_rows(sync)
    return {
        "sync": sync,
        "latest": latest,
        "is_awaited": is_awaited(sync),
        "is_busy": is_awaited(sync) or (latest is not None and latest.is_under_way),
        "flows": flows,
        "has_records": any(flow.total for flow in flows),
        "target_name": system(sync.target.connector).name,
    }

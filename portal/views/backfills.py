"""Backfills: what the start date keeps out of a range is counted first, then posted in bites that can be paused."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from integrations.engine import backfill as verbs
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Backfill, Sync
from portal.permissions import Ability
from portal.queries.records import day_of
from portal.queries.syncs import flow_label
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.syncs import sync_or_404

EARLIER_SHOWN = 20
_UNDER_WAY = (Backfill.State.RUNNING, Backfill.State.PAUSED)
_SWITCHES: dict[str, tuple[Callable[..., None], str]] = {
    "pause": (verbs.pause_backfill, "Paused. What was taken up already goes its way; nothing more is."),
    "resume": (verbs.resume_backfill, "It goes on where it was paused."),
    "end": (verbs.end_backfill, "Given up. What it posted stays; the rest is left out as before."),
}


@requires(Ability.VIEW)
@require_safe
def sync_backfill(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a backfill of the given days would post, the one under way, and the earlier ones."""
    sync = sync_or_404(request, pk)
    backfills = Backfill.objects.for_tenant(current_tenant(request)).filter(sync=sync)
    under_way = backfills.filter(state__in=_UNDER_WAY).first()
    shown = {
        "sync": sync,
        "given": {name: request.GET.get(name, "") for name in ("start", "end")},
        "under_way": _shown(under_way) if under_way else None,
        "earlier": backfills.exclude(state__in=_UNDER_WAY).order_by("-id")[:EARLIER_SHOWN],
        "crumbs": crumbs(
            ("Syncs", reverse("sync_list")), (sync.name, reverse("sync_detail", args=[pk])), "Older documents"
        ),
        **_counted(request, sync),
    }
    return render(request, "backfills/index.html", shown)


@requires(Ability.MAP)
@require_POST
def backfill_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Start a backfill of the posted days, or pause, resume or give up the one under way."""
    sync, actor = sync_or_404(request, pk), current_user(request).email
    try:
        if step == "start":
            told = _start(request, sync, actor)
        elif step in _SWITCHES:
            told = _switch(sync, step, actor)
        else:
            raise Http404("No such step.")
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, told)
    return redirect("sync_backfill", pk=pk)


def _start(request: HttpRequest, sync: Sync, actor: str) -> str:
    days = _days(request.POST.get("start", ""), request.POST.get("end", ""))
    if days is None:
        raise ConfigurationError("Give both days, the first one first.", code="no_days")
    asked = verbs.start_backfill(sync, start=days[0], end=days[1], actor=actor)
    return f"{asked.records:,} documents are being posted, after all new ones."


def _switch(sync: Sync, step: str, actor: str) -> str:
    under_way = Backfill.objects.for_tenant(sync.tenant_id).filter(sync=sync, state__in=_UNDER_WAY).first()
    if under_way is None:
        raise ConfigurationError("No backfill is under way: it has ended meanwhile.", code="ended")
    act, told = _SWITCHES[step]
    act(under_way, actor=actor)
    return told


def _days(start: str, end: str) -> tuple[date, date] | None:
    first, last = day_of(start), day_of(end)
    return (first, last) if first and last and first <= last else None


def _counted(request: HttpRequest, sync: Sync) -> dict[str, Any]:
    """Count the days asked for, if they are days."""
    days = _days(request.GET.get("start", ""), request.GET.get("end", ""))
    if days is None:
        return {"is_refused": bool(request.GET)}
    seen = verbs.preview_backfill(sync, start=days[0], end=days[1])
    return {"seen": seen, "lines": [(flow_label(sync.pair, line.flow), line) for line in seen.lines]}


def _shown(backfill: Backfill) -> dict[str, Any]:
    progress = verbs.progress_of(backfill)
    done = max(backfill.records - progress.left, 0)
    return {"backfill": backfill, "done": done, "held": progress.held}

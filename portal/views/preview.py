"""Previews of records, rehearsals of date ranges, proofs of mappings: what would be booked, with nothing written."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.engine.rehearsal.stored import accept_fault, ask, latest
from integrations.errors import ConfigurationError
from integrations.models import Check, Sync
from portal.permissions import Ability
from portal.queries.mappings import version_list
from portal.queries.preview import Look, missing_of, preview_of, rehearsal_of
from portal.queries.proof import drafts_of, proof_of, proved_flows
from portal.queries.syncs import flow_label, flows_of
from portal.systems import system
from portal.tenancy import current_user, requires
from portal.timeline import reading_side, writing_side
from portal.ui import Tab
from portal.views.mappings import crumbs_of
from portal.views.syncs import sync_or_404


@requires(Ability.VIEW)
@require_safe
def sync_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a flow's newest preview: records, their values, drafts and entries."""
    sync = sync_or_404(request, pk)
    flow = _flow_or_404(sync, request.GET.get("flow", ""))
    page = {
        "sync": sync,
        "flow": flow,
        "flow_label": flow_label(sync.pair, flow),
        "source": system(reading_side(sync, flow).connector),
        "target": system(writing_side(sync, flow).connector),
        "look": preview_of(sync, flow),
        "versions": version_list(sync, flow),
        "missing": missing_of(sync),
        "tabs": [_tab(sync, each.slug, each.label, flow) for each in flows_of(sync.pair)],
        "crumbs": crumbs_of(sync, "Preview"),
    }
    return render(request, "preview/index.html", page)


@requires(Ability.OPERATE)
@require_POST
def preview_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a preview made: of examples of every kind, of the latest, or of records by id."""
    sync = sync_or_404(request, pk)
    flow, version = _flow_or_404(sync, request.POST.get("flow", "")), request.POST.get("version", "")
    keys = request.POST.get("keys", "").replace(",", " ").split()[:20]
    choice = "latest" if request.POST.get("choice") == "latest" else "examples"
    params = {"keys": keys, "choice": choice, "version": int(version) if version.isdecimal() else 0}
    ask(sync, Check.Kind.PREVIEW, flow=flow, params=params, actor=current_user(request).email)
    messages.success(request, "Asked for. Records are read and drafted; nothing is written.")
    return redirect(f"{reverse('sync_preview', args=[pk])}?flow={flow}")


@requires(Ability.MAP)
@require_POST
def preview_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a fault of the newest preview by its name, with a reason."""
    sync = sync_or_404(request, pk)
    flow = _flow_or_404(sync, request.POST.get("flow", ""))
    check = latest(sync, Check.Kind.PREVIEW, flow)
    if check is None:
        raise Http404("There is no preview yet.")
    fault, reason = request.POST.get("fault", ""), request.POST.get("reason", "")
    try:
        accept_fault(check, fault=fault, reason=reason, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Accepted, with your name and reason in the trail.")
    return redirect(f"{reverse('sync_preview', args=[pk])}?flow={flow}")


@requires(Ability.VIEW)
@require_safe
def sync_rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the newest rehearsal: counts, trial balance, faults with their money, calls and time."""
    sync = sync_or_404(request, pk)
    look = rehearsal_of(sync)
    start, end = _days_of(look)
    page = {"sync": sync, "look": look, "start": start, "end": end, "crumbs": crumbs_of(sync, "Rehearsal")}
    return render(request, "preview/rehearsal.html", page)


def _days_of(look: Look) -> tuple[date, date]:
    """Give the days to offer: those rehearsed last, else last month."""
    if look.check is not None:
        return date.fromisoformat(look.check.report["start"]), date.fromisoformat(look.check.report["end"])
    end = timezone.localdate().replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


@requires(Ability.OPERATE)
@require_POST
def rehearsal_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a date range rehearsed, both days included."""
    sync = sync_or_404(request, pk)
    try:
        start, end = (date.fromisoformat(request.POST.get(name, "")) for name in ("start", "end"))
    except ValueError:
        messages.error(request, "Give both days, written as 2026-01-31.")
        return redirect("sync_rehearsal", pk=pk)
    if end < start:
        messages.error(request, "The range ends before it begins. Exchange the days.")
        return redirect("sync_rehearsal", pk=pk)
    params = {"start": start.isoformat(), "end": end.isoformat()}
    ask(sync, Check.Kind.REHEARSAL, params=params, actor=current_user(request).email)
    messages.success(request, "Asked for. The range is read, drafted and looked up; nothing is written.")
    return redirect("sync_rehearsal", pk=pk)


@requires(Ability.EXPORT)
@require_safe
def rehearsal_payloads(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the exact payloads of the newest rehearsal as a file, a line of JSON each."""
    check = latest(sync_or_404(request, pk), Check.Kind.REHEARSAL)
    text = check.payloads if check else ""
    headers = {"Content-Disposition": f'attachment; filename="rehearsal-{pk}.ndjson"'}
    return HttpResponse(text, content_type="application/x-ndjson", headers=headers)


@requires(Ability.VIEW)
@require_safe
def sync_proof(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the newest proof: how many records it looked at, and a counter-example for each way to fail."""
    sync = sync_or_404(request, pk)
    look = proof_of(sync)
    page = {"sync": sync, "look": look, "flows": proved_flows(sync, look), "crumbs": crumbs_of(sync, "Mapping proof")}
    return render(request, "preview/proof.html", page)


@requires(Ability.OPERATE)
@require_POST
def proof_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have all mappings proved on the records of the last 12 months: as published, or with the drafts that wait."""
    sync = sync_or_404(request, pk)
    versions = drafts_of(sync) if request.POST.get("choice") == "drafts" else {}
    ask(sync, Check.Kind.PROOF, params={"versions": versions}, actor=current_user(request).email)
    messages.success(request, "Asked for. The records of the last 12 months are read and drafted; nothing is written.")
    return redirect("sync_proof", pk=pk)


def _flow_or_404(sync: Sync, slug: str) -> str:
    slugs = [flow.slug for flow in flows_of(sync.pair)]
    if not slug and slugs:
        return slugs[0]
    if slug not in slugs:
        raise Http404("No such flow.")
    return slug


def _tab(sync: Sync, slug: str, label: str, current: str) -> Tab:
    return Tab(label=label, url=f"{reverse('sync_preview', args=[sync.pk])}?flow={slug}", is_current=slug == current)

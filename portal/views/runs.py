"""Runs: the list, and one of them with its live progress and its attempts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit.models import Run
from audit.queries import attempts_of_run
from integrations.engine.cancel import cancel_run
from integrations.engine.trial.life import TRIAL
from integrations.errors import ConfigurationError
from integrations.models import Sync
from portal.causes import cause_of
from portal.paging import page_by_id
from portal.permissions import Ability
from portal.queries.records import records_by_id
from portal.queries.syncs import flow_label, names_and_choices, sides_of, sync_names
from portal.runs import name_of, run_view
from portal.states import choices
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.words import attempt_words


@requires(Ability.VIEW)
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """List runs, newest first; those of proofs where they, or their sync, are asked for."""
    tenant = current_tenant(request)
    names, offered = names_and_choices(tenant)
    runs = Run.objects.for_tenant(tenant)
    given = {name: request.GET.get(name, "") for name in ("sync", "state", "trigger", "records", "proofs")}
    if given["sync"].isascii() and given["sync"].isdigit():
        runs = runs.filter(sync_id=int(given["sync"]))
    if given["state"] in Run.State.values:
        runs = runs.filter(state=given["state"])
    if given["trigger"] in Run.Trigger.values:
        runs = runs.filter(trigger=given["trigger"])
    if given["records"]:
        runs = runs.exclude(counts={})
    if not (given["proofs"] or given["sync"]):
        runs = runs.exclude(actor=TRIAL)
    page = page_by_id(request, runs)
    shown = {
        "page": page,
        "rows": [(run_view(run), name_of(run, names)) for run in page.rows],
        "filters": given,
        "is_filtered": any(given.values()),
        "trigger_choices": Run.Trigger.choices,
        "records_choices": [("some", "Only with records")],
        "sync_choices": offered,
        "state_choices": choices("run", Run.State.values),
    }
    return render(request, "runs/list.html", shown)


@requires(Ability.VIEW)
@require_safe
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run: how far it is or what it did, and every attempt."""
    shown = _progress(request, pk)
    syncs = Sync.objects.for_tenant(current_tenant(request)).filter(pk=shown["run"].sync_id)
    return render(request, "runs/detail.html", {**shown, "sync": syncs.first()})


@requires(Ability.VIEW)
@require_safe
def run_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the part of a run's page that changes while it runs."""
    return render(request, "runs/progress.html", _progress(request, pk))


@requires(Ability.OPERATE)
@require_POST
def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run early: calls in flight are finished, the rest stays due."""
    run = get_object_or_404(Run.objects.for_tenant(current_tenant(request)), pk=pk)
    try:
        cancel_run(run, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Cancelled: it ends as soon as the calls in flight are answered.")
    return redirect("run_detail", pk=pk)


def _progress(request: HttpRequest, pk: int) -> dict[str, Any]:
    tenant = current_tenant(request)
    run = get_object_or_404(Run.objects.for_tenant(tenant), pk=pk)
    page = page_by_id(request, attempts_of_run(run))
    records = records_by_id(tenant, [attempt.record_id for attempt in page.rows])
    name = name_of(run, sync_names(tenant))
    return {
        "run": run,
        "view": run_view(run),
        "sync_name": name,
        "cause": cause_of(run.code, *sides_of(run.pair)) if run.code else None,
        "page": page,
        "attempts": [
            {
                "attempt": attempt,
                "record": records.get(attempt.record_id),
                "flow": flow_label(run.pair, attempt.flow),
                "operation": attempt_words(attempt),
            }
            for attempt in page.rows
        ],
        "next_run": _next_run(run) if run.state == Run.State.YIELDED else None,
        "live_url": reverse("run_live", args=[pk]),
        "crumbs": crumbs(("Runs", reverse("run_list")), f"Run {pk}"),
    }


def _next_run(run: Run) -> Run | None:
    """Give the run that went on where this one made room."""
    return Run.objects.for_tenant(run.tenant_id).filter(sync_id=run.sync_id, pk__gt=run.pk).order_by("pk").first()

"""Problems: one row per cause, its records, and trying all of them again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from integrations.engine.syncs import replay
from integrations.jobs import start_due
from integrations.models import Problem
from portal.causes import cause_of
from portal.paging import page_by_id
from portal.permissions import Ability
from portal.queries.records import open_problems_of, records_of
from portal.queries.syncs import flow_label, sync_names
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.records import replayed_sentence

MOST_RETRIED = 5000


@requires(Ability.VIEW)
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """List what holds records up, one row per cause."""
    tenant = current_tenant(request)
    sync_id = request.GET.get("sync", "")
    page = page_by_id(request, open_problems_of(tenant, sync_id))
    shown = {
        "page": page,
        "problems": [(row, cause_of(row.code, row.sync.target, row.sync.source)) for row in page.rows],
        "filters": {"sync": sync_id},
        "sync_choices": [(str(pk), name) for pk, name in sync_names(tenant).items()],
    }
    return render(request, "problems/list.html", shown)


@requires(Ability.VIEW)
@require_safe
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one cause with its fix and the records it holds up."""
    problem = problem_or_404(request, pk)
    page = page_by_id(request, records_of(problem))
    cause = cause_of(problem.code, problem.sync.target, problem.sync.source)
    shown = {
        "problem": problem,
        "cause": cause,
        "page": page,
        "rows": [(row, flow_label(problem.sync.pair, row.flow), "") for row in page.rows],
        "crumbs": crumbs(("Problems", reverse("problem_list")), cause.title),
    }
    return render(request, "problems/detail.html", shown)


@requires(Ability.OPERATE)
@require_POST
def problem_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try all records of a problem again; what is not mended comes back."""
    problem = problem_or_404(request, pk)
    ids = list(records_of(problem).order_by("id").values_list("id", flat=True)[:MOST_RETRIED])
    number = replay(problem.sync, record_ids=ids, actor=current_user(request).email)
    start_due()
    messages.success(request, replayed_sentence(problem.sync, number))
    return redirect("problem_detail", pk=pk)


def problem_or_404(request: HttpRequest, pk: int) -> Problem:
    """Give a problem of the company in use, healed or not."""
    rows = Problem.objects.for_tenant(current_tenant(request)).select_related("sync__source", "sync__target")
    return get_object_or_404(rows, pk=pk)

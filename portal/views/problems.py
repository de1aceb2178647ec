"""Problems: one row per cause, its records, who has it, what was said, and trying all of them again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Problem, SyncRecord
from portal.assignments import assign, comment, members_of
from portal.held import MOST_SKIPPED, choose_period_for_all, held_records, retry_held, skip_all_held
from portal.models import User
from portal.paging import page_by_id, slice_page
from portal.permissions import Ability
from portal.queries.causes import (
    Held,
    Span,
    assignees,
    comments_of,
    fix_of,
    held_of,
    held_up,
    matching,
    siblings,
    spans,
    value_maps_of,
)
from portal.queries.syncs import flow_label, sync_choices
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.approvals import refused
from portal.views.decisions import PERIOD_CHOICES
from portal.views.records import replayed_sentence
from portal.words import ACTORS

CAUSES_SHOWN = 50


@requires(Ability.VIEW)
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """List what holds records up, one row per cause, the most money first."""
    tenant = current_tenant(request)
    given = {name: request.GET.get(name, "") for name in ("sync", "who", "mine")}
    held = held_up(tenant, given["sync"])
    owners = assignees(tenant, [each.sync.pk for each in held])
    kept = matching(
        held, owners, mine=current_user(request) if given["mine"] else None, who=ACTORS.get(given["who"], "")
    )
    page = slice_page(request, kept, CAUSES_SHOWN)
    at_risk, maps = spans(tenant, page.rows), value_maps_of(tenant, [each.sync.pk for each in page.rows])
    shown = {
        "page": page,
        "problems": [_row(each, at_risk.get(each.name, Span()), maps, owners.get(each.name)) for each in page.rows],
        "number": len(kept),
        "filters": given,
        "is_filtered": any(given.values()),
        "sync_choices": sync_choices(tenant),
        "who_choices": list(ACTORS.items()),
        "mine_choices": [("1", "Assigned to me")],
    }
    return render(request, "problems/list.html", shown)


def _row(held: Held, span: Span, maps: dict[int, list[tuple[str, str]]], owner: User | None) -> dict[str, object]:
    return {
        "held": held,
        "span": span,
        "fix": fix_of(held, span, maps.get(held.sync.pk, ())),
        "owner": owner,
    }


@requires(Ability.VIEW)
@require_safe
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one cause with its fix, who has it, and the records it holds up."""
    problem = problem_or_404(request, pk)
    rows = siblings(problem)
    held = held_of(rows)
    page = page_by_id(request, held_records(rows))
    span = spans(problem.tenant, [held]).get(held.name, Span())
    maps = value_maps_of(problem.tenant, [problem.sync_id]).get(problem.sync_id, [])
    shown = {
        "problem": problem,
        "held": held,
        "cause": held.cause,
        "span": span,
        "fix": fix_of(held, span, maps),
        "owner": assignees(problem.tenant, [problem.sync_id]).get(held.name),
        "members": members_of(problem),
        "comments": comments_of(problem),
        "page": page,
        "rows": [(row, flow_label(problem.sync.pair, row.flow), "") for row in page.rows],
        "may_be_skipped": any(row.state == SyncRecord.State.PARKED for row in page.rows),
        "most_skipped": MOST_SKIPPED,
        "crumbs": crumbs(("Problems", reverse("problem_list")), held.title),
    }
    return render(request, "problems/detail.html", shown)


@requires(Ability.OPERATE)
@require_POST
def problem_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try all records of a cause again; what is not mended comes back."""
    problem = problem_or_404(request, pk)
    try:
        number = retry_held(problem, actor=current_user(request).email)
    except ConfigurationError as refusal:
        return refused(request, refusal, "problem", pk, "problem_detail", pk)
    messages.success(request, replayed_sentence(problem.sync, number))
    return redirect("problem_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def problem_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up what a cause holds up, for one reason: at most 200 parked records at once."""
    problem = problem_or_404(request, pk)
    reason = request.POST.get("reason", "").strip()[:500]
    number, refusal = skip_all_held(problem, reason=reason, actor=current_user(request).email)
    if refusal:
        messages.error(request, refusal.message)
    if number:
        were = "1 record was" if number == 1 else f"{number:,} records were"
        messages.success(request, f"{were} skipped, for the reason you gave.")
    elif reason:
        messages.info(request, "Nothing here can be skipped: only parked records can.")
    return redirect("problem_detail", pk=pk)


@requires(Ability.MAP)
@require_POST
def problem_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of all that a closed period holds up: at most 200 parked records at once."""
    problem = problem_or_404(request, pk)
    choice = request.POST.get("choice", "")
    number, refusal = choose_period_for_all(problem, choice=choice, actor=current_user(request).email)
    if refusal:
        messages.error(request, refusal.message)
    if number:
        start_due()
        told = "1 record is judged anew" if number == 1 else f"{number:,} records are judged anew"
        messages.success(request, f"{told}: each {PERIOD_CHOICES[choice]}, as you chose.")
    return redirect("problem_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def problem_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a cause to a member of the company, or to nobody."""
    problem = problem_or_404(request, pk)
    chosen = request.POST.get("assignee", "")
    to = next((user for user in members_of(problem) if str(user.pk) == chosen), None)
    if chosen and to is None:
        raise Http404("No such member.")
    assign(problem, to=to, actor=current_user(request).email)
    messages.success(request, f"Assigned to {to.display_name}." if to else "Nobody has it now.")
    return redirect("problem_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def problem_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write something about a cause."""
    problem = problem_or_404(request, pk)
    text = request.POST.get("text", "").strip()[:2000]
    if text:
        comment(problem, text=text, actor=current_user(request).email)
    else:
        messages.error(request, "Write something first.")
    return redirect(f"{reverse('problem_detail', args=[pk])}#comments")


def problem_or_404(request: HttpRequest, pk: int) -> Problem:
    """Give a problem of the company in use, healed or not."""
    rows = Problem.objects.for_tenant(current_tenant(request))
    return get_object_or_404(rows.select_related("tenant", "sync__source", "sync__target"), pk=pk)

"""Approvals: what waits for a second person, one request with its preview, and asking, approving, declining."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.approvals.gate import NEEDS_APPROVAL, rule_of
from integrations.approvals.requests import REASON_CHARS
from integrations.errors import ConfigurationError
from integrations.models import ApprovalRequest
from portal.approvals.deciding import approve, ask_for, decline, withdraw
from portal.approvals.kinds import begun_at, make_out
from portal.approvals.waiting import deciders_of, may_decide, waiting
from portal.approvals.wanted import Wanted
from portal.paging import page_by_id
from portal.permissions import Ability
from portal.tenancy import current_membership, current_tenant, requires
from portal.ui import crumbs

ASKED = "Asked. It is done as soon as somebody else has approved it; until then nothing happens."
State = ApprovalRequest.State


@requires(Ability.VIEW)
@require_safe
def approval_list(request: HttpRequest) -> HttpResponse:
    """List what waits for a second person, what waits for oneself first, and what was decided."""
    tenant, membership = current_tenant(request), current_membership(request)
    rows = [(each, may_decide(each, membership)) for each in waiting(tenant)]
    rows.sort(key=lambda row: not row[1])
    ids = [each.pk for each, _ in rows]
    over = ApprovalRequest.objects.for_tenant(tenant).exclude(pk__in=ids)
    page = {"waiting": rows, "page": page_by_id(request, over), "rule": rule_of(tenant.pk)}
    return render(request, "approvals/list.html", page)


@requires(Ability.VIEW)
@require_safe
def approval_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: while it waits, with what its asker saw before asking, made out anew."""
    asked, membership = approval_or_404(request, pk), current_membership(request)
    wanted, why_not = _as_it_is_now(asked, request) if asked.state == State.WAITING else (None, "")
    page = {
        "asked": asked,
        "wanted": wanted,
        "why_not": why_not,
        "may_decide": asked.state == State.WAITING and may_decide(asked, membership),
        "is_own": asked.asked_by_id == membership.user_id,
        "deciders": deciders_of(asked) if asked.state == State.WAITING else (),
        "crumbs": crumbs(("Approvals", reverse("approval_list")), asked.title),
        **(wanted.page if wanted else {}),
    }
    return render(request, "approvals/detail.html", page)


def _as_it_is_now(asked: ApprovalRequest, request: HttpRequest) -> tuple[Wanted | None, str]:
    """Make out what was asked for, and say why it could not be approved any more, if so."""
    try:
        wanted = make_out(current_tenant(request), asked.kind, asked.what)
    except ConfigurationError as refusal:
        return None, refusal.message
    if wanted.deed.digest != asked.digest:
        return wanted, "It has changed since it was asked for. Approving it would do nothing: it would lapse."
    return wanted, ""


@requires(Ability.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def approval_ask(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """Show what would be done and that somebody else has to approve it; keep the request with its reason."""
    given = request.POST if request.method == "POST" else request.GET
    kind, what = begun_at(current_tenant(request), place, pk, given.getlist("difference"))
    try:
        wanted = make_out(current_tenant(request), kind, what)
        if request.method == "POST":
            reason = request.POST.get("reason", "").strip()[:REASON_CHARS]
            asked = ask_for(wanted, membership=current_membership(request), reason=reason)
            messages.success(request, ASKED)
            return redirect("approval_detail", pk=asked.pk)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
        return redirect("approval_list")
    page = {
        "wanted": wanted,
        "names": what.get("names", ()),
        "crumbs": crumbs(("Approvals", reverse("approval_list")), "Ask"),
        **wanted.page,
    }
    return render(request, "approvals/ask.html", page)


@requires(Ability.VIEW)
@require_POST
def approval_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what another asked for: it is done at once."""
    asked = approval_or_404(request, pk)
    try:
        said = approve(asked, membership=current_membership(request))
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Approved. {said}")
    return redirect("approval_detail", pk=pk)


@requires(Ability.VIEW)
@require_POST
def approval_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Decline what another asked for, with a reason."""
    asked, reason = approval_or_404(request, pk), request.POST.get("reason", "").strip()[:REASON_CHARS]
    try:
        decline(asked, membership=current_membership(request), reason=reason)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Declined. Nothing was done; who asked reads your reason here.")
    return redirect("approval_detail", pk=pk)


@requires(Ability.VIEW)
@require_POST
def approval_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    try:
        withdraw(approval_or_404(request, pk), membership=current_membership(request))
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Withdrawn. Nothing was done.")
    return redirect("approval_detail", pk=pk)


def refused(
    request: HttpRequest, refusal: ConfigurationError, place: str, pk: int, back: str, *args: int, **query: list[str]
) -> HttpResponse:
    """Lead on to asking a second person where that is all that is missing; else say why not, and go back."""
    if refusal.code == NEEDS_APPROVAL:
        url = reverse("approval_ask", args=[place, pk])
        return redirect(f"{url}?{urlencode(query, doseq=True)}" if query else url)
    messages.error(request, refusal.message)
    return redirect(back, *args)


def approval_or_404(request: HttpRequest, pk: int) -> ApprovalRequest:
    """Give a request of the company in use."""
    return get_object_or_404(ApprovalRequest.objects.for_tenant(current_tenant(request)), pk=pk)

"""Coverage of a sync's value maps: measured in the background, suggestions taken over one by one or in bulk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integrations.engine.rehearsal.accepting import Choice, accept, accept_sure
from integrations.engine.rehearsal.stored import ask, latest
from integrations.errors import ConfigurationError
from integrations.models import Check
from mappings.errors import InvalidMappingError
from portal.permissions import Ability
from portal.queries.coverage import coverage_of
from portal.tenancy import current_user, requires
from portal.views.mappings import crumbs_of, tell_problems
from portal.views.syncs import sync_or_404


@requires(Ability.VIEW)
@require_safe
def sync_coverage(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which codes of the source are mapped, and what those that are not hold up."""
    sync = sync_or_404(request, pk)
    page = {"sync": sync, "coverage": coverage_of(sync), "crumbs": crumbs_of(sync, "Coverage")}
    return render(request, "coverage/index.html", page)


@requires(Ability.OPERATE)
@require_POST
def coverage_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the coverage measured anew."""
    ask(sync_or_404(request, pk), Check.Kind.COVERAGE, actor=current_user(request).email)
    messages.success(request, "Asked for. The documents of the last 12 months are read; nothing is written.")
    return redirect("sync_coverage", pk=pk)


@requires(Ability.MAP)
@require_POST
def coverage_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take suggestions over as a draft of their map: one, or all that are sure."""
    sync, actor = sync_or_404(request, pk), current_user(request).email
    keys, name = tuple(request.POST.get("keys", "").split("\x1f")), request.POST.get("map", "")
    check = latest(sync, Check.Kind.COVERAGE)
    try:
        if request.POST.get("value"):
            number = len(accept(sync, [Choice(map=name, keys=keys, value=request.POST["value"])], actor=actor))
        else:
            number = accept_sure(check, actor=actor, map_name=name) if check else 0
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{number} taken over. They count once the value maps are published.")
    return redirect("sync_coverage", pk=pk)

"""Setting up a sync, and changing its settings."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from integrations import registry
from integrations.contracts import Pair
from integrations.engine.syncs import change_sync, create_sync
from integrations.errors import ConfigurationError
from integrations.models import Connection, Sync
from portal.forms.syncs import SyncForm
from portal.permissions import Ability
from portal.queries.syncs import pair_of
from portal.systems import system
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.syncs import sync_or_404


@requires(Ability.CONFIGURE)
@require_safe
def sync_create(request: HttpRequest) -> HttpResponse:
    """Choose the pair."""
    page = {
        "pairs": [(pair, system(pair.source), system(pair.target)) for pair in registry.pairs().values()],
        "crumbs": crumbs(("Syncs", reverse("sync_list")), "Set up a sync"),
    }
    return render(request, "syncs/choose.html", page)


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_create_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose both sides, the schedule and the policies; the sync is made, switched off."""
    pair = pair_of(slug)
    if pair is None:
        raise Http404("No such pair.")
    tenant_id = current_tenant(request).pk
    form = SyncForm(request.POST or None, pair=pair, tenant_id=tenant_id)
    if form.is_bound and form.is_valid():
        made = _create(request, form, pair)
        if made:
            messages.success(request, f"{made.name} is set up and switched off. Ping both sides, then switch it on.")
            return redirect("sync_detail", pk=made.pk)
    return _render(request, form, pair, None)


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a sync's name, schedule, start date and policies."""
    sync = sync_or_404(request, pk)
    pair = pair_of(sync.pair)
    if pair is None:
        raise Http404("This pair is not installed any more.")
    form = SyncForm(request.POST or None, pair=pair, tenant_id=sync.tenant_id, sync=sync)
    if form.is_bound and form.is_valid():
        changes = {name: value for name, value in form.settings().items() if value != getattr(sync, name)}
        if changes:
            change_sync(sync, changes=changes, actor=current_user(request).email)
        messages.success(request, "Saved. What is booked already stays as it is.")
        return redirect("sync_detail", pk=pk)
    return _render(request, form, pair, sync)


def _create(request: HttpRequest, form: SyncForm, pair: Pair) -> Sync | None:
    given, actor = form.cleaned_data, current_user(request).email
    try:
        with transaction.atomic():
            made = create_sync(
                tenant_id=current_tenant(request).pk,
                pair_slug=pair.slug,
                name=given["name"],
                source=given["source"],
                target=given["target"],
                start_date=given["start_date"],
                actor=actor,
            )
            change_sync(made, changes=form.settings(), actor=actor)
    except ConfigurationError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    return made


def _render(request: HttpRequest, form: SyncForm, pair: Pair, sync: Sync | None) -> HttpResponse:
    last: tuple[tuple[str, str] | str, ...] = (f"{pair.name}",)
    if sync:
        last = ((sync.name, reverse("sync_detail", args=[sync.pk])), "Settings")
    page = {
        "form": form,
        "pair": pair,
        "sync": sync,
        "source": system(pair.source),
        "target": system(pair.target),
        "policy_fields": [field for field in form if field.name.startswith("policy_")],
        "missing": [] if sync else _missing_sides(request, pair),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), *last),
    }
    return render(request, "syncs/form.html", page, status=422 if form.errors else 200)


def _missing_sides(request: HttpRequest, pair: Pair) -> list[object]:
    """Give the systems that have no connection yet."""
    known = set(
        Connection.objects.for_tenant(current_tenant(request))
        .filter(connector__in=[pair.source, pair.target])
        .values_list("connector", flat=True)
    )
    return [system(slug) for slug in (pair.source, pair.target) if slug not in known]

"""The guided set-up of a sync, from the choice of its pair to switching it on, and its settings later."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from integrations import registry
from integrations.contracts import Pair
from integrations.engine.backfill import let_in_by
from integrations.engine.syncs import change_sync, create_sync
from integrations.errors import ConfigurationError, ConnectorError
from integrations.models import Connection, Sync
from portal import setup
from portal.forms.syncs import SidesForm, SyncForm
from portal.permissions import Ability
from portal.pings import panels
from portal.queries.proofs import proof_shown
from portal.queries.syncs import pair_of
from portal.requests import open_requests
from portal.sandbox import connect_sandbox, has_sandbox
from portal.systems import system
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.syncs import sync_or_404

SANDBOX = "sandbox"  # the button that takes simulators for both sides


@requires(Ability.CONFIGURE)
@require_safe
def sync_create(request: HttpRequest) -> HttpResponse:
    """Choose the pair, or go on with a set-up that was begun."""
    drafts = Sync.objects.for_tenant(current_tenant(request)).filter(state=Sync.State.DRAFT)
    page = {
        "pairs": [(pair, system(pair.source), system(pair.target)) for pair in registry.pairs().values()],
        "drafts": drafts.select_related("source", "target").order_by("-id")[:5],
        "stages": setup.first_stages(),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), "Set up a sync"),
    }
    return render(request, "syncs/choose.html", page)


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_create_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """Connect both systems, or take the sandbox for both; then the sync is made, switched off."""
    pair = _pair_or_404(slug)
    if SANDBOX in request.POST and has_sandbox():
        return _take_sandbox(request, pair)
    form = SidesForm(
        request.POST or None,
        pair=pair,
        tenant_id=current_tenant(request).pk,
        chosen={side: request.GET.get(side, "") for side in ("source", "target")},
    )
    if form.is_bound and form.is_valid():
        made = _create(request, form, pair)
        if made:
            return redirect("sync_setup", pk=made.pk)
    return _render_sides(request, form, pair)


@requires(Ability.CONFIGURE)
@require_safe
def sync_setup(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on where the set-up was left."""
    sync = sync_or_404(request, pk)
    if sync.state != Sync.State.DRAFT:
        return redirect("sync_detail", pk=pk)
    return redirect("sync_setup_stage", pk=pk, stage=setup.next_stage(sync))


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_setup_stage(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """Show one stage of the set-up; a sync that is on already has none."""
    sync = sync_or_404(request, pk)
    if stage not in setup.LABELS:
        raise Http404("No such stage.")
    if sync.state != Sync.State.DRAFT:
        return redirect("sync_detail", pk=pk)
    if stage == setup.SETTINGS:
        return _settings(request, sync, stage)
    page = {
        "sync": sync,
        "stages": setup.stages(sync, stage),
        "source": system(sync.source.connector),
        "target": system(sync.target.connector),
        **_stage_page(request, sync, stage),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), (sync.name, reverse("sync_detail", args=[pk])), "Set-up"),
    }
    return render(request, f"syncs/setup_{stage}.html", page)


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a sync's name, schedule, start date and policies."""
    return _settings(request, sync_or_404(request, pk), "")


# Both sides


def _take_sandbox(request: HttpRequest, pair: Pair) -> HttpResponse:
    tenant_id, actor = current_tenant(request).pk, current_user(request).email
    try:
        with transaction.atomic():
            source, target = (
                connect_sandbox(tenant_id=tenant_id, connector=registry.connector(slug), actor=actor)
                for slug in (pair.source, pair.target)
            )
            made = _made(request, pair, source, target)
    except ConnectorError as refusal:
        messages.error(request, refusal.message)
        return redirect("sync_create_pair", slug=pair.slug)
    messages.success(request, "Both simulators are connected. Nothing real can be reached through them.")
    return redirect(f"{reverse('sync_setup_stage', args=[made.pk, setup.PING])}?ping=now")


def _create(request: HttpRequest, form: SidesForm, pair: Pair) -> Sync | None:
    try:
        return _made(request, pair, form.cleaned_data["source"], form.cleaned_data["target"])
    except ConfigurationError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def _made(request: HttpRequest, pair: Pair, source: Connection, target: Connection) -> Sync:
    tenant = current_tenant(request)
    taken = set(Sync.objects.for_tenant(tenant).filter(name__startswith=pair.name).values_list("name", flat=True))
    names = [pair.name, *(f"{pair.name} {number}" for number in range(2, len(taken) + 3))]
    return create_sync(
        tenant_id=tenant.pk,
        pair_slug=pair.slug,
        name=next(name for name in names if name not in taken),
        source=source,
        target=target,
        actor=current_user(request).email,
        starts_empty=request.POST.get("begin") == "empty",
    )


def _render_sides(request: HttpRequest, form: SidesForm, pair: Pair) -> HttpResponse:
    asked = open_requests(current_tenant(request), (pair.source, pair.target))
    sides = [
        {
            "title": title,
            "system": system(slug),
            "field": form[side],
            "has_connections": form.fields[side].queryset.exists(),  # type: ignore[attr-defined]
            "asked": [each for each in asked if each.connector == slug],
        }
        for side, slug, title in (("source", pair.source, "Read from"), ("target", pair.target, "Book in"))
    ]
    page = {
        "form": form,
        "pair": pair,
        "sides": sides,
        "source": system(pair.source),
        "target": system(pair.target),
        "stages": setup.first_stages(pair.slug),
        "has_sandbox": has_sandbox(),
        "is_complete": all(side["has_connections"] for side in sides),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), ("Set up a sync", reverse("sync_create")), pair.name),
    }
    return render(request, "syncs/setup_sides.html", page, status=422 if form.errors else 200)


# Stages of a sync


def _stage_page(request: HttpRequest, sync: Sync, stage: str) -> dict[str, object]:
    if stage == setup.PING:
        is_good = all(setup.works(side) for side in (sync.source, sync.target))
        starts = request.GET.get("ping") == "now" and not is_good
        return {"panels": panels((sync.source, sync.target)), "is_good": is_good, "starts": starts}
    if stage == setup.MAPPING:
        flows = setup.flow_standings(sync)
        is_unpublished = all(flow.missing and flow.missing.code == "not_published" for flow in flows)
        is_empty = is_unpublished and not setup.has_rows(sync)
        return {"looks": setup.looks(sync), "flows": flows, "is_empty": is_empty}
    if stage == setup.PROVE:
        return {"proof": proof_shown(sync), "refusal": setup.why_not_provable(sync)}
    items = setup.checklist(sync)
    return {"items": items, "is_ready": setup.is_ready(items)}


def _settings(request: HttpRequest, sync: Sync, stage: str) -> HttpResponse:
    pair = _pair_or_404(sync.pair)
    form = SyncForm(request.POST or None, pair=pair, sync=sync)
    if form.is_bound and form.is_valid():
        changes = {name: value for name, value in form.settings().items() if value != getattr(sync, name)}
        let_in = let_in_by(sync, changes["start_date"]) if "start_date" in changes and not stage else 0
        if changes or stage:  # in the set-up, that they were looked at and left as they are is a choice, too
            change_sync(sync, changes=changes, actor=current_user(request).email)
        if stage:
            return redirect("sync_setup_stage", pk=sync.pk, stage=setup.stage_after(stage))
        messages.success(request, "Saved. What is booked already stays as it is.")
        if let_in:
            messages.warning(request, _let_in(sync, let_in))
        return redirect("sync_detail", pk=sync.pk)
    page = {
        "form": form,
        "sync": sync,
        "source": system(pair.source),
        "target": system(pair.target),
        "stages": setup.stages(sync, stage) if stage else [],
        "policy_fields": [field for field in form if field.name.startswith("policy_")],
        "crumbs": crumbs(
            ("Syncs", reverse("sync_list")), (sync.name, reverse("sync_detail", args=[sync.pk])), "Settings"
        ),
    }
    return render(request, "syncs/form.html", page, status=422 if form.errors else 200)


def _let_in(sync: Sync, number: int) -> str:
    """Say what the start date that was moved back has posted now."""
    documents = "1 document" if number == 1 else f"{number:,} documents"
    when = "by the next run" if sync.state == Sync.State.ACTIVE else "once the sync is switched on"
    return (
        f"The earlier start date left out {documents}: now that it is moved back, they are posted {when}. To "
        "stop that, pause the sync and set the date again."
    )


def _pair_or_404(slug: str) -> Pair:
    pair = pair_of(slug)
    if pair is None:
        raise Http404("No such pair, or it is not installed any more.")
    return pair

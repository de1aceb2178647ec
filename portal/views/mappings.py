"""Mappings: what is filled from what, its versions, their changes and publication."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.approvals.gate import holds
from integrations.contracts import Flow
from integrations.engine.rehearsal.changes import replay_healed
from integrations.errors import ConfigurationError
from integrations.mapping_changes import change_draft, discard_draft, publish_mapping, roll_back
from integrations.models import Action, Sync
from mappings.errors import InvalidMappingError, MappingStateError
from mappings.models import Mapping
from mappings.versions import problems_of
from portal.forms.mappings import MappingForm
from portal.permissions import Ability
from portal.queries.effects import effect_kept, look_for_healed, try_version, wants_look
from portal.queries.mapping_fields import KnownFields, ask_for_fields, fields_for
from portal.queries.mapping_suggestions import suggestions
from portal.queries.mappings import (
    compare_versions,
    filter_views,
    hints_of,
    map_differences,
    map_views,
    mapping_rows,
    row_views,
    version_list,
    version_or_404,
)
from portal.queries.syncs import flow_label, flows_of
from portal.systems import system
from portal.tenancy import current_tenant, current_user, may, requires
from portal.timeline import reading_side, writing_side
from portal.ui import Crumb, Tab, crumbs
from portal.views.approvals import refused
from portal.views.records import replayed_sentence
from portal.views.syncs import sync_or_404

PROBLEMS_SHOWN = 10
LOOK_FIRST = (
    "First look at what would differ: it is being tried on the newest delivered records, nothing is written. "
    "Then press it again."
)


@requires(Ability.VIEW)
@require_safe
def mapping_list(request: HttpRequest) -> HttpResponse:
    """List the mappings of every sync: what is published, which drafts wait, and the value maps."""
    return render(request, "mappings/list.html", {"syncs": mapping_rows(current_tenant(request))})


@requires(Ability.VIEW)
@require_safe
def mapping_detail(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Show a version of a flow's mapping: the published one unless another is asked for."""
    sync = sync_or_404(request, pk)
    mapping = version_or_404(sync, flow, request.GET.get("version", ""))
    if may(request, Ability.MAP):
        ask_for_fields(sync, flow, actor=current_user(request).email)  # the systems know what their fields are called
    fields, effect = fields_for(sync, mapping), effect_kept(sync, mapping)
    page = {
        **frame(sync, flow),
        "mapping": mapping,
        "rows": row_views(mapping, fields),
        "suggestions": suggestions(sync, mapping, fields),
        "filters": filter_views(mapping),
        "maps": map_views(sync, mapping),
        "versions": version_list(sync, flow),
        "problems": problems_of(mapping)[:PROBLEMS_SHOWN] if mapping.is_draft else (),
        "hints": hints_of(mapping, fields.targets),
        "fields": fields,
        "effect": effect,
        "wants_look": mapping.is_draft and wants_look(sync, effect),
        "is_held": mapping.is_draft and holds(sync.tenant_id, Action.PUBLISH),
    }
    return render(request, "mappings/detail.html", page)


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_edit(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Change constants, formulas and source fields; saving makes a new draft version."""
    sync = sync_or_404(request, pk)
    base = version_or_404(sync, flow, request.GET.get("version", ""))
    form = MappingForm(request.POST or None, mapping=base)
    if form.is_bound and form.is_valid():
        saved = _save(request, form, base)
        if saved:
            return redirect(f"{reverse('mapping_detail', args=[pk, flow])}?version={saved.version}")
    fields = fields_for(sync, base)
    parts = [{**part, "label": _label_of(part["row"], fields)} for part in form.parts()]
    page = {**frame(sync, flow, "Edit all rows"), "mapping": base, "form": form, "fields": fields, "parts": parts}
    return render(request, "mappings/edit.html", page, status=422 if form.errors else 200)


@requires(Ability.MAP)
@require_POST
def mapping_publish(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Make a draft the version by which records are mapped, once somebody could see what would differ."""
    sync, actor = sync_or_404(request, pk), current_user(request).email
    mapping = version_or_404(sync, flow, request.POST.get("version", ""))
    draft = f"{reverse('mapping_detail', args=[pk, flow])}?version={mapping.version}"
    if mapping.is_draft and "anyway" not in request.POST and wants_look(sync, effect_kept(sync, mapping)):
        try_version(sync, mapping, actor=actor)
        messages.info(request, LOOK_FIRST)
        return redirect(f"{draft}#effect")
    try:
        published = publish_mapping(mapping=mapping, actor=actor)
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
        return redirect(draft)
    except MappingStateError as refusal:
        messages.error(request, str(refusal))
    except ConfigurationError as refusal:
        return refused(request, refusal, "mapping", mapping.pk, "mapping_list")
    else:
        look_for_healed(sync, published, actor=actor)
        messages.success(request, f"Version {published.version} is published. What is booked already stays as it is.")
    return redirect("mapping_detail", pk=pk, flow=flow)


@requires(Ability.OPERATE)
@require_POST
def mapping_heal(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Have the parked records tried again that the published version heals."""
    sync = sync_or_404(request, pk)
    effect = effect_kept(sync, version_or_404(sync, flow))
    if effect.heals and effect.check and not effect.mapping.is_draft:
        try:
            number = replay_healed(effect.check, actor=current_user(request).email)
        except ConfigurationError as refusal:
            return refused(request, refusal, "healed", effect.mapping.pk, "mapping_list")
        messages.success(request, replayed_sentence(sync, number))
    else:
        messages.info(request, "Nothing is held up any more that this version heals.")
    if request.POST.get("back") == "maps":
        return redirect("value_maps_changed", pk=pk)
    return redirect("mapping_detail", pk=pk, flow=flow)


@requires(Ability.MAP)
@require_POST
def mapping_discard(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Throw a draft away."""
    mapping = version_or_404(sync_or_404(request, pk), flow, request.POST.get("version", ""))
    try:
        discard_draft(mapping=mapping, actor=current_user(request).email)
    except MappingStateError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Draft {mapping.version} is gone.")
    return redirect("mapping_detail", pk=pk, flow=flow)


@requires(Ability.MAP)
@require_POST
def mapping_try(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Have a version tried on delivered and parked records: what differs, and what it heals."""
    sync = sync_or_404(request, pk)
    mapping = version_or_404(sync, flow, request.POST.get("version", ""))
    try_version(sync, mapping, actor=current_user(request).email)
    messages.info(request, "It is being tried on the newest delivered records. Nothing is written.")
    return redirect(f"{reverse('mapping_detail', args=[pk, flow])}?version={mapping.version}#effect")


@requires(Ability.MAP)
@require_POST
def mapping_roll_back(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Take an earlier version up again, as a new draft."""
    mapping = version_or_404(sync_or_404(request, pk), flow, request.POST.get("version", ""))
    draft = roll_back(mapping=mapping, actor=current_user(request).email)
    messages.success(request, f"Draft {draft.version} is as version {mapping.version} was. It counts once published.")
    return redirect(f"{reverse('mapping_detail', args=[pk, flow])}?version={draft.version}")


@requires(Ability.VIEW)
@require_safe
def mapping_compare(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Show two versions side by side: rows and filters added, removed and changed."""
    sync = sync_or_404(request, pk)
    after = version_or_404(sync, flow, request.GET.get("to", ""))
    before = version_or_404(sync, flow, request.GET.get("from", ""))
    page = {
        **frame(sync, flow, "Compare versions"),
        "before": before,
        "after": after,
        "versions": version_list(sync, flow),
        "differences": compare_versions(before, after, fields_for(sync, after)),
        "maps": map_differences(before, after),
    }
    return render(request, "mappings/compare.html", page)


# Helpers


def frame(sync: Sync, flow: str, title: str = "") -> dict[str, object]:
    """Give what every page of a flow's mapping shows; `title` is that of a page below it."""
    return {
        "sync": sync,
        "flow": flow,
        "flow_label": flow_label(sync.pair, flow),
        "source": system(reading_side(sync, flow).connector),
        "target": system(writing_side(sync, flow).connector),
        "tabs": [_tab(sync, each, flow) for each in flows_of(sync.pair)],
        "crumbs": _crumbs(sync, flow, title),
    }


def _label_of(row: dict[str, Any], fields: KnownFields) -> str:
    return fields.label_of_target(row.get("level", "header"), str(row["target"]))


def _crumbs(sync: Sync, flow: str, title: str) -> tuple[Crumb, ...]:
    label = flow_label(sync.pair, flow)
    here = (label, reverse("mapping_detail", args=[sync.pk, flow]))
    places = [("Mappings", reverse("mapping_list")), (sync.name, reverse("sync_detail", args=[sync.pk]))]
    return crumbs(*places, here, title) if title else crumbs(*places, label)


def _tab(sync: Sync, flow: Flow, current: str) -> Tab:
    url = reverse("mapping_detail", args=[sync.pk, flow.slug])
    return Tab(label=flow.label, url=url, is_current=flow.slug == current)


def crumbs_of(sync: Sync, last: str) -> tuple[Crumb, ...]:
    """Give the way to a page below a sync."""
    return crumbs(("Mappings", reverse("mapping_list")), (sync.name, reverse("sync_detail", args=[sync.pk])), last)


def _save(request: HttpRequest, form: MappingForm, base: Mapping) -> Mapping | None:
    if not form.has_news():
        messages.info(request, "Nothing was changed.")
        return base
    try:
        saved = change_draft(mapping=base, actor=current_user(request).email, rows=form.rows())
    except InvalidMappingError as refusal:
        for problem in refusal.problems[:PROBLEMS_SHOWN]:
            form.add_error(None, problem.sentence)
        return None
    messages.success(request, f"Saved as draft {saved.mapping.version}. It counts once it is published.")
    return saved.mapping


def tell_problems(request: HttpRequest, refusal: InvalidMappingError) -> None:
    """Flash what is wrong, one sentence each."""
    for problem in refusal.problems[:PROBLEMS_SHOWN]:
        messages.error(request, problem.sentence)

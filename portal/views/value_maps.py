"""Value maps: their entries, changes to them, and the publication of what was changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.approvals.gate import holds
from integrations.errors import ConfigurationError
from integrations.mapping_changes import add_map, change_map, publish_maps
from integrations.models import Action, Sync
from mappings.errors import InvalidMappingError
from mappings.map_versions import content_of
from mappings.models import ValueMap
from mappings.value_maps import Entry
from mappings.value_maps import ValueMap as Content
from portal.forms.map_files import MOST_BYTES, RowFault, columns_of, read_file, to_csv, to_xlsx
from portal.forms.mappings import MapFileForm, NewMapForm, entry_forms, identity_from
from portal.permissions import Ability
from portal.queries.effects import effects_of_maps, healing, look_for_healed, try_version, wants_look
from portal.queries.map_uses import map_uses
from portal.queries.mappings import changes_of_map, entries_like, map_or_404, stamps_of
from portal.queries.syncs import flow_label
from portal.tenancy import current_user, requires
from portal.views.approvals import refused
from portal.views.mappings import LOOK_FIRST, crumbs_of, tell_problems
from portal.views.syncs import sync_or_404

ENTRIES_SHOWN = 80  # so that a form of six key columns stays below 1,000 fields
FAULTS_SHOWN = 100


@requires(Ability.VIEW)
@require_safe
def value_map(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show a value map's entries, in a form to those who may change them."""
    sync = sync_or_404(request, pk)
    return _render_map(request, sync, map_or_404(sync, name))


@requires(Ability.MAP)
@require_POST
def value_map_save(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Put and remove entries; published mappings use them after the next publication."""
    sync = sync_or_404(request, pk)
    kept = map_or_404(sync, name)
    forms = entry_forms(kept, [], request.POST)
    if not forms.is_valid():
        return _render_map(request, sync, kept, forms)
    standing = {entry.identity: entry for entry in content_of(kept).entries}
    typed = [entry for form in forms if (entry := form.entry())]
    put = [entry for entry in typed if standing.get(entry.identity) != entry]
    remove = [gone for form in forms if (gone := form.removed())]
    try:
        change_map(value_map=kept, actor=current_user(request).email, put=put, remove=remove)
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
        return _render_map(request, sync, kept, forms)
    messages.success(request, "Saved. Publish it to have records mapped by it.")
    return redirect("value_map", pk=pk, name=name)


@requires(Ability.VIEW)
@require_safe
def value_maps_changed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what publishing the changed value maps would do, and what the last publication heals."""
    sync = sync_or_404(request, pk)
    effects, heals = effects_of_maps(sync), healing(sync)
    page = {
        "sync": sync,
        "effects": effects,
        "healing": heals,
        "is_held": bool(effects) and holds(sync.tenant_id, Action.PUBLISH),
        "is_pending": any(effect.is_pending for effect in (*effects, *heals)),
        "crumbs": crumbs_of(sync, "Publish value maps"),
    }
    return render(request, "mappings/publish_maps.html", page)


@requires(Ability.MAP)
@require_POST
def value_maps_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish every mapping whose value maps have changed, once somebody could see what would differ."""
    sync, actor = sync_or_404(request, pk), current_user(request).email
    unseen = [effect.mapping for effect in effects_of_maps(sync) if wants_look(sync, effect)]
    if unseen and "anyway" not in request.POST:
        for mapping in unseen:
            try_version(sync, mapping, actor=actor, newest_maps=True)
        messages.info(request, LOOK_FIRST)
        return redirect("value_maps_changed", pk=pk)
    try:
        published = publish_maps(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=actor)
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
    except ConfigurationError as refusal:
        return refused(request, refusal, "maps", pk, "value_maps_changed", pk)
    else:
        for mapping in published:
            look_for_healed(sync, mapping, actor=actor)
        said = ", ".join(f"{flow_label(sync.pair, each.flow)} version {each.version}" for each in published)
        messages.success(request, f"Published: {said}." if said else "Everything is published already.")
    return redirect("value_maps_changed", pk=pk)


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def value_map_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a value map, empty as yet."""
    sync = sync_or_404(request, pk)
    form = NewMapForm(request.POST or None)
    if form.is_bound and form.is_valid():
        name = form.name(ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk).values_list("name"))
        given = form.cleaned_data
        content = Content(name=name, label=given["label"], gives=given["gives"], key_labels=given["key_labels"])
        add_map(tenant_id=sync.tenant_id, sync_id=pk, content=content, actor=current_user(request).email)
        messages.success(request, "Made. Fill it, and let a row of a mapping use it.")
        return redirect("value_map", pk=pk, name=name)
    page = {"sync": sync, "form": form, "crumbs": crumbs_of(sync, "New value map")}
    return render(request, "mappings/new_map.html", page, status=422 if form.errors else 200)


@requires(Ability.VIEW)
@require_safe
def value_map_export(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Give all entries as they stand as a file: CSV, or XLSX where `form` says so."""
    kept = map_or_404(sync_or_404(request, pk), name)
    entries = sorted(content_of(kept).entries, key=lambda entry: (entry.keys, str(entry.valid_from or "")))
    if request.GET.get("form") == "xlsx":
        kind, body = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx(kept, entries)
        ending = "xlsx"
    else:
        kind, body, ending = "text/csv; charset=utf-8", to_csv(kept, entries), "csv"
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{kept.name}.{ending}"'}
    )


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def value_map_import(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take entries from a file: all of them, or, where asked for, those that are right; never silently a part."""
    sync = sync_or_404(request, pk)
    kept = map_or_404(sync, name)
    form = MapFileForm(request.POST or None, request.FILES or None)
    faults: tuple[RowFault, ...] = ()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        found = read_file(given["file"].name, given["file"].read(MOST_BYTES + 1), kept)
        faults = found.faults
        is_taken = not faults or (given["only_good"] and found.entries and faults[0].line > 0)
        if is_taken and _imported(request, form, kept, found.entries) and not faults:
            return redirect("value_map", pk=pk, name=name)
    page = {
        "sync": sync,
        "value_map": kept,
        "form": form,
        "columns": columns_of(kept),
        "faults": faults[:FAULTS_SHOWN],
        "fault_count": len(faults),
        "crumbs": crumbs_of(sync, f"Import into {kept.label}"),
    }
    return render(request, "mappings/import.html", page, status=422 if form.errors or faults else 200)


def _imported(request: HttpRequest, form: MapFileForm, kept: ValueMap, entries: tuple[Entry, ...]) -> bool:
    """Put the entries in one revision, all or none; tell of both."""
    before = kept.revision
    is_whole = form.cleaned_data["mode"] == "replace"
    try:
        change_map(value_map=kept, actor=current_user(request).email, put=entries, is_whole=is_whole)
    except InvalidMappingError as refusal:
        for problem in refusal.problems[:10]:
            form.add_error("file", problem.sentence)
        return False
    number = len(entries)
    said = "Nothing was new in it." if kept.revision == before else "Publish it to have records mapped by it."
    messages.success(request, f"{number:,} row{'s' if number != 1 else ''} taken from the file. {said}")
    return True


def _render_map(request: HttpRequest, sync: Sync, kept: ValueMap, forms: Any = None) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    entries, total = entries_like(kept, text, ENTRIES_SHOWN)
    shown, used = forms or entry_forms(kept, entries), map_uses(sync, kept, entries)
    page = {
        "sync": sync,
        "value_map": kept,
        "entries": [(entry, used.of(entry.identity)) for entry in entries],
        "total": total,
        "most": ENTRIES_SHOWN,
        "q": text,
        "forms": shown,
        "lines": [(form, used.of(identity_from(form["was"].value() or ""))) for form in shown],
        "used": used.check,
        "stamps": stamps_of(kept, entries),
        "changes": changes_of_map(kept),
        "is_ahead": kept.revision > kept.pinned_revision,
        "crumbs": crumbs_of(sync, kept.label),
    }
    return render(request, "mappings/value_map.html", page, status=422 if forms else 200)

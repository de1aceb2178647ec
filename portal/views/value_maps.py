"""Value maps: their entries, changes to them, and the publication of what was changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integrations.mapping_changes import change_map, publish_maps
from integrations.models import Sync
from mappings.errors import InvalidMappingError
from mappings.map_versions import content_of
from mappings.models import ValueMap
from portal.forms.mappings import entry_forms
from portal.permissions import Ability
from portal.queries.mappings import entries_like, map_or_404
from portal.queries.syncs import flow_label
from portal.tenancy import current_user, requires
from portal.views.mappings import crumbs_of, tell_problems
from portal.views.syncs import sync_or_404

ENTRIES_SHOWN = 200


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


@requires(Ability.MAP)
@require_POST
def value_maps_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish every mapping whose value maps have changed."""
    sync = sync_or_404(request, pk)
    try:
        published = publish_maps(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=current_user(request).email)
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
    else:
        said = ", ".join(f"{flow_label(sync.pair, each.flow)} version {each.version}" for each in published)
        messages.success(request, f"Published: {said}." if said else "Everything is published already.")
    return redirect("sync_detail", pk=pk)


def _render_map(request: HttpRequest, sync: Sync, kept: ValueMap, forms: object = None) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    entries, total = entries_like(kept, text, ENTRIES_SHOWN)
    page = {
        "sync": sync,
        "value_map": kept,
        "entries": entries,
        "total": total,
        "most": ENTRIES_SHOWN,
        "q": text,
        "forms": forms or entry_forms(kept, entries),
        "is_ahead": kept.revision > kept.pinned_revision,
        "crumbs": crumbs_of(sync, kept.label),
    }
    return render(request, "mappings/value_map.html", page, status=422 if forms else 200)

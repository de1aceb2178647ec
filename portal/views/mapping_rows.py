"""One row or filter of a mapping at a time: added, changed, removed, its formula checked while it is typed."""

import re
import uuid
from collections.abc import Mapping as Record
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from integrations.mapping_changes import change_draft
from integrations.models import Sync
from mappings.errors import InvalidMappingError, MappingStateError
from mappings.models import Mapping, ValueMap
from mappings.rows import Level
from mappings.rows_json import filter_to_json, row_to_json
from portal.forms.mapping_rows import FilterForm, RowForm, formula_fault
from portal.permissions import Ability
from portal.queries.mapping_fields import ask_for_fields, fields_for
from portal.queries.mapping_suggestions import suggested_filters, suggested_rows
from portal.queries.mapping_trials import tried
from portal.queries.mappings import version_or_404
from portal.tenancy import current_user, requires
from portal.views.mappings import frame, tell_problems
from portal.views.syncs import sync_or_404

Parts = list[dict[str, Any]]


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_row(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Add a row, or change the one named by `row`; of a published version in a new draft."""
    sync = sync_or_404(request, pk)
    base = version_or_404(sync, flow, request.GET.get("version", ""))
    row = _part_or_404(base.rows, request.GET.get("row", ""))
    is_new = row is None
    row = row or {"id": _fresh_id(), "target": request.GET.get("target", "")}
    others = [each for each in base.rows if each.get("id") != row["id"]]
    form = RowForm(request.POST or None, maps=_maps(sync), row=row, others=others)
    if is_new:
        form.initial = {name: request.GET[name] for name in ("target", "level") if name in request.GET}
    if form.is_bound and form.is_valid():
        payload = _named(form.payload, others) if is_new else form.payload
        rows = [payload if each.get("id") == row["id"] else each for each in base.rows]
        saved = _save(request, base, [*rows, payload] if is_new else rows, base.filters)
        if saved:
            return saved
    ask_for_fields(sync, flow, actor=current_user(request).email)
    fields, level = fields_for(sync, base), str(row.get("level") or "header")
    title = "Add a row" if is_new else f"Row for {fields.label_of_target(level, str(row['target']))}"
    page = {**frame(sync, flow, title), "mapping": base, "form": form, "title": title, "is_new": is_new, "row": row}
    page |= {"fields": fields, "maps": form.maps}
    return render(request, "mappings/row.html", page, status=422 if form.errors else 200)


@requires(Ability.MAP)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_filter(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Add a filter, or change the one named by `filter`."""
    sync = sync_or_404(request, pk)
    base = version_or_404(sync, flow, request.GET.get("version", ""))
    kept = _part_or_404(base.filters, request.GET.get("filter", ""))
    row_id = kept["id"] if kept else _fresh_id()
    form = FilterForm(request.POST or None, initial=kept, maps=_maps(sync), row_id=row_id)
    if form.is_bound and form.is_valid():
        filters = [form.payload if each.get("id") == row_id else each for each in base.filters]
        saved = _save(request, base, base.rows, filters if kept else [*filters, form.payload])
        if saved:
            return saved
    title = "Change what is left out" if kept else "Leave records out"
    page = {**frame(sync, flow, title), "mapping": base, "form": form, "title": title, "filter": kept}
    page |= {"fields": fields_for(sync, base)}
    return render(request, "mappings/filter.html", page, status=422 if form.errors else 200)


@requires(Ability.MAP)
@require_POST
def mapping_part_remove(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Take a row or a filter out of a version, in a new draft where it was published."""
    base = version_or_404(sync_or_404(request, pk), flow, request.POST.get("version", ""))
    gone = request.POST.get("part", "")
    rows = [each for each in base.rows if each.get("id") != gone]
    filters = [each for each in base.filters if each.get("id") != gone]
    if len(rows) + len(filters) == len(base.rows) + len(base.filters):
        messages.info(request, "It was removed already.")
        return _to(base)
    return _save(request, base, rows, filters) or _to(base)


@requires(Ability.MAP)
@require_POST
def mapping_take(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Take a suggested row over, the one named by `row`; without one all of them, with the usual filters."""
    sync = sync_or_404(request, pk)
    ask_for_fields(sync, flow, actor=current_user(request).email)
    base = version_or_404(sync, flow, request.POST.get("version", ""))
    wanted, found = request.POST.get("row", ""), suggested_rows(sync, base)
    rows = [row for row in found if not wanted or row.id == wanted]
    if not rows:
        messages.info(request, "Its field is filled already.")
        return _to(base)
    filters = [] if wanted else suggested_filters(sync, base)
    taken = [*base.rows, *map(row_to_json, rows)]
    return _save(request, base, taken, [*base.filters, *map(filter_to_json, filters)]) or _to(base)


@requires(Ability.MAP)
@require_POST
def mapping_formula(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Check the formula as typed so far, and try it on the sample values."""
    sync = sync_or_404(request, pk)
    base = version_or_404(sync, flow, request.POST.get("version", ""))
    text = request.POST.get("formula", "").replace("\r\n", "\n")[:8_000]
    level: Level = "line" if request.POST.get("level") == "line" else "header"
    maps = _maps(sync)
    fault = formula_fault(text, level, maps) if text else None
    page: dict[str, object] = {"text": text, "fault": fault}
    if text and fault is None:
        page["tried"] = tried(base, text, level, fields_for(sync, base).readable)
    elif fault and fault.position:
        start = max(0, fault.position - 31)
        page |= {"before": text[start : fault.position - 1], "at": text[fault.position - 1 : fault.position + 30]}
    return render(request, "mappings/formula_checked.html", page)


@requires(Ability.MAP)
@require_POST
def mapping_fields(request: HttpRequest, pk: int, flow: str) -> HttpResponse:
    """Have the fields of both systems read again, with samples from real records."""
    sync = sync_or_404(request, pk)
    base = version_or_404(sync, flow, request.POST.get("version", ""))
    ask_for_fields(sync, flow, actor=current_user(request).email, is_forced=True)
    messages.info(request, "The fields of both systems are being read. They appear in the pick lists in a moment.")
    return _to(base)


# Helpers


def _part_or_404(parts: Parts, part_id: str) -> dict[str, Any] | None:
    """Give the row or filter of that id; None where none is named. Raises Http404."""
    if not part_id:
        return None
    found = next((each for each in parts if each.get("id") == part_id), None)
    if found is None:
        raise Http404("No such row.")
    return found


def _fresh_id() -> str:
    return uuid.uuid4().hex[:12]


def _named(payload: Record[str, Any], others: Parts) -> dict[str, Any]:
    """Name a new row after its field, so that trails and files can be read, unless that name is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{payload.get('level', '')} {payload['target']}".lower()).strip("-")[:50]
    is_taken = not name or any(each.get("id") == name for each in others)
    return {**payload, "id": payload["id"] if is_taken else name}


def _maps(sync: Sync) -> list[ValueMap]:
    return list(ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk).order_by("label"))


def _to(mapping: Mapping) -> HttpResponseRedirect:
    url = reverse("mapping_detail", args=[mapping.sync_id, mapping.flow])
    return redirect(f"{url}?version={mapping.version}")


def _save(request: HttpRequest, base: Mapping, rows: Parts, filters: Parts) -> HttpResponseRedirect | None:
    """Store the parts; None with the reasons flashed where they cannot be stored."""
    try:
        saved = change_draft(mapping=base, actor=current_user(request).email, rows=rows, filters=filters)
    except InvalidMappingError as refusal:
        tell_problems(request, refusal)
        return None
    except (MappingStateError, forms.ValidationError) as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, f"Saved in draft {saved.mapping.version}. It counts once it is published.")
    return _to(saved.mapping)

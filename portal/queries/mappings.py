"""What the pages of mappings show: versions, rows in words, value maps with their entries."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import Http404

from integrations.models import Sync
from mappings.map_versions import content_of
from mappings.models import Mapping, ValueMap
from mappings.rows import ConstantSpec, FormulaSpec, Row, SourceSpec, ValueMapSpec
from mappings.rows_json import definition_from_json
from mappings.validation import maps_read
from mappings.value_maps import Entry
from mappings.values import to_text

VERSIONS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row in words: which field of the target, filled from what."""

    target: str
    level: str
    kind: str
    content: str
    keys: str = ""
    map_name: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """A value map as a line in a list."""

    value_map: ValueMap
    entries: int

    @property
    def is_ahead(self) -> bool:
        """Tell whether it has changes that no published mapping uses."""
        return int(self.value_map.revision) > int(self.value_map.pinned_revision)


def version_list(sync: Sync, flow: str) -> list[Mapping]:
    """Give the newest versions of a flow's mapping, the newest first, without their content."""
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, flow=flow)
    return list(rows.order_by("-version").defer("rows", "filters")[:VERSIONS_SHOWN])


def version_or_404(sync: Sync, flow: str, version: str = "") -> Mapping:
    """Give a version by its number, else the published one, else the newest; raises Http404."""
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, flow=flow)
    if version:
        found = rows.filter(version=int(version)).first() if version.isascii() and version.isdigit() else None
    else:
        found = rows.filter(status=Mapping.Status.PUBLISHED).first() or rows.order_by("-version").first()
    if found is None:
        raise Http404("No such mapping.")
    return found


def row_views(mapping: Mapping) -> list[RowView]:
    """Give a version's rows in words."""
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    return [_row_view(row) for row in definition.rows]


def filter_views(mapping: Mapping) -> list[tuple[str, str, str]]:
    """Give a version's filters: what they do, the condition, and the reason."""
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    words = {"skip_if": "Left out if", "only_if": "Only if"}
    return [(words[each.mode], each.formula, each.reason) for each in definition.filters]


def _row_view(row: Row) -> RowView:
    notes = [*(["required"] if row.required else []), *(["on creation only"] if row.writes == "on_create" else [])]
    if row.default is not None:
        notes.append(f"else “{to_text(row.default)}”")
    notes += [transform.name.replace("_", " ") for transform in row.transforms]
    spec = row.spec
    if isinstance(spec, SourceSpec):
        return RowView(target=row.target, level=row.level, kind="Source", content=spec.path, notes=tuple(notes))
    if isinstance(spec, ConstantSpec):
        said = to_text(spec.value) or "(empty)"
        return RowView(target=row.target, level=row.level, kind="Always", content=said, notes=tuple(notes))
    if isinstance(spec, FormulaSpec):
        return RowView(target=row.target, level=row.level, kind="Formula", content=spec.formula, notes=tuple(notes))
    return _map_row(row, spec, tuple(notes))


def _map_row(row: Row, spec: ValueMapSpec, notes: tuple[str, ...]) -> RowView:
    keys = ", ".join(spec.keys)
    return RowView(
        target=row.target, level=row.level, kind="Map", content=spec.map, keys=keys, map_name=spec.map, notes=notes
    )


def map_views(sync: Sync, mapping: Mapping) -> list[MapView]:
    """Give the value maps that a version reads."""
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    rows = ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, name__in=maps_read(definition))
    standing = Count("entries", filter=Q(entries__removed_in__isnull=True))
    return [MapView(value_map=row, entries=row.standing) for row in rows.annotate(standing=standing)]


def map_or_404(sync: Sync, name: str) -> ValueMap:
    """Give a value map of a sync; raises Http404."""
    found = ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, name=name).first()
    if found is None:
        raise Http404("No such value map.")
    return found


def entries_like(value_map: ValueMap, text: str, most: int) -> tuple[list[Entry], int]:
    """Give the first entries that hold a text, by their keys, and how many there are in all."""
    entries = sorted(content_of(value_map).entries, key=lambda entry: entry.keys)
    wanted = text.lower()
    found = [entry for entry in entries if wanted in " ".join((*entry.keys, entry.value)).lower()]
    return found[:most], len(found)

"""What the pages of mappings show: versions, rows in words, value maps with their entries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404

from audit.models import ConfigChange
from integrations.models import Sync
from mappings.catalogue import TargetField
from mappings.map_versions import content_of
from mappings.models import Mapping, ValueMap
from mappings.problems import RowProblem
from mappings.rows import ConstantSpec, FormulaSpec, Row, SourceSpec
from mappings.rows_json import definition_from_json
from mappings.validation import maps_read, validate
from mappings.value_maps import Entry
from mappings.values import to_text
from mappings.versions import maps_of
from portal.models import Tenant
from portal.queries.mapping_fields import KnownFields, paths_of
from portal.queries.syncs import FlowRow, flows_of

VERSIONS_SHOWN = 50
HINTS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row in words: which field of the target, filled from what."""

    target: str
    label: str  # of the target's field, "" where only its name is known
    level: str
    kind: str
    content: str
    said: str = ""  # what the content is called, "" where only its name is known
    id: str = ""
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


def row_views(mapping: Mapping, fields: KnownFields) -> list[RowView]:
    """Give a version's rows in words."""
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    return [row_view(row, fields) for row in definition.rows]


def filter_views(mapping: Mapping) -> list[tuple[str, str, str, str]]:
    """Give a version's filters: what they do, the condition, the reason, and the id."""
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    words = {"skip_if": "Left out if", "only_if": "Only if"}
    return [(words[each.mode], each.formula, each.reason, each.id) for each in definition.filters]


def row_view(row: Row, fields: KnownFields) -> RowView:
    """Give one row in words."""
    notes = [*(["required"] if row.required else []), *(["on creation only"] if row.writes == "on_create" else [])]
    if row.default is not None:
        notes.append(f"else “{to_text(row.default)}”")
    notes += [transform.name.replace("_", " ") for transform in row.transforms]
    kind, content, map_name = _filled_from(row)
    label = fields.label_of_target(row.level, row.target)
    return RowView(
        id=row.id,
        target=row.target,
        label=label if label != row.target else "",
        level=row.level,
        kind=kind,
        content=content,
        said=fields.label_of(content) if isinstance(row.spec, SourceSpec) else "",
        keys=" and ".join(fields.label_of(key) for key in paths_of(row)) if map_name else "",
        map_name=map_name,
        notes=tuple(notes),
    )


def _filled_from(row: Row) -> tuple[str, str, str]:
    """Give the kind of a row in a word, its content, and the value map that it reads."""
    spec = row.spec
    if isinstance(spec, SourceSpec):
        return "Source", spec.path, ""
    if isinstance(spec, ConstantSpec):
        return "Always", to_text(spec.value) or "(empty)", ""
    if isinstance(spec, FormulaSpec):
        return "Formula", spec.formula, ""
    return "Map", spec.map, spec.map


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


def stamps_of(value_map: ValueMap, entries: list[Entry]) -> list[tuple[str, str, datetime]]:
    """Give for each entry its keys, who put it there, and when; in the entries' order."""
    rows = value_map.entries.filter(removed_in__isnull=True, keys__in=[list(entry.keys) for entry in entries])
    found = {(tuple(row.keys), row.valid_from): (row.added_by, row.added_at) for row in rows}
    return [(" | ".join(each.keys), *found[each.identity]) for each in entries if each.identity in found]


def changes_of_map(value_map: ValueMap, number: int = 10) -> list[ConfigChange]:
    """Give the newest changes of a value map from the trail."""
    rows = ConfigChange.objects.for_tenant(value_map.tenant_id).filter(subject=f"value map {value_map.pk}")
    return list(rows.order_by("-id")[:number])


# The catalogue's hints


def hints_of(mapping: Mapping, targets: tuple[TargetField, ...]) -> tuple[RowProblem, ...]:
    """Judge a version by the target's fields as they were last read: unknown ones, wrong types, values that do not fit.

    Required fields that no row fills are left to the reader: a flow fills some of them itself.
    """
    if not targets:
        return ()
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    found = validate(definition.rows, targets, (), maps_of(mapping, definition), filters=definition.filters)
    return tuple(each for each in found if each.code != "missing_required")[:HINTS_SHOWN]


# Versions compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row or filter that is not the same in two versions; a missing side has no lines."""

    label: str
    level: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def word(self) -> str:
        """Say what happened to it."""
        return "Changed" if self.before and self.after else "Added" if self.after else "Removed"


def compare_versions(before: Mapping, after: Mapping, fields: KnownFields) -> list[Difference]:
    """Give the rows and filters that differ between two versions, in the later one's order."""
    was, now = _parts_of(before, fields), _parts_of(after, fields)
    found = []
    for key in dict.fromkeys((*now, *was)):
        old, new = was.get(key, ()), now.get(key, ())
        if old != new:
            found.append(Difference(label=key[1], level=key[0], before=old, after=new))
    return found


def _parts_of(mapping: Mapping, fields: KnownFields) -> dict[tuple[str, str], tuple[str, ...]]:
    parts: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in row_views(mapping, fields):
        by = f"by {row.keys}" if row.keys else ""
        content = f"{row.kind}: {row.said or row.content}"
        parts[(row.level, row.label or row.target)] = tuple(filter(None, (content, by, ", ".join(row.notes))))
    for word, formula, reason, part_id in filter_views(mapping):
        parts[("filter", part_id)] = (f"{word} {formula}", reason)
    return parts


def map_differences(before: Mapping, after: Mapping) -> list[tuple[str, int | None, int | None]]:
    """Give the value maps of which two published versions use different revisions; drafts use them as they stand."""
    names = sorted({*before.value_maps, *after.value_maps}) if not (before.is_draft or after.is_draft) else []
    pairs = [(name, before.value_maps.get(name), after.value_maps.get(name)) for name in names]
    return [each for each in pairs if each[1] != each[2]]


# All mappings of a company


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncMappings:
    """A sync with its flows and value maps."""

    sync: Sync
    flows: list[FlowRow]
    maps: list[MapView]


def mapping_rows(tenant: Tenant) -> list[SyncMappings]:
    """List what a company's syncs map; no archived ones, no trials; three queries, however many syncs there are."""
    syncs = Sync.objects.for_tenant(tenant).filter(trial_of=None).exclude(state=Sync.State.ARCHIVED)
    kept = list(syncs.select_related("source", "target").order_by("name", "id"))
    ids = [sync.pk for sync in kept]
    versions, maps = _newest_versions(tenant, ids), _maps_of_syncs(tenant, ids)
    return [SyncMappings(sync=sync, flows=_flows_mapped(sync, versions[sync.pk]), maps=maps[sync.pk]) for sync in kept]


def _flows_mapped(sync: Sync, versions: dict[tuple[str, str], int]) -> list[FlowRow]:
    return [
        FlowRow(
            slug=flow.slug,
            label=flow.label,
            published=versions.get((flow.slug, Mapping.Status.PUBLISHED)),
            draft=versions.get((flow.slug, Mapping.Status.DRAFT)),
            counts=(),
        )
        for flow in flows_of(sync.pair)
    ]


def _newest_versions(tenant: Tenant, sync_ids: list[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Give the highest version of each flow and status, by sync."""
    rows = Mapping.objects.for_tenant(tenant).filter(sync_id__in=sync_ids).exclude(status=Mapping.Status.RETIRED)
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for sync_id, flow, status, version in rows.order_by("version").values_list("sync_id", "flow", "status", "version"):
        found[sync_id][(flow, status)] = version
    return found


def _maps_of_syncs(tenant: Tenant, sync_ids: list[int]) -> dict[int, list[MapView]]:
    """Give the value maps with the number of their entries, by sync."""
    standing = Count("entries", filter=Q(entries__removed_in__isnull=True))
    rows = ValueMap.objects.for_tenant(tenant).filter(sync_id__in=sync_ids).order_by("label")
    found: dict[int, list[MapView]] = defaultdict(list)
    for row in rows.annotate(standing=standing):
        found[row.sync_id].append(MapView(value_map=row, entries=row.standing))
    return found

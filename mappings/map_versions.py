"""The verbs on value maps: made, changed entry by entry or as a whole, and read as they stood at any revision."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mappings.errors import InvalidMappingError
from mappings.models import ValueMap, ValueMapEntry
from mappings.sentences import map_problem
from mappings.value_maps import Entry, Identity, faults
from mappings.value_maps import ValueMap as Content

_BATCH = 5_000


def ensure_maps(*, tenant_id: int, sync_id: int, value_maps: Iterable[Content], actor: str) -> None:
    """Make those of the value maps that the sync has not; the others stay as they are. Safe to call twice.

    Three statements, however many there are. Raises InvalidMappingError naming entries that contradict others.
    """
    wanted = {content.name: content for content in value_maps}
    kept = ValueMap.objects.for_tenant(tenant_id).filter(sync_id=sync_id, name__in=list(wanted))
    known = set(kept.values_list("name", flat=True)) if wanted else set()
    lacking = [content for name, content in wanted.items() if name not in known]
    if not lacking:
        return
    made = [_new(tenant_id, sync_id, content, actor) for content in lacking]
    for value_map, content in zip(made, lacking, strict=True):
        _refuse_faults(value_map, content.entries)
    with transaction.atomic():
        ValueMap.objects.bulk_create(made)
        pairs = zip(made, lacking, strict=True)
        rows = [_row(value_map, entry, actor) for value_map, content in pairs for entry in content.entries]
        ValueMapEntry.objects.bulk_create(rows, batch_size=_BATCH)


def _new(tenant_id: int, sync_id: int, content: Content, actor: str) -> ValueMap:
    return ValueMap(
        tenant_id=tenant_id,
        sync_id=sync_id,
        name=content.name,
        label=content.label,
        gives=content.gives,
        key_labels=list(content.key_labels),
        created_by=actor,
        revision=1 if content.entries else 0,
    )


def change_entries(
    *,
    value_map: ValueMap,
    actor: str,
    put: Iterable[Entry] = (),
    remove: Iterable[Identity] = (),
    is_whole: bool = False,
) -> int:
    """Put and remove entries in one new revision, all or nothing; give the revision. Safe to call twice.

    An entry replaces the one with its keys and first day. `is_whole`: what is not put is removed. Nothing changes for
    published mappings until the next publication. Raises InvalidMappingError naming entries that contradict others.
    """
    with transaction.atomic():
        locked = ValueMap.objects.for_tenant(value_map.tenant_id).select_for_update().get(pk=value_map.pk)
        standing = {entry.identity: entry for entry in content_of(locked).entries}
        wanted = {} if is_whole else {each: entry for each, entry in standing.items() if each not in set(remove)}
        wanted |= {entry.identity: entry for entry in put}
        _refuse_faults(locked, wanted.values())
        gone = [each for each, entry in standing.items() if wanted.get(each) != entry]
        added = [entry for each, entry in wanted.items() if standing.get(each) != entry]
        if gone or added:
            _write(locked, gone, added, actor)
    value_map.revision = locked.revision
    return int(locked.revision)


def _refuse_faults(value_map: ValueMap, entries: Iterable[Entry]) -> None:
    problems = [map_problem(value_map.name, fault) for fault in faults(_content(value_map, entries))]
    if problems:
        raise InvalidMappingError(tuple(problems))


def _write(value_map: ValueMap, gone: list[Identity], added: list[Entry], actor: str) -> None:
    value_map.revision += 1
    value_map.save(update_fields=["revision"])
    stamp = {"removed_in": value_map.revision, "removed_by": actor, "removed_at": timezone.now()}
    ids = _ids_of(value_map, gone)
    for start in range(0, len(ids), _BATCH):
        value_map.entries.filter(pk__in=ids[start : start + _BATCH]).update(**stamp)
    rows = [_row(value_map, entry, actor) for entry in added]
    ValueMapEntry.objects.bulk_create(rows, batch_size=_BATCH)


def _ids_of(value_map: ValueMap, identities: list[Identity]) -> list[int]:
    wanted = set(identities)
    standing = value_map.entries.filter(removed_in__isnull=True).values_list("pk", "keys", "valid_from")
    return [pk for pk, keys, valid_from in standing if (tuple(keys), valid_from) in wanted]


def _row(value_map: ValueMap, entry: Entry, actor: str) -> ValueMapEntry:
    return ValueMapEntry(
        value_map=value_map,
        keys=list(entry.keys),
        value=entry.value,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        added_in=value_map.revision,
        added_by=actor,
    )


def content_of(value_map: ValueMap, revision: int | None = None) -> Content:
    """Give the content at a revision, by default the newest."""
    return contents_of({value_map: revision})[0]


def contents_of(revisions: Mapping[ValueMap, int | None]) -> tuple[Content, ...]:
    """Give the contents of value maps, each at its revision (None: its newest), with one query."""
    entries: dict[int, list[Entry]] = {value_map.pk: [] for value_map in revisions}
    stands = [_stands(value_map, revision) for value_map, revision in revisions.items()]
    if stands:
        found = ValueMapEntry.objects.filter(reduce(or_, stands)).order_by("pk")
        columns = found.values_list("value_map_id", "keys", "value", "valid_from", "valid_to")
        for pk, keys, value, valid_from, valid_to in columns.iterator(chunk_size=_BATCH):
            entries[pk].append(Entry(keys=tuple(keys), value=value, valid_from=valid_from, valid_to=valid_to))
    return tuple(_content(value_map, entries[value_map.pk]) for value_map in revisions)


def _stands(value_map: ValueMap, revision: int | None) -> Q:
    at = value_map.revision if revision is None else revision
    is_there = Q(removed_in__isnull=True) | Q(removed_in__gt=at)
    return Q(value_map=value_map, added_in__lte=at) & is_there


def _content(value_map: ValueMap, entries: Iterable[Entry]) -> Content:
    return Content(
        name=value_map.name,
        label=value_map.label,
        gives=value_map.gives,
        key_labels=tuple(value_map.key_labels),
        entries=tuple(entries),
    )

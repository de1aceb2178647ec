"""The verbs on mappings: draft, save, publish, read; a published version and the value maps under it never change."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from mappings.apply import CompiledMapping, compile_mapping
from mappings.catalogue import SourceField, TargetField
from mappings.errors import InvalidMappingError, MappingStateError
from mappings.map_versions import contents_of, ensure_maps
from mappings.models import Mapping, ValueMap
from mappings.problems import RowProblem
from mappings.rows import Definition, Filter, Row
from mappings.rows_json import definition_from_json, filter_to_json, row_to_json
from mappings.validation import maps_read, validate
from mappings.value_maps import ValueMap as Content
from mappings.value_maps import Watch

_CACHED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A stored draft and what still stands between it and its publication."""

    mapping: Mapping
    problems: tuple[RowProblem, ...]


def create_draft(
    *,
    tenant_id: int,
    sync_id: int,
    flow: str,
    actor: str,
    rows: Iterable[Row] = (),
    filters: Iterable[Filter] = (),
    value_maps: Iterable[Content] = (),
    from_version: int | None = None,
) -> Mapping:
    """Make a new draft: a copy of `from_version`, else of the published version, else of the defaults handed in.

    The sync's missing value maps are made from `value_maps`. Raises MappingStateError where `from_version` is unknown.
    """
    with one_change_at_a_time(sync_id):
        ensure_maps(tenant_id=tenant_id, sync_id=sync_id, value_maps=value_maps, actor=actor)
        versions = Mapping.objects.for_tenant(tenant_id).filter(sync_id=sync_id, flow=flow)
        if from_version is None:
            base = versions.filter(status=Mapping.Status.PUBLISHED).first()
        else:
            base = versions.filter(version=from_version).first()
            if base is None:
                raise MappingStateError(f"There is no version {from_version} of {flow}. Choose another.")
        payload_rows = base.rows if base else [row_to_json(row) for row in rows]
        payload_filters = base.filters if base else [filter_to_json(each) for each in filters]
        return _new_version(tenant_id, sync_id, flow, actor, payload_rows, payload_filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a flow's mapping begins with."""

    flow: str
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...] = ()
    value_maps: tuple[Content, ...] = ()


def publish_first(*, tenant_id: int, sync_id: int, actor: str, starts: Iterable[Start]) -> None:
    """Make and publish the first version of each flow of a new sync, in a handful of statements however many there are.

    Errors as `create_draft` and `publish`; then nothing is made.
    """
    starts = tuple(starts)
    with one_change_at_a_time(sync_id):
        wanted = {content.name: content for start in reversed(starts) for content in start.value_maps}
        ensure_maps(tenant_id=tenant_id, sync_id=sync_id, value_maps=wanted.values(), actor=actor)
        stored = list(ValueMap.objects.for_tenant(tenant_id).filter(sync_id=sync_id))
        contents = dict(zip(stored, contents_of(dict.fromkeys(stored)), strict=True))
        made = [_first(tenant_id, sync_id, actor, start, contents) for start in starts]
        Mapping.objects.bulk_create(made)
        read = {name for mapping in made for name in mapping.value_maps}
        maps = ValueMap.objects.for_tenant(tenant_id).filter(sync_id=sync_id, name__in=read)
        maps.update(pinned_revision=F("revision"))


def _first(tenant_id: int, sync_id: int, actor: str, start: Start, contents: dict[ValueMap, Content]) -> Mapping:
    definition = Definition(rows=start.rows, filters=start.filters)
    names = maps_read(definition)
    maps = tuple(content for value_map, content in contents.items() if value_map.name in names)
    problems = _problems(definition, maps)
    if problems:
        raise InvalidMappingError(problems)
    return Mapping(
        tenant_id=tenant_id,
        sync_id=sync_id,
        flow=start.flow,
        version=1,
        status=Mapping.Status.PUBLISHED,
        rows=[row_to_json(row) for row in start.rows],
        filters=[filter_to_json(each) for each in start.filters],
        value_maps={value_map.name: value_map.revision for value_map in contents if value_map.name in names},
        created_by=actor,
        published_by=actor,
        published_at=timezone.now(),
    )


@contextmanager
def one_change_at_a_time(sync_id: int) -> Iterator[None]:
    """Let one change of a sync's mappings happen at a time, so that version numbers and publications never collide.

    It holds to the end of the transaction around it. May be entered again.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mappings of sync {sync_id}"])
        yield


def _new_version(tenant_id: int, sync_id: int, flow: str, actor: str, rows: object, filters: object) -> Mapping:
    last = Mapping.objects.for_tenant(tenant_id).filter(sync_id=sync_id, flow=flow).aggregate(last=Max("version"))
    return Mapping.objects.create(
        tenant_id=tenant_id,
        sync_id=sync_id,
        flow=flow,
        version=(last["last"] or 0) + 1,
        rows=rows,
        filters=filters,
        created_by=actor,
    )


def save_rows(*, mapping: Mapping, actor: str, rows: object, filters: object | None = None) -> Saved:
    """Store the rows (and filters, unless None: those stay) in the draft; of a published version, in a new draft.

    Raises InvalidMappingError for what cannot be read as rows. Whatever else is wrong is kept and told in the answer,
    so that half-made work is not lost; publication refuses it. Raises MappingStateError if the draft was published or
    discarded meanwhile.
    """
    if not mapping.is_draft:
        return save_as_draft(mapping=mapping, actor=actor, rows=rows, filters=filters)
    kept_rows, kept_filters = _readable(mapping, rows, filters)
    drafts = Mapping.objects.for_tenant(mapping.tenant_id).filter(pk=mapping.pk, status=Mapping.Status.DRAFT)
    if not drafts.update(rows=kept_rows, filters=kept_filters, created_by=actor):
        raise MappingStateError(f"{mapping} was published or discarded meanwhile. Open the flow's newest version.")
    mapping.rows, mapping.filters, mapping.created_by = kept_rows, kept_filters, actor
    return Saved(mapping=mapping, problems=problems_of(mapping))


def save_as_draft(*, mapping: Mapping, actor: str, rows: object, filters: object | None = None) -> Saved:
    """Store the rows as a new draft version beside `mapping`, which stays as it is. Errors as `save_rows`."""
    kept_rows, kept_filters = _readable(mapping, rows, filters)
    with one_change_at_a_time(mapping.sync_id):
        draft = _new_version(mapping.tenant_id, mapping.sync_id, mapping.flow, actor, kept_rows, kept_filters)
    return Saved(mapping=draft, problems=problems_of(draft))


def _readable(mapping: Mapping, rows: object, filters: object | None) -> tuple[list[object], list[object]]:
    """Give rows and filters in their stored form; raise InvalidMappingError where they have no readable shape."""
    definition, problems = definition_from_json(rows, mapping.filters if filters is None else filters)
    if problems:
        raise InvalidMappingError(problems)
    return [row_to_json(row) for row in definition.rows], [filter_to_json(each) for each in definition.filters]


def discard_draft(*, mapping: Mapping) -> None:
    """Delete a draft. Safe to call twice; raises MappingStateError for a version that was published."""
    if not mapping.is_draft:
        raise MappingStateError(f"{mapping} was published and is kept for the trail.")
    Mapping.objects.for_tenant(mapping.tenant_id).filter(pk=mapping.pk, status=Mapping.Status.DRAFT).delete()


def problems_of(
    mapping: Mapping, *, targets: Iterable[TargetField] = (), sources: Iterable[SourceField] = ()
) -> tuple[RowProblem, ...]:
    """Name all that is wrong with a version: in itself, and by the catalogues where they are handed in."""
    definition, unread = definition_from_json(mapping.rows, mapping.filters)
    return (*unread, *_problems(definition, maps_of(mapping, definition), targets, sources))


def _problems(
    definition: Definition,
    maps: tuple[Content, ...],
    targets: Iterable[TargetField] = (),
    sources: Iterable[SourceField] = (),
) -> tuple[RowProblem, ...]:
    compiled = compile_mapping(definition.rows, maps, filters=definition.filters)
    return (*compiled.problems, *validate(definition.rows, targets, sources, maps, filters=definition.filters))


def maps_of(mapping: Mapping, definition: Definition) -> tuple[Content, ...]:
    """Give the value maps that the version reads: as pinned at its publication, for a draft as they stand."""
    names = maps_read(definition)
    stored = ValueMap.objects.for_tenant(mapping.tenant_id).filter(sync_id=mapping.sync_id, name__in=names)
    pins = {} if mapping.is_draft else mapping.value_maps
    return contents_of({value_map: pins.get(value_map.name) for value_map in stored})


def publish(
    *, mapping: Mapping, actor: str, targets: Iterable[TargetField] = (), sources: Iterable[SourceField] = ()
) -> Mapping:
    """Make the draft the version that records are mapped by, retire the one before, and pin its value maps.

    Raises InvalidMappingError with every problem found (by the catalogues, too, where they are handed in), and
    MappingStateError if it is no draft any more. Re-posts nothing.
    """
    with one_change_at_a_time(mapping.sync_id):
        versions = Mapping.objects.for_tenant(mapping.tenant_id).filter(sync_id=mapping.sync_id, flow=mapping.flow)
        draft = versions.select_for_update().filter(pk=mapping.pk, status=Mapping.Status.DRAFT).first()
        if draft is None:
            raise MappingStateError(f"{mapping} is no draft any more. Open the flow's newest version.")
        pins = _pin_maps(draft)
        problems = problems_of(draft, targets=targets, sources=sources)
        if problems:
            raise InvalidMappingError(problems)
        now = timezone.now()
        versions.filter(status=Mapping.Status.PUBLISHED).update(status=Mapping.Status.RETIRED, retired_at=now)
        draft.status, draft.value_maps = Mapping.Status.PUBLISHED, pins
        draft.published_by, draft.published_at = actor, now
        draft.save(update_fields=["status", "value_maps", "published_by", "published_at"])
        return draft


def _pin_maps(draft: Mapping) -> dict[str, int]:
    """Close the value maps' newest revisions to changes; give the revision of each map that the draft reads."""
    definition, _ = definition_from_json(draft.rows, draft.filters)
    maps = ValueMap.objects.for_tenant(draft.tenant_id).filter(sync_id=draft.sync_id, name__in=maps_read(definition))
    pins = dict(maps.select_for_update().order_by("pk").values_list("name", "revision"))
    maps.update(pinned_revision=F("revision"))
    return pins


def publish_map_changes(*, tenant_id: int, sync_id: int, actor: str) -> tuple[Mapping, ...]:
    """Publish anew, with unchanged rows, each mapping of the sync whose value maps have changed since its publication.

    Gives the new versions. Safe to call twice: what is up to date stays. Errors as `publish`; then none is published.
    """
    with transaction.atomic():
        stale = behind_their_maps(tenant_id=tenant_id, sync_id=sync_id)
        drafts = [create_draft(tenant_id=tenant_id, sync_id=sync_id, flow=each.flow, actor=actor) for each in stale]
        return tuple(publish(mapping=draft, actor=actor) for draft in drafts)


def behind_their_maps(*, tenant_id: int, sync_id: int) -> list[Mapping]:
    """Give the published mappings of a sync whose value maps have changed since; two queries."""
    mappings = Mapping.objects.for_tenant(tenant_id).filter(sync_id=sync_id, status=Mapping.Status.PUBLISHED)
    newest = dict(ValueMap.objects.for_tenant(tenant_id).filter(sync_id=sync_id).values_list("name", "revision"))
    return [each for each in mappings if any(newest[name] > pin for name, pin in each.value_maps.items())]


def compiled(mapping: Mapping, *, targets: Iterable[TargetField] = (), watch: Watch | None = None) -> CompiledMapping:
    """Make a version ready to be applied, a draft too: what is wrong with it then shows on the records.

    `watch` is told of every look-up in a value map.
    """
    definition, unread = definition_from_json(mapping.rows, mapping.filters)
    maps = maps_of(mapping, definition)
    return compile_mapping(
        definition.rows,
        maps,
        filters=definition.filters,
        targets=targets,
        version=mapping.version,
        problems=unread,
        watch=watch,
    )


def published(*, sync_id: int, flow: str, targets: tuple[TargetField, ...] = ()) -> CompiledMapping:
    """Give the flow's published mapping, ready to be applied and kept in memory; one small query when it is.

    With `targets`, values are brought into the form of their field. Raises MappingStateError where none is published.
    The sync's id alone is enough: the caller holds the sync's row, which belongs to its tenant.
    """
    found = Mapping.objects.filter(sync_id=sync_id, flow=flow, status=Mapping.Status.PUBLISHED)
    row = found.values_list("pk", "published_at").first()
    if row is None:
        raise MappingStateError(f"No mapping is published for {flow}. Publish one under Mappings.")
    return _kept(row[0], str(row[1]), targets)


@lru_cache(maxsize=_CACHED)
def _kept(mapping_id: int, published_at: str, targets: tuple[TargetField, ...]) -> CompiledMapping:
    """Compile a published version: it never changes, so the copy never ages. The time tells tests' databases apart."""
    return compiled(Mapping.objects.get(pk=mapping_id), targets=targets)

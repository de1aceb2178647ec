"""Changes to mappings, put on record: the verbs of `mappings` with the trail's entry, for the portal and the admin."""

from collections.abc import Iterable

from django.db import transaction

from audit.record import change_config
from integrations.approvals.gate import demand, holds
from integrations.approvals.publications import maps_deed, publication_deed
from integrations.models import Action
from mappings import map_versions, versions
from mappings.models import Mapping, ValueMap
from mappings.value_maps import Entry, Identity
from mappings.value_maps import ValueMap as Content
from mappings.versions import Saved


def save_mapping(*, mapping: Mapping, actor: str, rows: object, filters: object | None = None) -> Saved:
    """Store rows (and filters, unless None) as a new draft version. Raises InvalidMappingError for unreadable rows."""
    with transaction.atomic():
        saved = versions.save_as_draft(mapping=mapping, actor=actor, rows=rows, filters=filters)
        _note(saved.mapping, "draft saved", actor, based_on=mapping.version)
    return saved


def change_draft(*, mapping: Mapping, actor: str, rows: object, filters: object | None = None) -> Saved:
    """Store rows in the draft itself, or beside a published version as a new draft. Errors as `versions.save_rows`."""
    with transaction.atomic():
        saved = versions.save_rows(mapping=mapping, actor=actor, rows=rows, filters=filters)
        _note(saved.mapping, "draft saved", actor, based_on=mapping.version)
    return saved


def publish_mapping(*, mapping: Mapping, actor: str, approval: int | None = None) -> Mapping:
    """Publish a draft. Raises InvalidMappingError with all that is wrong, MappingStateError for what is no draft.

    Under the two-person rule `approval` is the request granted for it; else ConfigurationError.
    """
    with transaction.atomic():
        if (is_held := holds(mapping.tenant_id, Action.PUBLISH)) or approval is not None:
            demand(publication_deed(mapping), approval, is_held=is_held)
        published = versions.publish(mapping=mapping, actor=actor)
        _note(published, "published", actor)
    return published


def discard_draft(*, mapping: Mapping, actor: str) -> None:
    """Throw a draft away. Raises MappingStateError for a version that was published."""
    with transaction.atomic():
        _note(mapping, "draft discarded", actor)
        versions.discard_draft(mapping=mapping)


def roll_back(*, mapping: Mapping, actor: str) -> Mapping:
    """Make a new draft with the rows and filters of an earlier version. It counts once it is published."""
    with transaction.atomic():
        saved = versions.save_as_draft(mapping=mapping, actor=actor, rows=mapping.rows, filters=mapping.filters)
        _note(saved.mapping, "rolled back", actor, based_on=mapping.version)
    return saved.mapping


def add_map(*, tenant_id: int, sync_id: int, content: Content, actor: str) -> None:
    """Make a value map of the sync; one of that name stays as it is. Safe to call twice."""
    with transaction.atomic():
        map_versions.ensure_maps(tenant_id=tenant_id, sync_id=sync_id, value_maps=(content,), actor=actor)
        change_config(
            tenant_id=tenant_id,
            actor=actor,
            subject=f"sync {sync_id}",
            action="value map added",
            details={"map": content.name, "key_labels": list(content.key_labels), "gives": content.gives},
        )


def change_map(
    *,
    value_map: ValueMap,
    actor: str,
    put: Iterable[Entry] = (),
    remove: Iterable[Identity] = (),
    is_whole: bool = False,
) -> int:
    """Put and remove entries of a value map; gives its revision. Raises InvalidMappingError for contradictions.

    `is_whole`: what is not put is removed.
    """
    put, remove = list(put), list(remove)
    with transaction.atomic():
        before = value_map.revision
        revision = map_versions.change_entries(
            value_map=value_map, actor=actor, put=put, remove=remove, is_whole=is_whole
        )
        if revision != before:
            change_config(
                tenant_id=value_map.tenant_id,
                actor=actor,
                subject=f"value map {value_map.pk}",
                action="entries changed",
                details={
                    "sync": value_map.sync_id,
                    "map": value_map.name,
                    "revision": revision,
                    "entries": len(put),
                    "put": [f"{' | '.join(entry.keys)} -> {entry.value}" for entry in put][:100],
                    "removed": [" | ".join(keys) for keys, _ in remove][:100],
                },
            )
    return revision


def publish_maps(*, tenant_id: int, sync_id: int, actor: str, approval: int | None = None) -> tuple[Mapping, ...]:
    """Publish anew each mapping of the sync whose value maps have changed. Safe to call twice. Errors as publishing."""
    with transaction.atomic():
        if (is_held := holds(tenant_id, Action.PUBLISH)) or approval is not None:
            deed = maps_deed(tenant_id, sync_id)
            demand(deed, approval, is_held=is_held and bool(deed.content))
        published = versions.publish_map_changes(tenant_id=tenant_id, sync_id=sync_id, actor=actor)
        for mapping in published:
            _note(mapping, "published", actor)
    return published


def _note(mapping: Mapping, action: str, actor: str, **more: object) -> None:
    details = {"sync": mapping.sync_id, "flow": mapping.flow, "version": mapping.version, **more}
    change_config(
        tenant_id=mapping.tenant_id, actor=actor, subject=f"mapping {mapping.pk}", action=action, details=details
    )

"""What publishing a mapping comes to, locked: its rows and filters, its value maps, and the version it replaces."""

from collections.abc import Iterable
from typing import Any

from integrations.approvals.gate import Deed
from integrations.models import Action
from mappings.models import Mapping, ValueMap
from mappings.rows_json import definition_from_json
from mappings.validation import maps_read
from mappings.versions import behind_their_maps, one_change_at_a_time


def publication_deed(mapping: Mapping) -> Deed:
    """Give what publishing a version comes to. In a transaction nobody changes it until its end."""
    with one_change_at_a_time(mapping.sync_id):
        content = [_content(mapping.tenant_id, mapping.sync_id, mapping.pk)]
    return _deed(mapping.tenant_id, f"mapping {mapping.pk}", content)


def maps_deed(tenant_id: int, sync_id: int) -> Deed:
    """Give what publishing a sync's changed value maps comes to: each mapping that reads one, with its rows."""
    with one_change_at_a_time(sync_id):
        stale = behind_their_maps(tenant_id=tenant_id, sync_id=sync_id)
        content = [_content(tenant_id, sync_id, pk) for pk in sorted(each.pk for each in stale)]
    return _deed(tenant_id, f"value maps of sync {sync_id}", content)


def _deed(tenant_id: int, subject: str, content: list[dict[str, Any]]) -> Deed:
    return Deed(tenant_id=tenant_id, action=Action.PUBLISH, subject=subject, content=content)


def _content(tenant_id: int, sync_id: int, mapping_id: int) -> dict[str, Any]:
    versions = Mapping.objects.for_tenant(tenant_id).filter(sync_id=sync_id)
    mapping = versions.select_for_update().filter(pk=mapping_id).first()
    if mapping is None:
        return {}
    standing = versions.filter(flow=mapping.flow, status=Mapping.Status.PUBLISHED).values_list("version", flat=True)
    return {
        "id": mapping.pk,
        "flow": mapping.flow,
        "version": mapping.version,
        "status": mapping.status,
        "replaces": standing.first() or 0,
        "rows": mapping.rows,
        "filters": mapping.filters,
        "maps": _revisions(mapping),
    }


def _revisions(mapping: Mapping) -> dict[str, int]:
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    names: Iterable[str] = maps_read(definition)
    maps = ValueMap.objects.for_tenant(mapping.tenant_id).filter(sync_id=mapping.sync_id, name__in=names)
    return dict(maps.select_for_update().order_by("pk").values_list("name", "revision"))

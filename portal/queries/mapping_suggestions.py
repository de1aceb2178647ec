"""Rows that a mapping could take over: those that its pair ships, where nothing fills their field yet."""

from integrations import registry
from integrations.contracts import Flow
from integrations.engine.syncs import usual_rows
from integrations.models import Sync
from mappings.models import Mapping
from mappings.rows import Filter, Row
from mappings.rows_json import definition_from_json
from portal.queries.mapping_fields import KnownFields
from portal.queries.mappings import RowView, row_view


def suggested_rows(sync: Sync, mapping: Mapping) -> list[Row]:
    """Give the usual rows of a flow whose field no row of this version fills."""
    flow = _flow(sync, mapping.flow)
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    filled = {(row.level, row.target) for row in definition.rows}
    rows = usual_rows(flow, sync.target) if flow else []
    return [row for row in rows if (row.level, row.target) not in filled]


def suggested_filters(sync: Sync, mapping: Mapping) -> list[Filter]:
    """Give the usual filters of a flow that this version lacks."""
    flow = _flow(sync, mapping.flow)
    known = {each.get("id") for each in mapping.filters}
    return [each for each in (flow.default_filters if flow else ()) if each.id not in known]


def suggestions(sync: Sync, mapping: Mapping, fields: KnownFields) -> list[RowView]:
    """Give the suggested rows in words."""
    return [row_view(row, fields) for row in suggested_rows(sync, mapping)]


def _flow(sync: Sync, slug: str) -> Flow | None:
    pair = registry.pairs().get(sync.pair)
    return next((flow for flow in pair.flows if flow.slug == slug), None) if pair else None

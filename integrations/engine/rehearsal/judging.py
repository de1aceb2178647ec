"""What of a target's fields a mapping itself has to fill: the rest is filled by the flow's own drafting."""

from collections.abc import Iterable
from dataclasses import replace

from integrations.contracts import Flow
from mappings.catalogue import SourceField, TargetField
from mappings.models import Mapping as Version
from mappings.problems import RowProblem
from mappings.versions import problems_of


def mappable_fields(flow: Flow, fields: Iterable[TargetField]) -> tuple[TargetField, ...]:
    """Give the fields that rows may fill, with `required` only where no drafting fills them.

    What the shipped mapping fills, required or not, is a mapping's to fill; other required fields (the customer, the
    applications) are filled from links.
    """
    known = {(field.level, field.name) for field in fields}
    shipped = {(row.level, row.target): row for row in (*flow.default_rows, *flow.sandbox_rows)}
    own = {(field.level, field.name) for field in flow.fields}
    kept = [
        replace(field, required=field.required and (field.level, field.name) in (shipped.keys() | own))
        for field in fields
        if not (field.required and field.level == "line" and not _has_lines(flow))
    ]
    unsaid = [TargetField(name=name, label=name, level=level) for level, name in shipped if (level, name) not in known]
    return (*kept, *unsaid)


def _has_lines(flow: Flow) -> bool:
    return any(row.level == "line" for row in (*flow.default_rows, *flow.sandbox_rows))


def judge(
    flow: Flow, version: Version, fields: Iterable[TargetField], sources: Iterable[SourceField] = ()
) -> tuple[RowProblem, ...]:
    """Name all that is wrong with a version by the fields that it has to fill and, where known, may read."""
    return problems_of(version, targets=mappable_fields(flow, fields), sources=sources)

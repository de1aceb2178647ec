"""Turns what a mapping gives (account numbers, ISO codes, item names) into NetSuite's internal ids."""

from collections.abc import Iterator, Mapping

from integrations.connectors.netsuite.records import reference_kinds
from integrations.contracts import Context, Reference, Value
from integrations.errors import MappingError, MissingReferenceError

_MADE_HERE = "item"  # the one kind of reference data that this pair makes itself


def resolve(
    sink: str,
    values: Mapping[str, Value],
    context: Context,
    *,
    is_line: bool = False,
    own: frozenset[str] = frozenset(),
) -> dict[str, Value]:
    """Give the values with every number, code or name of reference data replaced by its id.

    `own` are ids of items that this sync made. Raises MissingReferenceError naming the field and the value.
    """
    kinds = reference_kinds(sink, "line" if is_line else "header")
    resolved = dict(values)
    for name, kind in kinds.items():
        if (value := values.get(name)) and not (kind == _MADE_HERE and value in own):
            resolved[name] = _id_of(kind, name, value, context)
    return resolved


def _id_of(kind: str, field: str, value: Value, context: Context) -> Value:
    entry = context.references.get((kind, str(value)))
    if entry is not None:
        return entry.code
    raise MissingReferenceError(
        f"NetSuite has no {kind.replace('_', ' ')} “{value}” (field {field}). "
        f"Choose another under Mappings, or add it in NetSuite and read the reference data again.",
        field=field,
        value=f"{kind} {value}",
    )


def own_items(context: Context) -> frozenset[str]:
    """Give the ids of the items that this record needs: made by this sync, so newer than the reference data may be."""
    return frozenset(link.external_id for (flow, _), link in context.links.items() if flow == "items")


def used(
    sink: str, values: Mapping[str, Value], *, is_line: bool = False, own: frozenset[str] = frozenset()
) -> Iterator[Reference]:
    """Name the reference data that resolved values use, so that it is checked before the call."""
    for name, kind in reference_kinds(sink, "line" if is_line else "header").items():
        if (value := values.get(name)) and not (kind == _MADE_HERE and value in own):
            yield Reference(kind=kind, code=str(value), field=name)


def only_subsidiary(context: Context) -> str:
    """Give the one subsidiary of a company that has only one. Raises MappingError where there is a choice."""
    entries = {
        entry.code for (kind, _), entry in context.references.items() if kind == "subsidiary" and entry.is_active
    }
    if len(entries) == 1:
        return entries.pop()
    raise MappingError(
        "NetSuite has several subsidiaries: choose the customers' subsidiary under Mappings > Customers.",
        code="subsidiary_not_chosen",
        field="subsidiary",
    )

"""What the customer's own orchestrations take, as discovery tells: fields that an import lacks are not offered."""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.orchestrations import Orchestration
from integrations.errors import ConnectorError
from mappings.catalogue import TargetField


def catalogue(client: Client, one: Orchestration) -> tuple[TargetField, ...]:
    """Give the contract's fields, without optional ones that the imported orchestration does not take.

    Where discovery tells nothing (hidden inputs, no permission), the contract stands as it is.
    """
    try:
        found = client.discover(one.name)
    except ConnectorError:
        found = None
    header = input_names(found or {})
    lines = input_names(found or {}, "lines")
    return tuple(field for field in one.catalogue() if field.required or _is_taken(field, header, lines))


def input_names(described: Mapping[str, Any], array: str = "") -> frozenset[str]:
    """List the inputs of a described orchestration, or of one of its arrays; empty where they are hidden."""
    inputs = _rows(described.get("inputs"))
    if array:
        inputs = next((_rows(one.get("array")) for one in inputs if one.get("name") == array), [])
    return frozenset(str(one.get("name")) for one in inputs)


def _is_taken(field: TargetField, header: frozenset[str], lines: frozenset[str]) -> bool:
    known = lines if field.level == "line" else header
    return not known or field.name in known


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []

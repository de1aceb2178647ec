"""Custom fields of the customer's own account, read from its metadata catalogue and offered to mappings."""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.fields import CUSTOM
from integrations.errors import ConnectorError
from mappings.catalogue import FieldType, TargetField

Schema = Mapping[str, Any]

_TYPES: Mapping[str, FieldType] = {"boolean": "bool", "integer": "integer", "number": "amount", "object": "reference"}


def custom_fields(client: Client, record: str, *, has_lines: bool) -> tuple[TargetField, ...]:
    """Give the custom fields of a record and of its lines; none where the metadata cannot be read.

    The standard fields do not depend on it, so a role without access to the catalogue can still map.
    """
    try:
        schema = client.metadata(record)
        lines = _line_schema(client, schema) if has_lines else {}
    except ConnectorError:
        return ()
    return (*_fields(schema, is_line=False), *_fields(lines, is_line=True))


def _fields(schema: Schema, *, is_line: bool) -> Iterator[TargetField]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    for name, said in sorted(properties.items()):
        if isinstance(said, dict) and name.startswith(CUSTOM) and not said.get("readOnly"):
            yield TargetField(
                name=name,
                label=str(said.get("title") or name),
                type=_type(said),
                level="line" if is_line else "header",
                max_length=said["maxLength"] if isinstance(said.get("maxLength"), int) else 0,
            )


def _type(said: Schema) -> FieldType:
    if said.get("type") == "string":
        return "date" if said.get("format") == "date" else "text"
    return "reference" if "$ref" in said else _TYPES.get(str(said.get("type")), "text")


def _line_schema(client: Client, schema: Schema) -> Schema:
    """Follow `item` -> `items` -> element; each step may be spelled out or be a `$ref` (observed in public clients)."""
    item = _property(client, schema, "item")
    element = _property(client, item, "items").get("items")
    return _resolved(client, element) if isinstance(element, dict) else {}


def _property(client: Client, schema: Schema, name: str) -> Schema:
    properties = schema.get("properties")
    said = properties.get(name) if isinstance(properties, dict) else None
    return _resolved(client, said) if isinstance(said, dict) else {}


def _resolved(client: Client, said: Schema) -> Schema:
    ref = said.get("$ref")
    return client.metadata(ref) if isinstance(ref, str) and ref.startswith("/") else said

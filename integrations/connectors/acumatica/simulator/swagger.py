"""`swagger.json` of an endpoint, made from its contract (OpenAPI 3.0.1)."""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.acumatica.simulator.contract import Entity, Field
from integrations.sandbox.app import Json

JSON_TYPES = {
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "Decimal": {"type": "number", "format": "double"},
    "Double": {"type": "number", "format": "double"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Guid": {"type": "string", "format": "uuid"},
    "Int": {"type": "integer", "format": "int32"},
    "Short": {"type": "integer", "format": "int32"},
    "Byte": {"type": "integer", "format": "int32"},
    "Long": {"type": "integer", "format": "int64"},
}
ENTITY = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "rowNumber": {"type": "integer", "format": "int64"},
        "note": {"$ref": "#/components/schemas/StringValue"},
        "custom": {"type": "object"},
        "error": {"type": "string"},
    },
}


def swagger(name: str, version: str, entities: Mapping[str, Entity], url: str) -> Json:
    """Describe an endpoint."""
    schemas: dict[str, Any] = {"Entity": ENTITY}
    for kind, typed in JSON_TYPES.items():
        schemas[f"{kind}Value"] = {"type": "object", "properties": {"value": typed, "error": {"type": "string"}}}
    paths: dict[str, Any] = {}
    for entity in entities.values():
        _describe(entity.name, entity.fields, schemas)
        paths |= _paths(entity)
    return {
        "openapi": "3.0.1",
        "info": {"title": f"{name}/{version}", "version": "4"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _describe(name: str, fields: Mapping[str, Field], schemas: dict[str, Any]) -> None:
    properties: dict[str, Any] = {}
    for one in fields.values():
        kind = f"{one.type}Value" if one.kind == "value" else one.type
        reference = {"$ref": f"#/components/schemas/{kind}"}
        properties[one.name] = {"type": "array", "items": reference} if one.kind == "rows" else reference
        if one.kind != "value":
            _describe(one.type, one.fields, schemas)
    own = {"type": "object", "properties": properties}
    schemas[name] = {"allOf": [{"$ref": "#/components/schemas/Entity"}, own]}


def _paths(entity: Entity) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{entity.name}"}
    content = {"content": {"application/json": {"schema": reference}}}
    listed = {"application/json": {"schema": {"type": "array", "items": reference}}}
    one = {"responses": {"200": {"description": "The record.", **content}}, "tags": [entity.name]}
    many = {"responses": {"200": {"description": "The records.", "content": listed}}, "tags": [entity.name]}
    found: dict[str, Any] = {
        f"/{entity.name}": {"get": many, "put": {**one, "requestBody": content}},
        f"/{entity.name}/{{ids}}": {"get": one, "delete": {"responses": {"204": {"description": "Deleted."}}}},
        f"/{entity.name}/{{id}}": {"get": one, "delete": {"responses": {"204": {"description": "Deleted."}}}},
        f"/{entity.name}/$adHocSchema": {"get": one},
    }
    for action in entity.actions:
        body = {"type": "object", "required": ["entity"], "properties": {"entity": reference}}
        asked = {"content": {"application/json": {"schema": body}}}
        done = {"202": {"description": "Started."}, "204": {"description": "Done."}}
        found[f"/{entity.name}/{action}"] = {"post": {"requestBody": asked, "responses": done}}
    return found

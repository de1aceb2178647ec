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
PARAMETERS: dict[str, Any] = {
    **{
        name: {"name": f"${name}", "in": "query", "schema": {"type": "string"}}
        for name in ("select", "filter", "expand", "custom")
    },
    **{name: {"name": f"${name}", "in": "query", "schema": {"type": "integer"}} for name in ("skip", "top")},
    "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    "ids": {
        "name": "ids",
        "in": "path",
        "required": True,
        "schema": {"type": "array", "items": {"type": "string"}},
    },
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
        "components": {"schemas": schemas, "parameters": PARAMETERS},
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
    """The operation ids are the official ones: generators of clients name their methods by them."""
    name = entity.name
    reference = {"$ref": f"#/components/schemas/{name}"}
    content = {"content": {"application/json": {"schema": reference}}}
    many = {"content": {"application/json": {"schema": {"type": "array", "items": reference}}}}
    gone = {"204": {"description": "Deleted."}}
    shaped = _references("select", "filter", "expand", "custom")
    keyed, by_id = _references("ids"), _references("id")

    def one(operation: str, answer: Json, parameters: list[Json], **more: Any) -> Json:
        return {
            "tags": [name],
            "operationId": f"{name}_{operation}",
            "parameters": parameters,
            "responses": answer if "204" in answer else {"200": {"description": "Good.", **answer}},
            **more,
        }

    found: dict[str, Any] = {
        f"/{name}": {
            "get": one("GetList", many, [*shaped, *_references("skip", "top")]),
            "put": one("PutEntity", content, shaped, requestBody=content),
        },
        f"/{name}/{{ids}}": {
            "get": one("GetByKeys", content, [*keyed, *shaped]),
            "delete": one("DeleteByKeys", gone, keyed),
        },
        f"/{name}/{{id}}": {
            "get": one("GetById", content, [*by_id, *shaped]),
            "delete": one("DeleteById", gone, by_id),
        },
        f"/{name}/$adHocSchema": {"get": one("GetAdHocSchema", content, [])},
    }
    for action in entity.actions:
        body = {"type": "object", "required": ["entity"], "properties": {"entity": reference}}
        asked = {"content": {"application/json": {"schema": body}}}
        done = {"202": {"description": "Started."}, "204": {"description": "Done."}}
        operation = one(f"InvokeAction_{action}", done, [], requestBody=asked)
        found[f"/{name}/{action}"] = {"post": operation}
    return found


def _references(*names: str) -> list[Json]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]

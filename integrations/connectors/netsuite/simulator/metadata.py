"""The metadata catalogue: record types as JSON Schema or OpenAPI 3 (vendor file, 1)."""

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.records.types import BY_PATH, PRIVATE, TYPES
from integrations.connectors.netsuite.simulator.schema import Field, Fields, RecordType
from integrations.sandbox.app import Json, Request, Response

SCHEMA, SWAGGER = "application/schema+json", "application/swagger+json"
CATALOG = "/services/rest/record/v1/metadata-catalog"

_TYPES: dict[str, Json] = {
    "text": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer", "format": "int64"},
    "num": {"type": "number", "format": "double"},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
}
_REFERENCE: Json = {"$ref": "#/components/schemas/nsResource"}
_RESOURCE: Json = {
    "type": "object",
    "properties": {
        "id": {"title": "Internal identifier", "type": "string"},
        "externalId": {"title": "External identifier", "type": "string"},
        "refName": {"title": "Reference Name", "type": "string"},
        "links": {
            "title": "Links",
            "type": "array",
            "readOnly": True,
            "items": {"$ref": "#/components/schemas/nsLink"},
        },
    },
}


def answer(request: Request, rest: str, origin: str) -> Response:
    """Answer the catalogue, whole or of the types selected; the Accept header chooses the form."""
    names = _selected(request, rest)
    accept = request.headers.get("accept", "").partition(";")[0].strip().lower()
    if accept == SCHEMA:
        if len(names) != 1:
            body: Json = {"schemas": {name: _schema(TYPES[name]) for name in names}}
        else:
            body = _schema(TYPES[names[0]])
        return Response.json(200, body, (("Content-Type", SCHEMA),))
    if accept == SWAGGER:
        return Response.json(200, _openapi(names, origin), (("Content-Type", SWAGGER),))
    items = [{"name": name, "links": _links(name, origin)} for name in names]
    return Response.json(200, {"items": items, "links": [{"rel": "self", "href": origin + CATALOG}]})


def _selected(request: Request, rest: str) -> list[str]:
    asked = [rest] if rest else [one for one in (request.param("select") or "").split(",") if one]
    if not asked:
        return [name for name in TYPES if name not in PRIVATE]
    unknown = [one for one in asked if one.strip().lower() not in BY_PATH]
    if unknown:
        refuse(404, "NONEXISTENT_ID", f"Record type '{unknown[0]}' does not exist.")
    return [BY_PATH[one.strip().lower()].name for one in asked]


def _schema(type: RecordType) -> Json:
    return {"$schema": "http://json-schema.org/draft-06/hyper-schema#", "title": type.title, **_object(type.fields)}


def _object(fields: Fields) -> Json:
    out: Json = {"type": "object", "properties": {name: _property(field) for name, field in fields.items()}}
    required = [name for name, field in fields.items() if field.is_mandatory]
    return {**out, "required": required} if required else out


def _property(field: Field) -> Json:
    out: Json = {"title": field.label, **_kind(field), "nullable": True, "x-ns-custom-field": field.is_custom}
    return {**out, "readOnly": True} if field.is_read_only else out


def _kind(field: Field) -> Json:
    if field.kind in _TYPES:
        return _TYPES[field.kind]
    if field.kind == "enum":
        choice = {"type": "string", "enum": list(field.choices)}
        return {"type": "object", "properties": {"id": choice, "refName": {"type": "string"}}}
    if field.kind == "list":
        return {"type": "object", "properties": {"items": {"type": "array", "items": _object(field.fields)}}}
    if field.kind == "object":
        return _object(field.fields)
    if field.kind == "refs":
        return {"type": "object", "properties": {"items": {"type": "array", "items": dict(_REFERENCE)}}}
    return dict(_REFERENCE)


def _openapi(names: list[str], origin: str) -> Json:
    schemas: Json = {name: _schema(TYPES[name]) for name in names}
    schemas["nsResource"] = _RESOURCE
    schemas["nsLink"] = {"type": "object", "properties": {"rel": {"type": "string"}, "href": {"type": "string"}}}
    return {
        "openapi": "3.0.1",
        "info": {"title": "NetSuite REST Record API", "version": "v1"},
        "servers": [{"url": f"{origin}/services/rest/record/v1"}],
        "paths": {f"/{name}": {} for name in names},
        "components": {"schemas": schemas},
    }


def _links(name: str, origin: str) -> list[Json]:
    here = f"{origin}{CATALOG}/{name}"
    return [
        {"rel": "canonical", "href": here, "mediaType": "application/json"},
        {"rel": "alternate", "href": here, "mediaType": SWAGGER},
        {"rel": "alternate", "href": here, "mediaType": SCHEMA},
    ]

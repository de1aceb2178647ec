"""The API's operations as a page for people, made from the OpenAPI document."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from portal.api.access import ABILITY_KEY
from portal.api.main import api
from portal.permissions import ROLE_ABILITIES, Ability
from portal.texts import Page, page_of

_LEAD = "Every operation under /api/v1/, with who may call it, what it takes and what it answers."
_MORE = (
    "[How to sign in, and first calls](/docs/api/). Made from the portal's own "
    "[OpenAPI document](/api/v1/openapi.json)."
)


@lru_cache(maxsize=1)
def reference() -> Page:
    """Give the page."""
    document = api.get_openapi_schema()
    sections: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            sections.setdefault(each["tags"][0], []).extend(_operation(path, method, each, document))
    lines = ["# API reference", "", _LEAD, "", _MORE, ""]
    for name, told in sections.items():
        lines += [f"## {name}", "", *told]
    return page_of("\n".join(lines))


def _operation(path: str, method: str, each: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {method.upper()} {path}", "", each.get("description", each["summary"]), "")
    yield from (f"Roles: {_roles(each[ABILITY_KEY])}.", "")
    takes = [_field(one["name"], one["schema"], one["required"]) for one in each["parameters"]]
    takes += [_field(name, schema, needed) for name, schema, needed in _body(each, document)]
    if takes:
        yield from ("Takes:", "", *takes, "")
    codes = ", ".join(f"{status} {told['description']}" for status, told in each["responses"].items())
    yield from (f"Answers: {codes}.", "")


def _roles(ability: str) -> str:
    return ", ".join(role.label.lower() for role, held in ROLE_ABILITIES.items() if Ability(ability) in held)


def _body(each: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Give the fields of a JSON body; a file is told in a word."""
    content = each.get("requestBody", {}).get("content", {})
    if "application/yaml" in content:
        yield "(body)", {"type": "a YAML file", "description": "The configuration, as the export gives it."}, True
    named = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(named, {})
    for name, field in schema.get("properties", {}).items():
        yield name, field, name in schema.get("required", ())


def _field(name: str, schema: Mapping[str, Any], needed: bool) -> str:
    told = f": {meaning}" if (meaning := schema.get("description", "")) else ""
    return f"- `{name}`, {_type(schema)}{', needed' if needed else ''}{told}"


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema or "$ref" in schema:
        return f"one of {', '.join(schema['enum'])}" if "enum" in schema else "a choice"
    return str(schema.get("format", schema.get("type", "")))

"""Judges a document by a JSON schema: the few keywords that ours uses, each fault with its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mappings.values import shown

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KEYWORDS: Final = frozenset(
    {
        "$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties", "items",
        "enum", "const", "pattern", "minLength", "maxLength", "maxItems", "minItems", "minimum", "maximum",
    }
)  # fmt: skip


def check(document: object, schema: Mapping[str, Any], place: str = "the file") -> Iterator[str]:
    """Give what does not agree with the schema, a sentence each."""
    kinds = schema.get("type", ())
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if wanted and not any(_is(document, kind) for kind in wanted):
        yield f"{place} is {' or '.join(wanted)}, not {shown(document)}."
        return
    if "const" in schema and document != schema["const"]:
        yield f"{place} is {shown(schema['const'])}, not {shown(document)}."
    if "enum" in schema and document not in schema["enum"]:
        yield f"{place} is one of {', '.join(map(str, schema['enum']))}, not {shown(document)}."
    if isinstance(document, str):
        yield from _text(document, schema, place)
    elif isinstance(document, dict):
        yield from _object(document, schema, place)
    elif isinstance(document, list):
        yield from _array(document, schema, place)
    elif isinstance(document, int) and not schema.get("minimum", document) <= document <= schema.get(
        "maximum", document
    ):
        yield f"{place} lies outside {schema.get('minimum')} to {schema.get('maximum')}."


def _is(document: object, kind: str) -> bool:
    return isinstance(document, _TYPES[kind]) and not (kind == "integer" and isinstance(document, bool))


def _text(text: str, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        yield f"{place} has {len(text)} characters, which is not allowed."
    if "pattern" in schema and not re.search(schema["pattern"], text):
        yield f"{place} is not written as it must be: {shown(text)}."


def _object(given: Mapping[str, object], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in given:
            yield f"{place} lacks {name}."
    for name, value in given.items():
        here = f"{place} > {name}"
        if name in known:
            yield from check(value, known[name], here)
        elif others is False:
            yield f"{here} is not known. Known are {', '.join(known)}."
        elif isinstance(others, Mapping):
            yield from check(value, others, here)


def _array(given: list[object], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(given) <= schema.get("maxItems", len(given)):
        yield f"{place} has {len(given)} entries, which is not allowed."
        return
    for number, value in enumerate(given, start=1):
        yield from check(value, schema.get("items", {}), f"{place} > {number}")

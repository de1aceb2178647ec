"""Addresses: which set, which key, which action; a key that does not fit matches no route."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.answers import Refused
from integrations.connectors.dynamics365.simulator.odata.lexer import Word, words
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Field


class NoRoute(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """The address matches no route."""


@dataclass(frozen=True, slots=True)
class Address:
    """A set with, where given, the key of one row and what follows it."""

    set: EntitySet
    key: tuple[object, ...] | None = None
    rest: str = ""


def address_of(path: str, sets: dict[str, EntitySet]) -> Address:
    """Read what follows the service root; `NoRoute` for unknown sets and keys that do not fit."""
    name, bracket, tail = path.partition("(")
    if not bracket:
        name, _, rest = path.partition("/")
        return Address(_known(name, sets), None, rest)
    entity_set = _known(name, sets)
    inner, rest = _closed(tail)
    if rest and not rest.startswith("/"):
        raise NoRoute
    return Address(entity_set, _key(entity_set, inner), rest[1:])


def _known(name: str, sets: dict[str, EntitySet]) -> EntitySet:
    if name not in sets:
        raise NoRoute
    return sets[name]


def _closed(text: str) -> tuple[str, str]:
    """Split at the closing bracket that stands outside quotes."""
    is_quoted = False
    for at, letter in enumerate(text):
        if letter == "'":
            is_quoted = not is_quoted
        elif letter == ")" and not is_quoted:
            return text[:at], text[at + 1 :]
    raise NoRoute


def _key(entity_set: EntitySet, inner: str) -> tuple[object, ...]:
    given: dict[str, Word] = {}
    parts = _parts(inner)
    if len(parts) == 1 and len(entity_set.keys) == 1 and "=" not in parts[0].partition("'")[0]:
        parts = [f"{entity_set.keys[0].name}={parts[0]}"]
    for part in parts:
        name, equals, literal = part.partition("=")
        try:
            found = words(literal)
        except Refused:
            raise NoRoute from None
        if not equals or len(found) != 1 or name.strip() in given:
            raise NoRoute
        given[name.strip()] = found[0]
    if set(given) != {one.name for one in entity_set.keys}:
        raise NoRoute
    return tuple(_literal(one, given[one.name]) for one in entity_set.keys)


def _parts(text: str) -> list[str]:
    parts, is_quoted, start = [], False, 0
    for at, letter in enumerate(text):
        if letter == "'":
            is_quoted = not is_quoted
        elif letter == "," and not is_quoted:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _literal(field: Field, word: Word) -> object:
    kinds = {"string": "text", "decimal": "number", "int32": "number", "int64": "number", "date": "moment"}
    if word.kind == "enum":
        if word.enum != field.type:
            raise NoRoute
        return word.value
    if word.kind != kinds.get(field.type):
        raise NoRoute
    if isinstance(word.value, datetime):
        return word.value.date()
    if isinstance(word.value, Decimal) and field.type in ("int32", "int64"):
        if word.value != word.value.to_integral_value():
            raise NoRoute
        return int(word.value)
    return word.value

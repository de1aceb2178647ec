"""What an entity set is: its properties with their types and the annotations that matter for writing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.dynamics365.simulator.enums import ENUMS

Values = dict[str, Any]

EMPTY_DATE = date(1900, 1, 1)
ZERO = Decimal(0)
PLAIN = ("string", "decimal", "int32", "int64", "date", "utc")


@dataclass(frozen=True, slots=True)
class Field:
    """One property; `type` is plain or the name of an enum."""

    name: str
    type: str = "string"
    is_key: bool = False
    is_required: bool = False
    is_read_only: bool = False
    is_fixed: bool = False  # may be set on create alone

    @property
    def empty(self) -> object:
        """What an unset property holds: X++ knows no null."""
        if self.type == "string":
            return ""
        if self.type == "decimal":
            return ZERO
        if self.type in ("int32", "int64"):
            return 0
        return EMPTY_DATE if self.type == "date" else None if self.type == "utc" else ENUMS[self.type][0]

    @property
    def is_enum(self) -> bool:
        """Whether it holds a member of an enum."""
        return self.type not in PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """An entity set; `aot` is the data entity's name in messages, `label` and `table` stand in the infolog."""

    name: str
    type: str
    aot: str
    table: str
    label: str
    fields: dict[str, Field]
    is_writable: bool = False
    indexed: tuple[str, ...] = ()
    navigation: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=dict)

    @property
    def is_company(self) -> bool:
        """Whether its rows belong to a company."""
        return "dataAreaId" in self.fields

    @property
    def keys(self) -> tuple[Field, ...]:
        """The key properties in their order."""
        return tuple(one for one in self.fields.values() if one.is_key)


_MARKS: dict[str, str] = {"*": "is_key", "!": "is_required", "~": "is_read_only", "^": "is_fixed"}


def properties(text: str) -> dict[str, Field]:
    """Read `Name:type` words: `*` marks a key, `!` required, `~` read-only, `^` fixed after create; default string."""
    found = [_property(word) for word in text.split()]
    return {one.name: one for one in found}


def _property(word: str) -> Field:
    marks: dict[str, bool] = {}
    while word[-1] in _MARKS:
        marks[_MARKS[word[-1]]] = True
        word = word[:-1]
    name, _, kind = word.partition(":")
    return Field(name, kind or "string", **marks)


def fold(value: object) -> object:
    """Give a value as the database compares it: text without regard to case."""
    return value.lower() if isinstance(value, str) else value


def key_of(entity_set: EntitySet, values: Values) -> tuple[object, ...]:
    """Give a row's key as it is compared."""
    return tuple(fold(values[one.name]) for one in entity_set.keys)


def by_name(sets: Iterable[EntitySet]) -> dict[str, EntitySet]:
    """Index sets by name."""
    return {one.name: one for one in sets}


Check = Callable[[Values], None]

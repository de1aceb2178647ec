"""The parts a mapping is made of, frozen: rows, the kinds of them, and filters."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.values import Value

Level: TypeAlias = Literal["header", "line"]
Writes: TypeAlias = Literal["on_create", "on_change"]
FilterMode: TypeAlias = Literal["skip_if", "only_if"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Take the field at `path`; fields of the line are read as `line.name`, in line rows only."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantSpec:
    """Always the same value."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMapSpec:
    """Look the values at `keys` up in the value map of that name, one path for each key column."""

    map: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaSpec:
    """Work the value out by a formula in spreadsheet syntax."""

    formula: str


Spec: TypeAlias = SourceSpec | ConstantSpec | ValueMapSpec | FormulaSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A named change of a value from the closed list in `transforms.py`, with its argument where it takes one."""

    name: str
    argument: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one target field is filled. `default` stands in for a blank result and for what the map does not know."""

    id: str
    target: str
    spec: Spec
    level: Level = "header"
    default: Value = None
    required: bool = False
    writes: Writes = "on_change"
    transforms: tuple[Transform, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition on the header by which records are skipped (`skip_if`) or alone let through (`only_if`), and why."""

    id: str
    formula: str
    reason: str
    mode: FilterMode = "skip_if"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The whole content of a mapping without its value maps."""

    rows: tuple[Row, ...] = ()
    filters: tuple[Filter, ...] = ()

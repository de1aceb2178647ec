"""What a row can see while it is worked out: one record's header, its lines, its date and its zone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import TypeAlias

from mappings.errors import FormulaError
from mappings.values import Value, checked

LINE_PREFIX = "line."
Fields: TypeAlias = Mapping[str, object]  # what is read from them is checked value by value
_NO_LINE: Fields = {}


@dataclass(slots=True)
class Scope:
    """One record under the mapping; `line` is the line being worked on, `memo` keeps sums over all lines."""

    header: Fields
    lines: Sequence[Fields]
    on: date | None
    zone: tzinfo
    line: Fields = field(default_factory=lambda: _NO_LINE)
    memo: dict[object, Decimal | FormulaError] = field(default_factory=dict)


Run: TypeAlias = Callable[[Scope], Value]


def is_line_path(path: str) -> bool:
    """Tell whether a path reads the line and not the header."""
    return path.startswith(LINE_PREFIX)


def reader(path: str) -> Run:
    """Give a function that reads the field at `path`; an absent field is blank, an impossible value a FormulaError."""
    if is_line_path(path):
        name = path[len(LINE_PREFIX) :]

        def read_line(scope: Scope) -> Value:
            value = scope.line.get(name)
            return value if type(value) is str else checked(value)

        return read_line

    def read_header(scope: Scope) -> Value:
        value = scope.header.get(path)
        return value if type(value) is str else checked(value)

    return read_header

"""The syntax tree of a SuiteQL statement."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Name:
    """A column, with its table's alias where given."""

    table: str | None
    column: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a string or null."""

    value: str | Decimal | None


@dataclass(frozen=True, slots=True)
class Param:
    """A bound parameter, counted from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class Star:
    """`*` or `t.*`."""

    table: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; the name is upper case."""

    name: str
    args: tuple["Node", ...]
    is_distinct: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, `||` or a comparison."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Minus:
    """A negated number."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Logic:
    """AND or OR over several conditions."""

    op: str
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A negated condition."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class IsNull:
    """`IS NULL` or `IS NOT NULL`."""

    operand: "Node"
    is_negated: bool


@dataclass(frozen=True, slots=True)
class In:
    """`IN` a list or a sub-query."""

    operand: "Node"
    values: "tuple[Node, ...] | Select"
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Like:
    """`LIKE`, with its escape character."""

    operand: "Node"
    pattern: "Node"
    escape: "Node | None"
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Between:
    """`BETWEEN`."""

    operand: "Node"
    low: "Node"
    high: "Node"
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Exists:
    """`EXISTS` a sub-query."""

    select: "Select"


@dataclass(frozen=True, slots=True)
class Case:
    """`CASE WHEN ... END`."""

    whens: tuple[tuple["Node", "Node"], ...]
    default: "Node | None"


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the result."""

    node: "Node"
    alias: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """A table in FROM; `kind` is how it joins the ones before: "", ",", "INNER" or "LEFT"."""

    table: str
    alias: str
    kind: str
    on: "Node | None"


@dataclass(frozen=True, slots=True)
class Order:
    """One term of ORDER BY; `nulls` is "", "FIRST" or "LAST"."""

    node: "Node"
    is_descending: bool
    nulls: str


@dataclass(frozen=True, slots=True)
class Select:
    """A whole statement."""

    outputs: tuple[Output, ...]
    sources: tuple[Source, ...]
    where: "Node | None"
    group_by: tuple["Node", ...]
    having: "Node | None"
    order_by: tuple[Order, ...]
    is_distinct: bool


Node: TypeAlias = (
    Name | Literal | Param | Star | Call | Binary | Minus | Logic | Not | IsNull | In | Like | Between | Exists | Case
)

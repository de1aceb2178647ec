"""What translated statements are made of: typed pieces of SQL, tables in sight, what a role may see."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid
from integrations.connectors.netsuite.simulator.suiteql.nodes import Name
from integrations.connectors.netsuite.simulator.suiteql.tables import Column, Table


@dataclass(frozen=True, slots=True)
class Access:
    """What a role sees: the permissions it has, and the transaction types; None means all types."""

    permissions: frozenset[str]
    types: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its type: int, num, text, date, null, or truth for conditions."""

    text: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A statement ready to run; `params` gives each parameter's type."""

    text: str
    order: str
    columns: tuple[tuple[str, str], ...]
    params: tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """The tables in sight, the inner query's first."""

    tables: dict[str, Table] = field(default_factory=dict)
    outer: "Scope | None" = None

    def find(self, name: Name) -> tuple[str, Column] | None:
        """Give the alias and the column a name means, or None; refuses what could mean two."""
        found = [
            (alias, table.columns[name.column])
            for alias, table in self.tables.items()
            if name.column in table.columns and name.table in (None, alias)
        ]
        if len(found) > 1:
            invalid(f"Search error occurred: Column '{name.column}' is ambiguously defined")
        if found:
            return found[0]
        return self.outer.find(name) if self.outer else None


def common_type(types: list[str]) -> str:
    """Give the type that values of these types share; refuses to mix."""
    known = [one for one in types if one != "null"]
    if not known:
        return "null"
    for one in known[1:]:
        if not comparable(known[0], one):
            mismatch(known[0], one)
    return "num" if "num" in known else known[0]


def comparable(one: str, two: str) -> bool:
    """Tell whether values of two types may be compared; dates only with dates."""
    if "null" in (one, two):
        return True
    return (one == "date") == (two == "date")


def mismatch(one: str, two: str) -> NoReturn:
    """Refuse two types side by side."""
    if "date" in (one, two):
        invalid("Search error occurred: Date literals are not supported; use TO_DATE or TO_TIMESTAMP")
    invalid(f"Search error occurred: inconsistent types {one} and {two}")


def number(text: str, kind: str) -> str:
    """Write a string that is compared with a number as one; a fraction is no id."""
    try:
        read = Decimal(text)
    except InvalidOperation:
        invalid("Search error occurred: Invalid number")
    if kind == "int" and read != read.to_integral_value():
        invalid("Search error occurred: Invalid number")
    return str(int(read)) if kind == "int" else str(read)

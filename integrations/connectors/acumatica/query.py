"""Query options: typed literals of `$filter`, quoted and escaped, and the batches they are asked in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from urllib.parse import quote

from integrations.errors import MappingError

LONGEST_FILTER = 1500  # encoded: web servers refuse query strings beyond 2,048
LONGEST_EQUAL = 100  # encoded: longer texts are asked for by their beginning and compared here
_BEGINNING = 60

Literal = str | bool | int | Decimal | datetime | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to read of an entity. No expansion by default; `top` 0 asks for all rows. There is no order to ask for."""

    entity: str
    where: str = ""
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    custom: tuple[str, ...] = ()
    top: int = 0

    def plus(self, *predicates: str) -> "Query":
        """Narrow it."""
        return replace(self, where=every(self.where, *predicates))

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query string's pairs."""
        given = (
            ("$filter", self.where),
            ("$select", ",".join(self.select)),
            ("$expand", ",".join(self.expand)),
            ("$custom", ",".join(self.custom)),
            ("$top", str(self.top or "")),
        )
        return [(name, value) for name, value in given if value]


def literal(value: Literal) -> str:
    """Write a literal by its type: quoted text with doubled apostrophes, true/false, bare numbers, datetimeoffset.

    A day is its midnight in UTC. Raises MappingError for control characters.

    Source: "$filter parameter" of the integration guide (vendor file section 3.2), read 2026-11-21.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}M"
    if isinstance(value, datetime):
        return f"datetimeoffset'{value.astimezone(UTC).isoformat(timespec='milliseconds')}'"
    if isinstance(value, date):
        return literal(datetime.combine(value, time.min, UTC))
    if not value.isprintable():
        raise MappingError("A value that is looked up holds a control character.", code="acumatica_bad_text")
    return "'" + value.replace("'", "''") + "'"


def compare(name: str, operator: str, value: Literal) -> str:
    """Write `name operator literal`; operators are eq, ne, gt, ge, lt, le."""
    return f"{name} {operator} {literal(value)}"


def equal(name: str, value: Literal) -> str:
    """Write an equality; a long text by its beginning only, so what comes must be compared again."""
    if isinstance(value, str) and len(quote(value)) > LONGEST_EQUAL:
        return starts(name, _cut(value))
    return compare(name, "eq", value)


def starts(name: str, beginning: str) -> str:
    """Write a test of a text's beginning."""
    return f"startswith({name},{literal(beginning)})"


def every(*predicates: str) -> str:
    """Join with `and`; those with an `or` in parentheses."""
    given = [each for each in predicates if each]
    return " and ".join(f"({each})" if len(given) > 1 and " or " in each else each for each in given)


def some(predicates: Iterable[str]) -> str:
    """Join with `or`."""
    return " or ".join(dict.fromkeys(predicates))


def batches(predicates: Sequence[str], beside: str = "") -> Iterator[str]:
    """Join predicates with `or` into as few filters as fit into a query string beside another one."""
    room = LONGEST_FILTER - len(quote(beside))
    part: list[str] = []
    length = 0
    for each in dict.fromkeys(predicates):
        size = len(quote(f" or {each}"))
        if part and length + size > room:
            yield some(part)
            part, length = [], 0
        part.append(each)
        length += size
    if part:
        yield some(part)


def _cut(value: str) -> str:
    end = min(len(value), _BEGINNING)
    while end > 1 and len(quote(value[:end])) > LONGEST_EQUAL:
        end //= 2
    return value[:end]

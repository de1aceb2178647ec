"""The words of F&O's OData: literals, keys, filters, and the reading of rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

from integrations.errors import ContractError

Row: TypeAlias = Mapping[str, Any]
Keys: TypeAlias = Mapping[str, str | int | Decimal]
T = TypeVar("T")

ENUM = "Microsoft.Dynamics.DataEntities"
NO_DAY = date(1900, 1, 1)  # how X++ writes "no date"
UNEXPECTED = "d365_unexpected_answer"
LONGEST_FILTER = 1600  # encoded characters of the alternatives in one filter: web servers stop reading at 2048


def text_literal(value: str) -> str:
    """Write a string literal: an inner quote is doubled."""
    return "'" + value.replace("'", "''") + "'"


def enum_literal(kind: str, member: str) -> str:
    """Write an enum literal in full: bare names are refused in filters."""
    return f"{ENUM}.{kind}{text_literal(member)}"


def day_literal(day: date) -> str:
    """Write the start of a day."""
    return f"{day.isoformat()}T00:00:00Z"


def noon(day: date) -> str:
    """Write a date as F&O keeps it: at noon UTC, never converted to a local time."""
    return f"{day.isoformat()}T12:00:00Z"


def between(field: str, first: date, last: date) -> str:
    """Filter days in [first, last] by a half-open range, as dates sit at noon."""
    return f"{field} ge {day_literal(first)} and {field} lt {day_literal(last + timedelta(days=1))}"


def key_path(keys: Keys) -> str:
    """Write the key part of an address; all key fields are required."""
    return "(" + ",".join(f"{name}={_key_value(value)}" for name, value in keys.items()) + ")"


def _key_value(value: str | int | Decimal) -> str:
    if isinstance(value, str):
        return quote(text_literal(value), safe="'")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def either(field: str, values: Iterable[str]) -> Iterator[str]:
    """Give filters that match any of the texts, each short enough for one address.

    An asterisk in a value is a wildcard to F&O: callers compare what comes back.
    """
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        term = f"{field} eq {text_literal(value)}"
        size = len(quote(f"{term} or ", safe=""))
        if part and length + size > LONGEST_FILTER:
            yield f"({' or '.join(part)})"
            part, length = [], 0
        part.append(term)
        length += size
    if part:
        yield f"({' or '.join(part)})"


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut into pieces of at most so many."""
    return (values[start : start + size] for start in range(0, len(values), size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of an entity set. `order` should be unique, or rows may repeat or hide while data change."""

    entity_set: str
    filter: str = ""
    order: str = ""
    select: tuple[str, ...] = ()
    top: int = 0

    @property
    def options(self) -> str:
        """The address's query; `cross-company` always, as only the user's own company would be seen without."""
        options = {
            "$filter": self.filter,
            "$orderby": self.order,
            "$select": ",".join(self.select),
            "$top": str(self.top or ""),
        }
        said = "&".join(f"{name}={quote(value, safe=',')}" for name, value in options.items() if value)
        return f"cross-company=true&{said}" if said else "cross-company=true"


# Reading rows


def text(row: Row, name: str) -> str:
    """Give a text; unset ones are empty."""
    value = row.get(name)
    return "" if value is None else str(value)


def amount(row: Row, name: str) -> Decimal:
    """Give a number, 0 where there is none. Raises ContractError."""
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return Decimal(0)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    raise ContractError(f"{name} holds “{str(value)[:40]}”, no number.", code=UNEXPECTED, field=name)


def whole(row: Row, name: str) -> int:
    """Give a whole number. Raises ContractError."""
    return int(amount(row, name))


def day(row: Row, name: str) -> date | None:
    """Give a date; None for X++'s empty one. The time of day means nothing. Raises ContractError."""
    value = text(row, name)
    if not value:
        return None
    try:
        found = date.fromisoformat(value[:10])
    except ValueError as error:
        raise ContractError(f"{name} holds “{value[:40]}”, no date.", code=UNEXPECTED, field=name) from error
    return None if found <= NO_DAY else found


def flag(row: Row, name: str) -> bool:
    """Give a NoYes enum."""
    return text(row, name) == "Yes"

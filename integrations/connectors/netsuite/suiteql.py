"""Queries as text with bound parameters, and the reading of SuiteQL's rows: strings, lower-case keys, no nulls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, TypeVar

from integrations.errors import ContractError

Row: TypeAlias = Mapping[str, str]
T = TypeVar("T")

PAGE_ROWS = 1000  # the most that one page holds
MOST_KEYS = 300  # keys of one IN list; NetSuite takes 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A statement and what its `?` stand for. Its ORDER BY is total: pages are queried anew, without a snapshot."""

    sql: str
    params: tuple[str, ...] = ()


def marks(values: Sequence[str]) -> str:
    """Give as many `?` as there are values, for an IN list."""
    return ", ".join("?" * len(values))


def ids(values: Iterable[str]) -> str:
    """Give internal ids as literals for an IN list: one that is no number would fail the whole statement."""
    numbers = [value for value in dict.fromkeys(values) if is_id(value)]
    return ", ".join(numbers)


def is_id(value: str) -> bool:
    """Tell whether this is an internal id: digits, negative ones are NetSuite's own."""
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 16


def chunks(values: Sequence[T], size: int = MOST_KEYS) -> Iterator[Sequence[T]]:
    """Cut into pieces of at most so many."""
    return (values[start : start + size] for start in range(0, len(values), size))


def rows_of(items: object) -> list[Row]:
    """Read the rows of a page: keys in lower case, values as text, links and nulls left out. Raises ContractError."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ContractError("SuiteQL's answer holds no rows.", code="netsuite_unexpected_answer")
    return [
        {
            key.lower(): value if type(value) is str else _text(value)
            for key, value in item.items()
            if _is_column(key, value)
        }
        for item in items
    ]


def amount(row: Row, key: str) -> Decimal | None:
    """Give an amount, or None where the column is null. Raises ContractError."""
    text = row.get(key)
    if text is None or text == "":
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ContractError(
            f"SuiteQL's column {key} holds “{text[:40]}”, no amount.", code="netsuite_unexpected_answer"
        ) from error


def day(row: Row, key: str) -> date | None:
    """Give a date that the query wrote as YYYY-MM-DD, or None. Raises ContractError."""
    text = row.get(key)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise ContractError(
            f"SuiteQL's column {key} holds “{text[:40]}”, no date.", code="netsuite_unexpected_answer"
        ) from error


def flag(row: Row, key: str) -> bool:
    """Give a T or F column; null is false."""
    return row.get(key, "F").upper() in ("T", "TRUE")


def _is_column(key: str, value: object) -> bool:
    return value is not None and key != "links"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)

"""The values that mappings carry, and how each is shown, written as text and checked on its way in."""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TypeAlias

from mappings.errors import FormulaError

Value: TypeAlias = str | Decimal | int | bool | date | datetime | None

HIGHEST_DIGIT = 30  # numbers stay below 10**31
LOWEST_DIGIT = -60
_SHOWN_CHARS = 60


def is_blank(value: object) -> bool:
    """Tell whether there is nothing: no value, or the empty text."""
    return value is None or (isinstance(value, str) and not value)


def to_text(value: Value) -> str:
    """Write a value as text: numbers without trailing zeros or exponent, dates as 2026-01-31, nothing as ""."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return _number_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _number_text(value: Decimal) -> str:
    """Write a number plainly; -0 and 0.00 are both 0."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(value: object) -> str:
    """Give a value as a sentence may show it: in quotes and cut short."""
    if is_blank(value):
        return "nothing"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a very large number"
    text = str(value)
    return f"'{text[:_SHOWN_CHARS]}…'" if len(text) > _SHOWN_CHARS else f"'{text}'"


def checked(value: object) -> Value:
    """Give a source value as it is; raise FormulaError if mappings cannot carry it (a float, a list, NaN, 10**40)."""
    kind = type(value)
    if kind is str or value is None or kind is date or kind is bool:
        return value  # type: ignore[return-value]  # narrowed by the exact type above
    if kind is Decimal:
        return _checked_number(value)  # type: ignore[arg-type]
    if kind is int:
        return _checked_int(value)  # type: ignore[arg-type]
    if kind is datetime and value.tzinfo is not None:  # type: ignore[attr-defined]
        return value  # type: ignore[return-value]
    return _checked_unusual(value)


def _checked_number(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise FormulaError("the field holds no proper number", code="bad_value", value=str(value))
    if not LOWEST_DIGIT <= value.adjusted() <= HIGHEST_DIGIT:
        if not value:
            return Decimal(0)
        raise FormulaError(f"{shown(value)} is outside the range of numbers", code="bad_value", value=shown(value))
    return value


def _checked_int(value: int) -> int:
    if value.bit_length() > 100:
        raise FormulaError("the number is outside the range of numbers", code="bad_value")
    return value


def _checked_unusual(value: object) -> Value:
    """Accept kinds derived from the plain ones (enumerations, for instance); refuse the rest by name."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _checked_int(int(value))
    if isinstance(value, Decimal):
        return _checked_number(Decimal(value))
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value
        raise FormulaError("the time stamp names no time zone", code="bad_value", value=shown(value))
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    raise FormulaError(f"the field holds a {type(value).__name__}, which mappings cannot carry", code="bad_value")


def as_date(value: date, zone: tzinfo) -> date:
    """Give the calendar day; a time stamp's is the one in `zone`. Raises FormulaError at the calendar's ends."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone).date()
    except (OverflowError, ValueError):
        raise FormulaError(f"{shown(value)} is outside the calendar", code="bad_value") from None

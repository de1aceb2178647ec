"""The functions that formulas may call, each on plain values: no clock, no randomness, no side effects."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Final

from mappings.errors import FormulaError
from mappings.formula_arithmetic import CONTEXT, MAX_TEXT, bounded, day, number, text, truth, whole
from mappings.formula_formats import format_value, parse_number
from mappings.values import Value, is_blank

_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)
_DIGITS: Final = 20
_QUANTA: Final = {Decimal(places): _ONE.scaleb(-places) for places in range(-_DIGITS, _DIGITS + 1)}


def _rounded(value: Value, digits: Value, mode: str) -> Decimal:
    given = number(value)
    quantum = _QUANTA[Decimal(whole(digits, -_DIGITS, _DIGITS))]
    result = given.quantize(quantum, rounding=mode, context=CONTEXT)
    return result if quantum <= _ONE else result.quantize(_ONE, context=CONTEXT)


def _round(value: Value, digits: Value = _ZERO) -> Value:
    return _rounded(value, digits, ROUND_HALF_UP)


def _round_up(value: Value, digits: Value = _ZERO) -> Value:
    return _rounded(value, digits, ROUND_UP)


def _round_down(value: Value, digits: Value = _ZERO) -> Value:
    return _rounded(value, digits, ROUND_DOWN)


def _abs(value: Value) -> Value:
    return number(value).copy_abs()


def _extreme(values: tuple[Value, ...], choose: Callable[..., object]) -> Value:
    """Give the least or greatest of numbers or of dates; blanks are passed over, none at all is blank."""
    given = [value for value in values if not is_blank(value)]
    if any(isinstance(value, date) for value in given):
        return choose(day(value) for value in given)  # type: ignore[return-value]
    return choose((number(value) for value in given), default=None)  # type: ignore[return-value]


def _least(*values: Value) -> Value:
    return _extreme(values, min)


def _greatest(*values: Value) -> Value:
    return _extreme(values, max)


def _left(value: Value, count: Value = _ONE) -> Value:
    return text(value)[: whole(count, 0, MAX_TEXT)]


def _right(value: Value, count: Value = _ONE) -> Value:
    given, kept = text(value), whole(count, 0, MAX_TEXT)
    return given[-kept:] if kept else ""


def _mid(value: Value, start: Value, count: Value) -> Value:
    first = whole(start, 1, MAX_TEXT) - 1
    return text(value)[first : first + whole(count, 0, MAX_TEXT)]


def _len(value: Value) -> Value:
    return Decimal(len(text(value)))


def _upper(value: Value) -> Value:
    return bounded(text(value).upper())


def _lower(value: Value) -> Value:
    return bounded(text(value).lower())


def _trim(value: Value) -> Value:
    return " ".join(text(value).split())


def _concat(*values: Value) -> Value:
    return bounded("".join([text(value) for value in values]))


def _substitute(value: Value, old: Value, new: Value) -> Value:
    given, sought, put = text(value), text(old), text(new)
    if not sought:
        return given
    if len(given) + given.count(sought) * (len(put) - len(sought)) > MAX_TEXT:
        raise FormulaError(f"the text is longer than {MAX_TEXT} characters", code="too_long")
    return given.replace(sought, put)


def _date(year: Value, month: Value, of_month: Value) -> Value:
    """Give a date; months and days beyond their range run on: day 0 is the last of the month before."""
    months = whole(year, 1900, 9999) * 12 + whole(month, -1200, 1200) - 1
    return _first_plus(months // 12, months % 12 + 1, whole(of_month, -40_000, 40_000) - 1)


def _end_of_month(value: Value, months: Value = _ZERO) -> Value:
    start = day(value)
    total = start.year * 12 + start.month + whole(months, -12_000, 12_000)
    return _first_plus(total // 12, total % 12 + 1, -1)


def _first_plus(year: int, month: int, days: int) -> date:
    try:
        return date(year, month, 1) + timedelta(days=days)
    except (OverflowError, ValueError):
        raise FormulaError("the date is outside the calendar", code="wrong_type") from None


def _year(value: Value) -> Value:
    return Decimal(day(value).year)


def _month(value: Value) -> Value:
    return Decimal(day(value).month)


def _day(value: Value) -> Value:
    return Decimal(day(value).day)


def _not(value: Value) -> Value:
    return not truth(value)


NUMBER: Final = frozenset({"number"})
TEXT: Final = frozenset({"text"})
BOOL: Final = frozenset({"bool"})
DATE: Final = frozenset({"date"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function on evaluated arguments: how many it takes, and the kinds it gives (empty: those of its arguments)."""

    run: Callable[..., Value]
    least: int
    most: int
    gives: frozenset[str]


ANY_NUMBER: Final = 250
FUNCTIONS: Final[dict[str, Function]] = {
    "ROUND": Function(run=_round, least=1, most=2, gives=NUMBER),
    "ROUNDUP": Function(run=_round_up, least=1, most=2, gives=NUMBER),
    "ROUNDDOWN": Function(run=_round_down, least=1, most=2, gives=NUMBER),
    "ABS": Function(run=_abs, least=1, most=1, gives=NUMBER),
    "MIN": Function(run=_least, least=1, most=ANY_NUMBER, gives=frozenset()),
    "MAX": Function(run=_greatest, least=1, most=ANY_NUMBER, gives=frozenset()),
    "NOT": Function(run=_not, least=1, most=1, gives=BOOL),
    "LEFT": Function(run=_left, least=1, most=2, gives=TEXT),
    "RIGHT": Function(run=_right, least=1, most=2, gives=TEXT),
    "MID": Function(run=_mid, least=3, most=3, gives=TEXT),
    "LEN": Function(run=_len, least=1, most=1, gives=NUMBER),
    "UPPER": Function(run=_upper, least=1, most=1, gives=TEXT),
    "LOWER": Function(run=_lower, least=1, most=1, gives=TEXT),
    "TRIM": Function(run=_trim, least=1, most=1, gives=TEXT),
    "CONCAT": Function(run=_concat, least=1, most=ANY_NUMBER, gives=TEXT),
    "SUBSTITUTE": Function(run=_substitute, least=3, most=3, gives=TEXT),
    "TEXT": Function(run=format_value, least=2, most=2, gives=TEXT),
    "VALUE": Function(run=parse_number, least=1, most=1, gives=NUMBER),
    "DATE": Function(run=_date, least=3, most=3, gives=DATE),
    "YEAR": Function(run=_year, least=1, most=1, gives=NUMBER),
    "MONTH": Function(run=_month, least=1, most=1, gives=NUMBER),
    "DAY": Function(run=_day, least=1, most=1, gives=NUMBER),
    "EOMONTH": Function(run=_end_of_month, least=1, most=2, gives=DATE),
    "ISBLANK": Function(run=is_blank, least=1, most=1, gives=BOOL),
}

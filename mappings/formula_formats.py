"""The formats of TEXT and the numbers that VALUE reads: the common subset of what spreadsheets offer, in English."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from mappings.errors import FormulaError
from mappings.formula_arithmetic import CONTEXT, bounded, day, number
from mappings.values import Value, is_blank, shown

_NUMBER_FORMAT: Final = re.compile(
    r"(?P<whole>#,##0|#|0{1,20})(?:\.(?P<fixed>0{0,15})(?P<optional>#{0,15}))?(?P<percent>%?)"
)
_DATE_TOKEN: Final = re.compile(r'yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|[-/., :]|"[^"]*"|\\.', re.IGNORECASE)
_TYPED_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?P<percent>%?)"
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DATE_PARTS: Final[dict[str, Callable[[date], str]]] = {
    "yyyy": lambda given: f"{given.year:04}",
    "yy": lambda given: f"{given.year % 100:02}",
    "mmmm": lambda given: _MONTHS[given.month - 1],
    "mmm": lambda given: _MONTHS[given.month - 1][:3],
    "mm": lambda given: f"{given.month:02}",
    "m": lambda given: str(given.month),
    "dddd": lambda given: _DAYS[given.weekday()],
    "ddd": lambda given: _DAYS[given.weekday()][:3],
    "dd": lambda given: f"{given.day:02}",
    "d": lambda given: str(given.day),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """How a number is written: grouped in thousands or not, with at least and at most so many digits."""

    is_grouped: bool
    whole_digits: int
    fixed: int
    optional: int
    is_percent: bool

    def write(self, value: Decimal) -> str:
        """Write the number, rounded half away from zero."""
        scaled = CONTEXT.scaleb(value, 2) if self.is_percent else value
        places = self.fixed + self.optional
        rounded = scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=CONTEXT)
        whole, _, fraction = format(rounded.copy_abs(), "f").partition(".")
        fraction = fraction[: self.fixed] + fraction[self.fixed :].rstrip("0")
        written = self._whole(whole) + (f".{fraction}" if fraction else "") + ("%" if self.is_percent else "")
        return f"-{written}" if rounded < 0 else written

    def _whole(self, digits: str) -> str:
        if self.is_grouped:
            return f"{int(digits):,}"
        return digits.lstrip("0").rjust(self.whole_digits, "0")


DateFormat = tuple[str, ...]


@lru_cache(maxsize=512)
def number_format(pattern: str) -> NumberFormat | None:
    """Read a number format such as `0.00`, `#,##0.00`, `000000` or `0.0%`; None if it is none."""
    found = _NUMBER_FORMAT.fullmatch(pattern)
    if found is None:
        return None
    return NumberFormat(
        is_grouped="," in found["whole"],
        whole_digits=found["whole"].count("0"),
        fixed=len(found["fixed"] or ""),
        optional=len(found["optional"] or ""),
        is_percent=bool(found["percent"]),
    )


@lru_cache(maxsize=512)
def date_format(pattern: str) -> DateFormat | None:
    """Read a date format such as `yyyy-mm-dd` or `d. mmmm yyyy`; None if it is none."""
    tokens = tuple(found.group() for found in _DATE_TOKEN.finditer(pattern))
    is_whole = "".join(tokens) == pattern
    return tokens if is_whole and any(token.lower() in _DATE_PARTS for token in tokens) else None


def check_format(pattern: Value) -> None:
    """Raise FormulaError if the pattern is neither a number format nor a date format."""
    if not isinstance(pattern, str) or len(pattern) > 60 or not (number_format(pattern) or date_format(pattern)):
        hint = 'use one such as "0.00", "#,##0.00", "000000", "0.0%" or "yyyy-mm-dd"'
        raise FormulaError(f"{shown(pattern)} is not a format: {hint}", code="bad_format")


def format_value(value: Value, pattern: Value) -> str:
    """Write a number or a date by the pattern; nothing stays the empty text."""
    check_format(pattern)
    if is_blank(value):
        return ""
    if isinstance(value, date):
        return _write_date(day(value), str(pattern))
    style = number_format(str(pattern))
    if style is None:
        number(value)
        raise FormulaError(f"{shown(pattern)} is a date format, but {shown(value)} is a number", code="bad_format")
    return bounded(style.write(number(value)))


def _write_date(value: date, pattern: str) -> str:
    tokens = date_format(pattern)
    if tokens is None:
        raise FormulaError(f"{shown(pattern)} is a number format, but {shown(value)} is a date", code="bad_format")
    return "".join(_write_token(token, value) for token in tokens)


def _write_token(token: str, value: date) -> str:
    part = _DATE_PARTS.get(token.lower())
    if part is not None:
        return part(value)
    return token[1:].removesuffix('"') if token[0] in '"\\' else token


def parse_number(value: Value) -> Decimal:
    """Read a number typed with a point for decimals and commas for thousands, such as `-1,234.50` or `7.5%`."""
    if type(value) is Decimal:
        return value
    found = _TYPED_NUMBER.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 60 else None
    if found is None:
        hint = "write it like 1234.50 or 1,234.50"
        raise FormulaError(f"{shown(value)} cannot be read as a number: {hint}", code="wrong_type", value=shown(value))
    digits = CONTEXT.create_decimal(found["sign"] + found["digits"].replace(",", ""))
    return CONTEXT.scaleb(digits, -2) if found["percent"] else digits

"""Arithmetic and comparison as formulas know them: decimals of 50 digits, no silent conversions, bounded."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, Underflow
from typing import Final

from mappings.errors import FormulaError
from mappings.values import HIGHEST_DIGIT, Value, is_blank, shown, to_text

MAX_TEXT: Final = 8_000
# Sums, differences and products are exact up to 50 significant digits; quotients are rounded there.
CONTEXT: Final = Context(
    prec=50,
    rounding=ROUND_HALF_UP,
    Emin=-200,
    Emax=HIGHEST_DIGIT,
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)
ADD: Final = CONTEXT.add
SUBTRACT: Final = CONTEXT.subtract
MULTIPLY: Final = CONTEXT.multiply
DIVIDE: Final = CONTEXT.divide


def number(value: Value) -> Decimal:
    """Give the number; raise FormulaError for anything else. Text is never taken as a number by itself."""
    if type(value) is Decimal:
        return value
    if is_blank(value):
        raise FormulaError("a value is empty where a number is needed", code="wrong_type")
    hint = ": VALUE() reads numbers from text" if isinstance(value, str) else ""
    raise FormulaError(f"{shown(value)} is not a number{hint}", code="wrong_type", value=to_text(value))


def whole(value: Value, lowest: int, highest: int) -> int:
    """Give a whole number between the two bounds, as counts and digits are."""
    given = number(value)
    if given != given.to_integral_value() or not lowest <= given <= highest:
        reason = f"{shown(to_text(given))} is not a whole number from {lowest} to {highest}"
        raise FormulaError(reason, code="wrong_type", value=to_text(given))
    return int(given)


def truth(value: Value) -> bool:
    """Give TRUE or FALSE; raise FormulaError for anything else."""
    if type(value) is bool:
        return value
    raise FormulaError(f"{shown(value)} is neither TRUE nor FALSE", code="wrong_type", value=to_text(value))


def text(value: Value) -> str:
    """Write the value as text, no longer than formulas may build."""
    return bounded(value if type(value) is str else to_text(value))


def bounded(value: str) -> str:
    """Give the text; raise FormulaError if it is longer than formulas may build."""
    if len(value) > MAX_TEXT:
        raise FormulaError(f"the text is longer than {MAX_TEXT} characters", code="too_long")
    return value


def day(value: Value) -> date:
    """Give the calendar day; raise FormulaError for anything but a date or a time stamp."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise FormulaError(f"{shown(value)} is not a date", code="wrong_type", value=to_text(value))


def add(left: Value, right: Value) -> Value:
    """Add numbers, or days to a date."""
    if isinstance(left, date):
        return _shift(day(left), number(right))
    if isinstance(right, date):
        return _shift(day(right), number(left))
    return ADD(number(left), number(right))


def subtract(left: Value, right: Value) -> Value:
    """Subtract numbers, days from a date, or a date from a date (giving days)."""
    if isinstance(left, date):
        if isinstance(right, date):
            return Decimal((day(left) - day(right)).days)
        return _shift(day(left), number(right).copy_negate())
    return SUBTRACT(number(left), number(right))


def _shift(start: date, days: Decimal) -> date:
    try:
        return start + timedelta(days=whole(days, -4_000_000, 4_000_000))
    except OverflowError:
        raise FormulaError("the date is outside the calendar", code="wrong_type") from None


def multiply(left: Value, right: Value) -> Value:
    """Multiply two numbers."""
    return MULTIPLY(number(left), number(right))


def divide(left: Value, right: Value) -> Value:
    """Divide, rounding at the 50th digit; by zero is a FormulaError."""
    divisor = number(right)
    if not divisor:
        raise FormulaError("it divides by zero", code="division_by_zero")
    return DIVIDE(number(left), divisor)


def equal(left: Value, right: Value) -> bool:
    """Compare as a spreadsheet does: text without regard to case; empty equals empty only; different kinds never."""
    if type(left) is type(right):
        return left == right or (type(left) is str and left.casefold() == right.casefold())  # type: ignore[union-attr]
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    if isinstance(left, date) and isinstance(right, date):
        return day(left) == day(right)
    return False


def _ordered(left: Value, right: Value) -> int:
    """Give -1, 0 or 1; raise FormulaError where the two have no order."""
    pair: tuple[object, object]
    if type(left) is Decimal and type(right) is Decimal:
        pair = left, right
    elif type(left) is str and type(right) is str and left and right:
        pair = left.casefold(), right.casefold()
    elif isinstance(left, datetime) and isinstance(right, datetime):
        pair = left, right
    elif isinstance(left, date) and isinstance(right, date):
        pair = day(left), day(right)
    else:
        raise FormulaError(f"{shown(left)} and {shown(right)} cannot be put in order", code="wrong_type")
    return int(pair[0] > pair[1]) - int(pair[0] < pair[1])  # type: ignore[operator]  # both of one ordered kind


ARITHMETIC: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
}
COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": equal,
    "<>": lambda left, right: not equal(left, right),
    "<": lambda left, right: _ordered(left, right) < 0,
    ">": lambda left, right: _ordered(left, right) > 0,
    "<=": lambda left, right: _ordered(left, right) <= 0,
    ">=": lambda left, right: _ordered(left, right) >= 0,
}

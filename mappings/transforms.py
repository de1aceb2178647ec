"""The closed list of named changes that a row can make to a value after it is found: pure, on one value each."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, TypeAlias

from mappings.errors import FormulaError, RowError
from mappings.formula_arithmetic import CONTEXT, number
from mappings.rows import Transform
from mappings.values import Value, as_date, is_blank, shown, to_text

Step: TypeAlias = Callable[[Value, tzinfo], Value]
Argument: TypeAlias = int | str | None
_LATIN: Final = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "‘": "'", "’": "'", "“": '"'}
    | {"”": '"', "–": "-", "—": "-", "…": "...", "€": "EUR", "£": "GBP", "¥": "JPY"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTransform:
    """One transform of the list. `gives` is the kind of its result; `bounds` limit a number given as argument."""

    name: str
    label: str
    run: Callable[[Value, Argument, tzinfo], Value]
    gives: Literal["text", "number", "date"] = "text"
    argument: Literal["none", "number", "text"] = "none"
    bounds: tuple[int, int] = (0, 0)


def fold_to_ascii(text: str) -> str:
    """Write the text with the letters of plain ASCII; what has no such letter becomes a question mark."""
    plain = unicodedata.normalize("NFKD", text.translate(_LATIN))
    return "".join(char if ord(char) < 128 else "?" for char in plain if not unicodedata.combining(char))


def _on_text(change: Callable[[str], str]) -> Callable[[Value, Argument, tzinfo], Value]:
    return lambda value, argument, zone: change(to_text(value))


def _truncate(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return to_text(value)[: int(argument or 0)]


def _keep_end(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return to_text(value)[-int(argument or 0) :]


def _pad_zeros(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return to_text(value).rjust(int(argument or 0), "0")


def _remove(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return to_text(value).replace(str(argument), "")


def _prefix(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return f"{argument}{to_text(value)}"


def _suffix(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return f"{to_text(value)}{argument}"


def _as_number(value: Value) -> Decimal:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return Decimal(value) if is_whole else number(value)  # type: ignore[arg-type]  # an int by the line above


def _negate(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return _as_number(value).copy_negate()


def _absolute(value: Value, argument: Argument, zone: tzinfo) -> Value:
    return _as_number(value).copy_abs()


def _round(value: Value, argument: Argument, zone: tzinfo) -> Value:
    try:
        quantum = Decimal(1).scaleb(-int(argument or 0))
        return _as_number(value).quantize(quantum, rounding=ROUND_HALF_UP, context=CONTEXT)
    except ArithmeticError:
        raise FormulaError(f"{shown(value)} has too many digits to be rounded", code="overflow") from None


def _date(value: Value, argument: Argument, zone: tzinfo) -> Value:
    if isinstance(value, date | datetime):
        return as_date(value, zone)
    raise FormulaError(f"{shown(value)} is not a date", code="wrong_type", value=to_text(value))


_LIST: Final = (
    NamedTransform(name="text", label="As text", run=_on_text(str)),
    NamedTransform(name="trim", label="Trim spaces at both ends", run=_on_text(str.strip)),
    NamedTransform(
        name="single_spaces",
        label="One space between words, none around",
        run=_on_text(lambda text: " ".join(text.split())),
    ),
    NamedTransform(name="upper", label="Upper case", run=_on_text(str.upper)),
    NamedTransform(name="lower", label="Lower case", run=_on_text(str.lower)),
    NamedTransform(name="ascii_fold", label="Plain ASCII letters", run=_on_text(fold_to_ascii)),
    NamedTransform(
        name="digits_only",
        label="Digits only",
        run=_on_text(lambda text: "".join(char for char in text if char in "0123456789")),
    ),
    NamedTransform(
        name="letters_and_digits",
        label="Letters and digits only",
        run=_on_text(lambda text: "".join(char for char in text if char.isalnum())),
    ),
    NamedTransform(name="truncate", label="First characters", run=_truncate, argument="number", bounds=(1, 8_000)),
    NamedTransform(name="keep_end", label="Last characters", run=_keep_end, argument="number", bounds=(1, 8_000)),
    NamedTransform(name="pad_zeros", label="Zeros in front", run=_pad_zeros, argument="number", bounds=(1, 100)),
    NamedTransform(name="remove", label="Remove text", run=_remove, argument="text"),
    NamedTransform(name="prefix", label="Text in front", run=_prefix, argument="text"),
    NamedTransform(name="suffix", label="Text behind", run=_suffix, argument="text"),
    NamedTransform(name="negate", label="Change the sign", run=_negate, gives="number"),
    NamedTransform(name="absolute", label="Without sign", run=_absolute, gives="number"),
    NamedTransform(
        name="round", label="Round to decimals", run=_round, gives="number", argument="number", bounds=(0, 20)
    ),
    NamedTransform(name="date", label="Day of a time stamp, in the site's zone", run=_date, gives="date"),
)
TRANSFORMS: Final = {transform.name: transform for transform in _LIST}


def fault_of(transform: Transform) -> str:
    """Tell what is wrong with the name or the argument of a transform; empty if nothing is."""
    named = TRANSFORMS.get(transform.name)
    argument = transform.argument
    if named is None:
        return f"there is no transform {shown(transform.name)}. There are {', '.join(TRANSFORMS)}"
    if named.argument == "none":
        return f"{named.name} takes no argument" if argument is not None else ""
    if named.argument == "text":
        is_text = isinstance(argument, str) and 0 < len(argument) <= 100
        return "" if is_text else f"{named.name} takes a text of 1 to 100 characters, not {shown(argument)}"
    lowest, highest = named.bounds
    is_number = isinstance(argument, int) and not isinstance(argument, bool) and lowest <= argument <= highest
    return "" if is_number else f"{named.name} takes a whole number from {lowest} to {highest}, not {shown(argument)}"


def build(transform: Transform) -> Step:
    """Make a transform ready to run; blanks pass unchanged. Raises RowError for one that is not in the list."""
    fault = fault_of(transform)
    if fault:
        raise RowError(fault, code="bad_row", value=transform.name[:60])
    work, argument = TRANSFORMS[transform.name].run, transform.argument

    def step(value: Value, zone: tzinfo) -> Value:
        return value if is_blank(value) else work(value, argument, zone)

    return step

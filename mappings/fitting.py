"""Whether a value fits a target field, and the form in which it does."""

from datetime import date, tzinfo
from decimal import Decimal
from typing import Final

from mappings.catalogue import FieldType, TargetField
from mappings.errors import RowError
from mappings.formula_kinds import Kinds
from mappings.values import Value, as_date, is_blank, shown, to_text

_WORDS: Final[dict[FieldType, str]] = {
    "text": "a text",
    "amount": "an amount",
    "date": "a date",
    "bool": "yes or no",
    "enum": "one of a list",
    "reference": "a reference",
    "integer": "a whole number",
}
KINDS_OF_TYPE: Final[dict[FieldType, Kinds]] = {
    "text": frozenset({"text", "number", "date"}),
    "amount": frozenset({"number"}),
    "date": frozenset({"date"}),
    "bool": frozenset({"bool"}),
    "enum": frozenset({"text", "number"}),
    "reference": frozenset({"text", "number"}),
    "integer": frozenset({"number"}),
}


def words_of(type_: FieldType) -> str:
    """Name a type as a sentence may say it."""
    return _WORDS[type_]


def fit(field: TargetField, value: Value, zone: tzinfo) -> Value:
    """Give the value in the form of its field: Decimal for amounts, int for whole numbers, else text, date or bool.

    A time stamp becomes its day in `zone`; blanks stay blank. Raises RowError (wrong_type, too_long, not_in_list).
    """
    if is_blank(value):
        return None
    if field.type in ("text", "enum", "reference"):
        return _fit_text(field, value)
    if field.type == "date" and isinstance(value, date):
        return as_date(value, zone)
    if field.type == "bool" and isinstance(value, bool):
        return value
    if field.type in ("amount", "integer") and isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _fit_number(field, value)
    raise _wrong_type(field, value)


def _wrong_type(field: TargetField, value: Value) -> RowError:
    reason = f"{shown(value)} is not {words_of(field.type)}"
    return RowError(
        reason, code="wrong_type", value=to_text(value)[:200], advice="Change the row so that it gives one."
    )


def _fit_number(field: TargetField, value: Decimal | int) -> Value:
    if field.type == "amount":
        return value if isinstance(value, Decimal) else Decimal(value)
    if value != int(value):
        raise _wrong_type(field, value)
    return int(value)


def _fit_text(field: TargetField, value: Value) -> Value:
    if isinstance(value, bool):
        raise _wrong_type(field, value)
    text = to_text(value)
    if field.enum and text not in field.enum:
        allowed = ", ".join(field.enum[:12])
        reason = f"{shown(text)} is not in the list {allowed}"
        raise RowError(reason, code="not_in_list", value=text[:200], advice="Map it to one of the list.")
    if field.max_length and len(text) > field.max_length:
        reason = f"{shown(text)} has {len(text)} characters, the field holds {field.max_length}"
        advice = "Shorten it in the source, or add the transform truncate."
        raise RowError(reason, code="too_long", value=text[:200], advice=advice)
    return text

"""Turns a draft's payload into an orchestration's inputs: every value checked before any call, all values as text."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from integrations.connectors.jde.orchestrations import CONTRACT_VERSION, Group, Input, Orchestration
from integrations.connectors.jde.records import REFERENCE, SYSTEMS, plain, shown
from integrations.contracts import Draft, Value
from integrations.errors import MappingError

Inputs = dict[str, Value]
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def inputs_of(one: Orchestration, draft: Draft) -> Inputs:
    """Write all inputs of a draft. Raises MappingError naming the field: missing, too long, or of another type.

    Text that is only shown is cut to its length here, not by JD Edwards; what identifies a document is never cut.
    """
    if not REFERENCE.fullmatch(draft.reference):
        raise _wrong(draft, "externalRef", draft.reference, "is no reference of ours")
    common = {
        "contractVersion": CONTRACT_VERSION,
        "externalRef": draft.reference,
        "sourceSystem": SYSTEMS.get(draft.reference[0], "CHARGEBEE"),
        "sourceId": draft.key,
    }
    given = {**common, **{name: value for name, value in draft.payload.items() if value not in (None, "")}}
    if unknown := sorted(given.keys() - one.names):
        raise _wrong(draft, unknown[0], "", f"is no input of {one.name}")
    made = _row(draft, one.all_inputs, given, "")
    for group in one.groups:
        rows = _group(draft, group, given.get(group.name))
        if rows:
            made[group.name] = rows
    return made


def _group(draft: Draft, group: Group, given: Value) -> Value:
    if given in (None, (), [], {}):
        if group.is_required:
            raise _wrong(draft, group.name, "", "is missing")
        return None
    if group.is_single:
        return _row(draft, group.inputs, given, f"{group.name}.") if isinstance(given, Mapping) else None
    if not isinstance(given, list | tuple):
        raise _wrong(draft, group.name, str(given), "must be a list of rows")
    return [_one_row(draft, group, row, at) for at, row in enumerate(given, 1)]


def _one_row(draft: Draft, group: Group, row: Value, at: int) -> Value:
    if not isinstance(row, Mapping):
        raise _wrong(draft, group.name, str(row), "must be a list of rows")
    numbered = {"lineNumber": at, **row} if group.name == "lines" else row
    if unknown := sorted(set(numbered) - {one.name for one in group.inputs}):
        raise _wrong(draft, f"{group.name}.{unknown[0]}", "", "is no input of the contract")
    return _row(draft, group.inputs, numbered, f"{group.name}.")


def _row(draft: Draft, inputs: tuple[Input, ...], given: Mapping[str, Value], where: str) -> Inputs:
    made: Inputs = {}
    for one in inputs:
        value = given.get(one.name)
        text = _text(draft, one, one.default if value is None or value == "" else value, where + one.name)
        if text:
            made[one.name] = text
        elif one.is_required:
            raise _wrong(draft, where + one.name, "", "is missing")
    return made


def _text(draft: Draft, one: Input, value: Value, name: str) -> str:
    if one.type == "amount":
        return _amount(draft, value, name)
    if one.type == "date":
        return _day(draft, value, name)
    if isinstance(value, Mapping | list | tuple | bool):
        raise _wrong(draft, name, str(value), "must be a plain text")
    text = plain("" if value is None else str(value))
    if bad := next((char for char in text if not char.isprintable()), ""):
        raise _wrong(draft, name, text, f"holds a character that JD Edwards does not take (U+{ord(bad):04X})")
    if one.length and len(text) > one.length:
        if not one.is_cut:
            raise _wrong(draft, name, text, f"is longer than {one.length} characters")
        text = shown(text, one.length)
    if one.enum and text and text not in one.enum:
        raise _wrong(draft, name, text, f"must be one of {', '.join(one.enum)}")
    return text


def _amount(draft: Draft, value: Value, name: str) -> str:
    if value in (None, ""):
        return ""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation as error:
        raise _wrong(draft, name, str(value), "is no amount") from error
    text = format(number, "f")
    if not _AMOUNT.fullmatch(text):
        raise _wrong(draft, name, str(value), "is no amount that JD Edwards can hold")
    return text


def _day(draft: Draft, value: Value, name: str) -> str:
    if value in (None, ""):
        return ""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise _wrong(draft, name, str(value), "is no date") from error
    return f"{day:%Y-%m-%d}"


def _wrong(draft: Draft, field: str, value: str, why: str) -> MappingError:
    said = f" “{value[:60]}”" if value else ""
    return MappingError(
        f"{draft.flow.capitalize()} {draft.key}: {field}{said} {why}. Change the row of this field under Mappings.",
        code="jde_field_invalid" if value else "jde_field_missing",
        field=field,
        value=value[:100],
    )

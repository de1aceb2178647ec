"""Reads the inputs of an orchestration in its two formats and by its declared types."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.connectors.jde.simulator.orchestrator.contract import Input
from integrations.sandbox.app import Json

JOB_QUEUES = ("JDE__SINGLE", "JDE__USER_SINGLE", "JDE__USER_ASYNCH", "JDE__ASYNCH", "JDE__DEFAULT")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")


class BadInput(Exception):  # noqa: N818 - what a caller sent, not an error of ours
    """An input that is missing or has the wrong form; the text names it."""


def is_standard(raw: Json) -> bool:
    """Tell whether a body is in the JDE Standard format."""
    return isinstance(raw.get("inputs"), list)


def from_standard(raw: Json) -> Json:
    """Turn the JDE Standard format into plain names and values."""
    found = {str(one.get("name")): one.get("value") for one in raw.get("inputs") or []}
    for detail in raw.get("detailInputs") or []:
        rows = detail.get("repeatingInputs") or []
        found[str(detail.get("name"))] = [from_standard(row) for row in rows]
    return found


def parse(inputs: Sequence[Input], raw: Mapping[str, Any], where: str = "") -> Json:
    """Read declared inputs; what is not declared is ignored, as AIS ignores it. Absent optional ones become None."""
    return {one.name: _value(one, raw.get(one.name), where + one.name) for one in inputs}


def _value(one: Input, raw: Any, name: str) -> Any:
    if raw is None or raw == "" or raw == [] or raw == {}:
        if one.required:
            raise BadInput(f"Required input {name} is missing.")
        return one.default or None
    if one.kind == "list":
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            raise BadInput(f"Input {name} must be an array of objects.")
        return [parse(one.parts, row, f"{name}[{at}].") for at, row in enumerate(raw)]
    if one.kind == "object":
        if not isinstance(raw, dict):
            raise BadInput(f"Input {name} must be an object.")
        return parse(one.parts, raw, f"{name}.")
    if isinstance(raw, dict | list | bool):
        raise BadInput(f"Input {name} must be a plain value.")
    return _SCALARS[one.kind](one, str(raw), name)


def _text(one: Input, raw: str, name: str) -> str:
    text = raw.rstrip()
    if one.length and len(text) > one.length:
        raise BadInput(f"Input {name} is longer than {one.length} characters.")
    if any(ord(char) < 32 for char in text):
        raise BadInput(f"Input {name} holds control characters.")
    return text


def _decimal(one: Input, raw: str, name: str) -> Decimal:
    if not _NUMBER.fullmatch(raw.strip()):
        raise BadInput(f"Input {name} must be a number with a decimal point, not {raw}.")
    try:
        number = Decimal(raw.strip())
    except InvalidOperation as error:
        raise BadInput(f"Input {name} must be a number, not {raw}.") from error
    if one.kind == "rate" and number <= 0:
        raise BadInput(f"Input {name} must be above zero.")
    return number


def _whole(one: Input, raw: str, name: str) -> int:
    if not raw.strip().isdecimal() or len(raw.strip()) > 8:
        raise BadInput(f"Input {name} must be a whole number of up to 8 digits, not {raw}.")
    return int(raw)


def _day(one: Input, raw: str, name: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw.strip()):
        raise BadInput(f"Input {name} must be a date as yyyy-MM-dd, not {raw}.")
    try:
        return date.fromisoformat(raw.strip())
    except ValueError as error:
        raise BadInput(f"Input {name} is no date: {raw}.") from error


_SCALARS = {"text": _text, "amount": _decimal, "rate": _decimal, "number": _whole, "date": _day}

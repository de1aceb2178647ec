"""Reads a request body strictly: names, types, lengths, choices; every fault becomes one problem."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from json import dumps
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.sandbox.app import Json, Request

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNTRY = re.compile(r"[A-Z]{2}")
DIGITS_MAX = 12
PLACES_MAX = {"money": 2, "number": 6}

Shape = Mapping[str, "Field"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one field must be.

    `kind` is text, email, country, date, choice, flag, whole, money, number, group, rows (of objects) or ids (texts).
    """

    kind: str = "text"
    required: bool = False
    longest: int = 0
    choices: tuple[str, ...] = ()
    of: "Shape | None" = None


def body_of(request: Request, kind: type = dict) -> Any:
    """Parse the body, which must be an object or a list as asked."""
    try:
        body = request.json()
        if b"\\u" in request.body:
            dumps(body, ensure_ascii=False, default=str).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        refuse("BDC_1122", "The request body is not valid JSON.")
    if not isinstance(body, kind):
        refuse("BDC_1122", f"The request body must be a JSON {'array' if kind is list else 'object'}.")
    return body


def read(body: Any, shape: Shape, switches: Switches, *, partial: bool = False) -> Json:
    """Give the known fields of a body; raises all problems at once. `partial`: nothing is required."""
    if not isinstance(body, dict):
        refuse("BDC_1122", "The request body must be a JSON object.")
    reader = _Reader(switches, partial)
    values = reader.group(body, shape, "")
    if reader.problems:
        raise Refused(reader.problems)
    return values


class _Reader:
    """One pass over a body."""

    def __init__(self, switches: Switches, partial: bool) -> None:
        self._unknown = switches.unknown_fields
        self._partial = partial
        self.problems: list[Problem] = []

    def group(self, body: Json, shape: Shape, prefix: str) -> Json:
        """Read an object."""
        values: Json = {}
        for name, value in body.items():
            field = shape.get(name)
            if field is None:
                self._refuse_unknown(prefix + name)
            else:
                values[name] = self._value(value, field, prefix + name)
        for name, field in shape.items():
            is_asked = name in body or not self._partial
            if field.required and is_asked and body.get(name) in (None, "", [], {}):
                self.problems.append(Problem("BDC_1117", f"{prefix}{name}: is required", prefix + name))
        return values

    def _refuse_unknown(self, path: str) -> None:
        if self._unknown == "system_error":
            self.problems.append(Problem("BDC_1001", "A system error occurred."))
        elif self._unknown == "refuse":
            self.problems.append(Problem("BDC_1119", f"{path}: unknown field", path))

    def _value(self, value: Any, field: Field, path: str) -> Any:
        match field.kind:
            case "group":
                return self._nested(value, field, path)
            case "rows" | "ids":
                return self._rows(value, field, path)
            case "flag":
                return value if isinstance(value, bool) else self._wrong_type(path, "a boolean")
            case "whole":
                is_whole = isinstance(value, int) and not isinstance(value, bool)
                return value if is_whole and abs(value) < 10**9 else self._wrong_type(path, "an integer")
            case "money" | "number":
                return self._decimal(value, field.kind, path)
            case _:
                return self._text(value, field, path)

    def _nested(self, value: Any, field: Field, path: str) -> Any:
        if not isinstance(value, dict):
            return self._wrong_type(path, "an object")
        return self.group(value, field.of or {}, f"{path}.")

    def _rows(self, value: Any, field: Field, path: str) -> Any:
        if not isinstance(value, list):
            return self._wrong_type(path, "an array")
        if field.kind == "ids":
            return [self._text(row, field, f"{path}[{at}]") for at, row in enumerate(value)]
        return [self._nested(row, field, f"{path}[{at}]") for at, row in enumerate(value)]

    def _decimal(self, value: Any, kind: str, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            return self._wrong_type(path, "a number")
        if isinstance(value, int) and abs(value) >= 10**DIGITS_MAX:
            return self._wrong(path, "is out of range")
        number = Decimal(value)
        if number.adjusted() >= DIGITS_MAX:
            return self._wrong(path, "is out of range")
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > PLACES_MAX[kind]:
            return self._wrong(path, f"has more than {PLACES_MAX[kind]} decimals", number)
        return number

    def _text(self, value: Any, field: Field, path: str) -> Any:
        if not isinstance(value, str):
            return self._wrong_type(path, "a string")
        if field.longest and len(value) > field.longest:
            self.problems.append(Problem("BDC_1143", f"{path.rpartition('.')[2]} too long", path.rpartition(".")[2]))
        elif value and not _fits(value, field):
            return self._wrong(path, _WANTED.get(field.kind, "has a bad value"), value)
        return value

    def _wrong_type(self, path: str, wanted: str) -> None:
        self.problems.append(Problem("BDC_1124", f"{path}: must be {wanted}", path))

    def _wrong(self, path: str, why: str, value: object = "") -> None:
        self.problems.append(Problem("BDC_1119", f"{path}: {why}", path, str(value)))


_WANTED = {
    "date": "must be a date as yyyy-MM-dd",
    "email": "is not an e-mail address",
    "country": "must be an ISO 3166 code of two letters",
}


def _fits(value: str, field: Field) -> bool:
    match field.kind:
        case "date":
            return is_date(value)
        case "email":
            return EMAIL.fullmatch(value) is not None
        case "country":
            return COUNTRY.fullmatch(value) is not None
        case "choice":
            return value in field.choices
    return True


def is_date(text: str) -> bool:
    """Tell whether a text is a date as BILL writes them."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

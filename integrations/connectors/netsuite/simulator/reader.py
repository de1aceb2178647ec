"""Reads a request body against a record type: names, types, references; unknown names go by the caller's header."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from integrations.connectors.netsuite.simulator.answers import Refused, bad_content, bad_value, refuse
from integrations.connectors.netsuite.simulator.records.types import group_of
from integrations.connectors.netsuite.simulator.schema import Field, Fields
from integrations.connectors.netsuite.simulator.site import Site

Policy = Literal["error", "warning", "ignore"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_UNPRINTABLE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_INT32 = 2**31
_DIGITS = 11
EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]+")
_SEMANTIC = frozenset(("ref", "refs", "object"))
_WRAPPER = frozenset(("items", "count", "hasMore", "offset", "totalResults", "links"))


class Reader:
    """Turns JSON into plain values: ids for references and enumerations, lists of dicts for sublists, None to clear."""

    def __init__(self, site: Site, names: Policy = "warning", values: Policy = "error") -> None:
        self._site = site
        self._names = names
        self._values = values
        self.warnings: list[str] = []

    def read(self, body: object, fields: Fields, path: str = "") -> dict[str, Any]:
        """Read one object; refuses by `INVALID_CONTENT`, naming the path."""
        if not isinstance(body, dict):
            bad_content("A JSON object is expected.", path)
        values: dict[str, Any] = {}
        for name, value in body.items():
            field = fields.get(name)
            where = f"{path}.{name}" if path else name
            if field is None or field.is_read_only:
                self._unusable(name, where, is_read_only=field is not None)
            elif value is None:
                values[name] = None
            elif field.kind == "list":
                values[name] = self._lines(field, value, where)
            elif self._values == "error" or field.kind in _SEMANTIC:
                values[name] = _READ[field.kind](self, field, value, where)
            else:
                self._lenient(values, field, value, where)
        return values

    def _lenient(self, values: dict[str, Any], field: Field, value: object, where: str) -> None:
        try:
            values[field.name] = _READ[field.kind](self, field, value, where)
        except Refused:
            if self._values == "warning":
                self.warnings.append(f"{where}: Invalid value {value!r}, dropped.")

    def _unusable(self, name: str, where: str, *, is_read_only: bool) -> None:
        if name == "links":
            return
        text = f"The property '{name}' is read-only." if is_read_only else f"Unknown property name '{name}'."
        if self._names == "error":
            bad_content(text, where)
        if self._names == "warning":
            self.warnings.append(f"{where}: {text}")

    def _lines(self, field: Field, value: object, where: str) -> list[dict[str, Any]] | None:
        if not isinstance(value, dict):
            bad_content("A sublist is an object with the property 'items'.", where)
        for name in value.keys() - _WRAPPER:
            self._unusable(name, f"{where}.{name}", is_read_only=False)
        rows = value.get("items")
        if rows is None:
            return None if "items" in value else []
        if not isinstance(rows, list):
            bad_content("The property 'items' is an array.", f"{where}.items")
        return [self.read(row, field.fields, f"{where}.items[{at}]") for at, row in enumerate(rows)]

    def _text(self, field: Field, value: object, where: str) -> str:
        if not isinstance(value, str):
            bad_value(value, where)
        if not value.isprintable() and _UNPRINTABLE.search(value):
            bad_value(value, where)
        if "\n" in value or "\r" in value:
            bad_content("Line breaks must be sent with the backslash doubled.", where)
        if field.name == "externalId" and not EXTERNAL_ID.fullmatch(value):
            bad_value(value, where)
        return value

    def _bool(self, field: Field, value: object, where: str) -> bool:
        if not isinstance(value, bool):
            bad_value(value, where)
        return value

    def _int(self, field: Field, value: object, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -_INT32 <= value < _INT32:
            bad_value(value, where)
        return value

    def _num(self, field: Field, value: object, where: str) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            bad_value(value, where)
        number = Decimal(value)
        if not number.is_finite() or number.adjusted() > _DIGITS or number.adjusted() < -_DIGITS:
            bad_value(value, where)
        return number

    def _date(self, field: Field, value: object, where: str) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            bad_value(value, where)
        try:
            return date.fromisoformat(value)
        except ValueError:
            bad_value(value, where)

    def _moment(self, field: Field, value: object, where: str) -> datetime:
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            bad_value(value, where)

    def _enum(self, field: Field, value: object, where: str) -> str:
        chosen = value.get("id") if isinstance(value, dict) else value
        if not isinstance(chosen, str) or chosen not in field.choices:
            bad_value(chosen, where)
        return chosen

    def _ref(self, field: Field, value: object, where: str) -> str:
        external = None
        if isinstance(value, dict):
            id = value.get("id")
            external = value.get("externalId")
        else:
            id = value
        if isinstance(id, int) and not isinstance(id, bool):
            id = str(id)
        if not isinstance(id if id is not None else external, str):
            bad_content("A reference needs an id or an externalId.", where)
        group = group_of(field.targets[0])
        store = self._site.store
        found = store.get(group, id) if isinstance(id, str) else store.named(group, str(external))
        if found is None:
            if field.name == "doc" and isinstance(id, str):
                return id
            bad_value(id or external, where)
        if found.type.name not in field.targets and field.targets[0] != "transaction":
            bad_value(id or external, where)
        if found.is_inactive:
            bad_value(id or external, where)
        return found.id

    def _refs(self, field: Field, value: object, where: str) -> list[str]:
        rows = value.get("items") if isinstance(value, dict) else value
        if not isinstance(rows, list):
            bad_content("A collection is an object with the property 'items'.", where)
        return [self._ref(field, row, f"{where}.items[{at}]") for at, row in enumerate(rows)]

    def _object(self, field: Field, value: object, where: str) -> dict[str, Any]:
        if field.name == "taxDetailsReference" and isinstance(value, str):
            return {"id": value}
        return self.read(value, field.fields, where)


_READ: Mapping[str, Callable[[Reader, Field, object, str], Any]] = {
    "text": Reader._text,
    "bool": Reader._bool,
    "int": Reader._int,
    "num": Reader._num,
    "date": Reader._date,
    "moment": Reader._moment,
    "enum": Reader._enum,
    "ref": Reader._ref,
    "refs": Reader._refs,
    "object": Reader._object,
}


def policy(header: str | None, name: str, default: Policy) -> Policy:
    """Read a validation header; refuses a value that is none of error, warning, ignore."""
    if header is None:
        return default
    chosen = header.strip().lower()
    if chosen == "error":
        return "error"
    if chosen == "warning":
        return "warning"
    if chosen != "ignore":
        refuse(400, "INVALID_REQUEST", f"Unknown value '{header}' of the header {name}.", header=name)
    return "ignore"

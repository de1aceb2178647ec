"""Reads the body of a write by the contract: wrapped values, linked objects, detail rows, custom fields."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from integrations.connectors.acumatica.simulator.answers import invalid, refuse
from integrations.connectors.acumatica.simulator.contract import Entity, Field
from integrations.connectors.acumatica.simulator.values import read_value
from integrations.sandbox.app import Json, Request

SYSTEM = ("id", "rowNumber", "error", "delete", "custom", "files", "_links", "note")
Path = tuple[str | int, ...]


@dataclass(slots=True, kw_only=True)
class SentRow:
    """One detail row as sent: without an id it is to be inserted."""

    id: str = ""
    is_deleted: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Sent:
    """One record as sent: header values by their view field, rows by set, where each was in the body."""

    raw: Json
    id: str = ""
    note: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, list[SentRow]] = field(default_factory=dict)


class BodyReader:
    """Reads one body; what is not built as it must be is gathered and refused at once with 400."""

    def __init__(self, entity: Entity, offset: timedelta, lint: Counter[str], *, refuses_unknown: bool) -> None:
        self._entity = entity
        self._offset = offset
        self._lint = lint
        self._refuses_unknown = refuses_unknown
        self._state: dict[str, list[str]] = {}

    def read(self, body: object) -> Sent:
        """Read a body, or refuse it with `modelState`."""
        if not isinstance(body, dict):
            invalid({"entity": ["A JSON object was expected."]})
        sent = Sent(raw=body, id=self._id(body, ()))
        self._object(self._entity.fields, body, (), sent, sent.values, sent.paths)
        if self._state:
            invalid(self._state)
        return sent

    def _object(
        self,
        fields: Mapping[str, Field],
        body: Json,
        path: Path,
        sent: Sent,
        values: dict[str, Any],
        paths: dict[str, Path],
    ) -> None:
        for name, value in body.items():
            here = (*path, name)
            known = fields.get(name)
            if name in SYSTEM:
                self._system(name, value, here, sent, values, paths)
            elif known is None:
                self._unknown(here)
            elif known.kind == "rows":
                self._rows(known, value, here, sent)
            elif not isinstance(value, dict):
                self._complain(here, f"Error converting value {value!r} to a value of the type {known.type}.")
            elif known.kind == "link":
                self._object(known.fields, value, here, sent, values, paths)
            else:
                self._value(known, value, here, values, paths)

    def _system(
        self, name: str, value: Any, here: Path, sent: Sent, values: dict[str, Any], paths: dict[str, Path]
    ) -> None:
        if name == "note":
            if not isinstance(value, dict):
                self._complain(here, "Error converting value to a value of the type StringValue.")
            elif len(here) == 1:
                sent.note = str(value.get("value") or "")
        elif name == "custom":
            self._custom(value, here, values, paths, in_rows=any(isinstance(part, int) for part in here))

    def _custom(self, value: Any, here: Path, values: dict[str, Any], paths: dict[str, Path], *, in_rows: bool) -> None:
        if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
            self._complain(here, "Custom fields are given as {view: {field: {type, value}}}.")
            return
        for view, columns in value.items():
            for column, wrapped in columns.items():
                place = (*here, view, column)
                if not isinstance(wrapped, dict):
                    self._complain(place, "Custom fields are given as {view: {field: {type, value}}}.")
                    continue
                kind = str(wrapped.get("type", "CustomStringField")).removeprefix("Custom").removesuffix("Field")
                key = custom_key(self._entity, view, column, in_rows=in_rows)
                self._value(
                    Field(name=column, kind="value", type=kind, view=view, key=key, fields={}),
                    wrapped,
                    place,
                    values,
                    paths,
                )

    def _rows(self, known: Field, value: Any, here: Path, sent: Sent) -> None:
        if not isinstance(value, list):
            self._complain(here, "Details are a JSON array, not wrapped.")
            return
        rows = sent.rows.setdefault(known.key or known.name, [])
        for at, one in enumerate(value):
            place = (*here, at)
            if not isinstance(one, dict):
                self._complain(place, "A JSON object was expected.")
                continue
            row = SentRow(id=self._id(one, place), is_deleted=one.get("delete") is True)
            self._object(known.fields, one, place, sent, row.values, row.paths)
            row.paths.setdefault("", place)
            rows.append(row)

    def _value(self, known: Field, wrapped: Json, here: Path, values: dict[str, Any], paths: dict[str, Path]) -> None:
        for more in wrapped:
            if more not in ("value", "error", "type"):
                self._unknown((*here, more))
        if "value" not in wrapped:
            return
        try:
            value = read_value(known.type, known.key, wrapped["value"], self._offset)
        except ValueError as error:
            self._complain(here, str(error))
            return
        if known.key:
            values[known.key] = value
            paths[known.key] = here
        else:
            self._lint["nothing behind " + self._dotted(here)] += 1

    def _id(self, body: Json, here: Path) -> str:
        id = body.get("id")
        if id is not None and not isinstance(id, str):
            self._complain((*here, "id"), f"Error converting value {id!r} to type 'System.Guid'.")
            return ""
        return (id or "").lower()

    def _unknown(self, here: Path) -> None:
        self._lint[self._dotted(here)] += 1
        if self._refuses_unknown:
            self._complain(here, f"The field {here[-1]} is not in the contract.")

    def _complain(self, here: Path, text: str) -> None:
        self._state.setdefault("entity." + ".".join(map(str, here)), []).append(text)

    def _dotted(self, here: Path) -> str:
        return ".".join([self._entity.name, *(str(part) for part in here if not isinstance(part, int))])


def custom_key(entity: Entity, view: str, column: str, *, in_rows: bool = False) -> str:
    """Give where a record keeps an off-contract field: `Document.TermsID` is the header's own `TermsID`."""
    base = view.partition(":")[0].strip()
    return column if in_rows or base in entity.main else f"{base}.{column}"


def json_of(request: Request) -> Any:
    """Parse a request's body as JSON or refuse it."""
    try:
        return request.json()
    except ValueError as error:
        refuse(400, "The request is invalid.", modelState={"entity": [f"Unexpected character in JSON: {error}"]})

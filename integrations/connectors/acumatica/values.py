"""How Acumatica writes values: every field an object with `value`; what is read becomes a `Row`, never a bare dict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from integrations.contracts import Value
from integrations.errors import ContractError, MappingError

Json: TypeAlias = dict[str, Any]

CUSTOM = "custom"
_BARE = frozenset({"id", "delete", "rowNumber"})
_CUSTOM_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "CustomBooleanField"),
    (int, "CustomIntField"),
    (Decimal, "CustomDecimalField"),
    (date, "CustomDateTimeField"),
    (str, "CustomStringField"),
)


# Reading


@dataclass(frozen=True, slots=True)
class Row:
    """One entity, linked or detail record as answered."""

    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The record's own id, which is bare."""
        return str(self.raw.get("id") or "")

    def value(self, name: str) -> Any:
        """Give a field's value; None where there is none. Raises ContractError if it is not wrapped."""
        wrapped = self.raw.get(name)
        if wrapped is None:
            return None
        if not isinstance(wrapped, Mapping):
            raise ContractError(
                f"Acumatica's field {name} is not wrapped as its contract says.",
                code="acumatica_unexpected_answer",
                field=name,
            )
        return wrapped.get("value")

    def text(self, name: str) -> str:
        """Give a text without the blanks that pad segmented keys; empty if there is none."""
        value = self.value(name)
        return "" if value is None else str(value).strip()

    def amount(self, name: str) -> Decimal | None:
        """Give a number exactly. Raises ContractError."""
        value = self.value(name)
        if value is None or value == "":
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise _odd(name, value) from error

    def flag(self, name: str) -> bool:
        """Give a boolean; absent is False."""
        return str(self.value(name)).lower() == "true"

    def day(self, name: str) -> date | None:
        """Give a date-only field: it comes as midnight in the tenant's zone, so its day is the one written."""
        value = self.value(name)
        if not value:
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError as error:
            raise _odd(name, value) from error

    def moment(self, name: str) -> datetime | None:
        """Give a time in UTC; one without an offset is taken as UTC."""
        value = self.value(name)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise _odd(name, value) from error
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def linked(self, name: str) -> "Row":
        """Give a linked record; an empty row where it was not expanded."""
        raw = self.raw.get(name)
        return Row(raw) if isinstance(raw, Mapping) else Row()

    def details(self, name: str) -> tuple["Row", ...]:
        """Give detail records; none where they were not expanded."""
        raw = self.raw.get(name)
        return tuple(Row(one) for one in raw if isinstance(one, Mapping)) if isinstance(raw, list) else ()

    def custom(self, view: str, name: str) -> str:
        """Give a field outside the contract, asked for by `$custom`; empty where it did not come."""
        views = self.raw.get(CUSTOM)
        found = views.get(view) if isinstance(views, Mapping) else None
        return Row(found).text(name) if isinstance(found, Mapping) else ""


def _odd(name: str, value: object) -> ContractError:
    return ContractError(
        f"Acumatica's {name} has the value “{str(value)[:40]}”, which is not of its type.",
        code="acumatica_unexpected_answer",
        field=name,
        value=str(value)[:40],
    )


# Writing


def nested(payload: Mapping[str, Value]) -> dict[str, Value]:
    """Turn dotted names (`MainContact.Email`, `custom.Document.TermsID`) into nested objects; nested ones are kept."""
    made: dict[str, Any] = {}
    for name, value in payload.items():
        *path, last = name.split(".")
        place = made
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise MappingError(f"{name}: {step} has a value of its own already.", code="mapping", field=name)
        if isinstance(value, Mapping):
            inner = place.setdefault(last, {})
            inner.update(nested(value))
        elif isinstance(value, list | tuple):
            place[last] = [nested(one) if isinstance(one, Mapping) else one for one in value]
        else:
            place[last] = value
    return made


def wrapped(body: Mapping[str, Value]) -> Json:
    """Write a nested body as the contract wants it: fields wrapped, objects and arrays not, `custom` with its types.

    None clears a field.
    """
    return {name: _wrapped(name, value) for name, value in body.items()}


def _wrapped(name: str, value: Value) -> Any:
    if name in _BARE:
        return value
    if name == CUSTOM and isinstance(value, Mapping):
        return {view: _custom(fields) for view, fields in value.items() if isinstance(fields, Mapping)}
    if isinstance(value, Mapping):
        return wrapped(value)
    if isinstance(value, list | tuple):
        return [wrapped(one) for one in value if isinstance(one, Mapping)]
    return {"value": value}


def _custom(fields: Mapping[str, Value]) -> Json:
    return {name: {"type": _custom_type(value), "value": value} for name, value in fields.items()}


def _custom_type(value: Value) -> str:
    return next((name for kind, name in _CUSTOM_TYPES if isinstance(value, kind)), "CustomStringField")


def names(body: Mapping[str, Value], path: str = "") -> Iterator[tuple[str, str]]:
    """Give (path of the record, field) of every field of a nested body; lines come under the path of their list."""
    for name, value in body.items():
        if name in _BARE or (name == CUSTOM and not path):
            continue
        yield path, name
        inner = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from names(value, inner)
        elif isinstance(value, list | tuple):
            for one in value:
                if isinstance(one, Mapping):
                    yield from names(one, inner)

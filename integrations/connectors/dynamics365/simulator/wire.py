"""Values between JSON and rows: noon dates, 1900 for no date, decimals as plain numbers, enum names, etags."""

import base64
import binascii
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.connectors.dynamics365.simulator.answers import bad_query
from integrations.connectors.dynamics365.simulator.enums import ENUMS
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Field, Values
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.app import Json

NO_MOMENT = "1900-01-01T00:00:00Z"
LONGEST_TEXT = 1_000
LARGEST = Decimal(10) ** 15


def shown(field: Field, value: Any) -> Any:
    """Give a value as JSON shows it."""
    if field.type == "date":
        return f"{value.isoformat()}T12:00:00Z"
    if field.type == "utc":
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else NO_MOMENT
    return value


def etag(row: Row) -> str:
    """Give a row's etag: base64 of record version and record id."""
    return f'W/"{base64.b64encode(f"{chr(39)}{row.version},{row.rec_id}{chr(39)}".encode()).decode()}"'


def version_of(text: str) -> int | None:
    """Read the record version out of an `If-Match` header; None when it cannot be read."""
    try:
        inner = base64.b64decode(text.removeprefix("W/").strip('"'), validate=True).decode()
        return int(inner.strip("'").partition(",")[0])
    except (binascii.Error, ValueError, UnicodeDecodeError):
        return None


def entity(entity_set: EntitySet, row: Row, only: frozenset[str] | None = None) -> Json:
    """Show a row, whole or the selected properties."""
    out: Json = {"@odata.etag": etag(row)}
    values = row.values
    for name, field in entity_set.fields.items():
        if only is None or name in only:
            value = values[name]
            out[name] = value if field.type not in ("date", "utc") else shown(field, value)
    return out


def parsed(entity_set: EntitySet, body: object) -> Values:
    """Read a written entity; refuses unknown properties, nested entities and wrong types."""
    if not isinstance(body, dict):
        raise bad_query("An object is expected in the request body.")
    found: Values = {}
    for name, value in body.items():
        if "@" in name:
            continue
        field = entity_set.fields.get(name)
        if field is None:
            raise bad_query(_unknown(entity_set, name))
        found[name] = _value(field, value)
    return found


def _unknown(entity_set: EntitySet, name: str) -> str:
    if name in entity_set.navigation:
        return f"Deep insert of '{name}' is not supported for '{entity_set.type}'."
    return (
        f"The property '{name}' does not exist on type 'Microsoft.Dynamics.DataEntities.{entity_set.type}'. "
        "Make sure to only use property names that are defined by the type."
    )


def _value(field: Field, value: object) -> object:
    if value is None:
        if field.type == "string" or field.is_enum:
            return field.empty
        raise bad_query(f"A null value was found for the property named '{field.name}', which is not nullable.")
    if field.type in ("date", "utc"):
        return _moment(field, value)
    if field.type == "decimal":
        return _decimal(field, value)
    if field.type in ("int32", "int64"):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise _mistyped(field, value)
    if not isinstance(value, str):
        raise _mistyped(field, value)
    if field.is_enum:
        return _member(field, value)
    if len(value) > LONGEST_TEXT:
        raise bad_query(f"The value of '{field.name}' is too long.")
    return value.rstrip()


def _decimal(field: Field, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _mistyped(field, value)
    number = Decimal(value)
    if abs(number) >= LARGEST:
        raise bad_query(f"The value of '{field.name}' is too large.")
    return number


def _member(field: Field, value: str) -> str:
    for member in ENUMS[field.type]:
        if member.lower() == value.lower():
            return member
    raise bad_query(
        f"The value '{value}' of '{field.name}' is not a member of 'Microsoft.Dynamics.DataEntities.{field.type}'."
    )


def _moment(field: Field, value: object) -> date | datetime:
    if not isinstance(value, str):
        raise _mistyped(field, value)
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise _mistyped(field, value) from None
    if moment.tzinfo is None:
        if len(value) > len("2026-01-01"):
            raise _mistyped(field, value)
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return moment.date() if field.type == "date" else moment


def _mistyped(field: Field, value: object) -> Exception:
    kinds = {"date": "Edm.DateTimeOffset", "utc": "Edm.DateTimeOffset", "decimal": "Edm.Decimal", "int32": "Edm.Int32"}
    kind = kinds.get(field.type, "Edm.Int64" if field.type == "int64" else "Edm.String")
    return bad_query(f"Cannot convert the literal '{value}' of '{field.name}' to the expected type '{kind}'.")

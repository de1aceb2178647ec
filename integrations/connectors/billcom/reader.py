"""Reads one JSON object of BILL field by field, with the type checked and the record and field named in errors.

BILL omits what is not populated, so an absent field is an unset one.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from integrations.errors import ContractError

NONE = Decimal(0)
Part = TypeVar("Part")


class Reader:
    """One object under its name, such as "Bill 00n01...". Raises ContractError for a value of another type."""

    __slots__ = ("label", "path", "raw")

    def __init__(self, raw: Mapping[str, Any], label: str, path: str = "") -> None:
        self.raw = raw
        self.label = label
        self.path = path

    def text(self, name: str) -> str:
        """Read a text, empty when unset; a number becomes text (account numbers come as either)."""
        value = self.raw.get(name)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        raise self.wrong(name, value, "a text")

    def needed_text(self, name: str) -> str:
        """Read a text that must be there."""
        value = self.text(name)
        if not value:
            raise self.wrong(name, None, "a text")
        return value

    def flag(self, name: str) -> bool:
        """Read a boolean, False when unset."""
        value = self.raw.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.wrong(name, value, "true or false")

    def amount(self, name: str) -> Decimal:
        """Read an amount in major units, 0 when unset."""
        value = self.raw.get(name)
        if value is None:
            return NONE
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.wrong(name, value, "an amount")
        return Decimal(value)

    def needed_amount(self, name: str) -> Decimal:
        """Read an amount that must be there."""
        if self.raw.get(name) is None:
            raise self.wrong(name, None, "an amount")
        return self.amount(name)

    def day(self, name: str) -> date | None:
        """Read a date; of a date-time (as webhooks write some) the day."""
        value = self.text(name)
        try:
            return date.fromisoformat(value[:10]) if value else None
        except ValueError as error:
            raise self.wrong(name, value, "a date") from error

    def moment(self, name: str) -> datetime | None:
        """Read a time, in UTC."""
        value = self.text(name)
        return self._moment(name, value) if value else None

    def needed_moment(self, name: str) -> datetime:
        """Read a time that must be there."""
        return self._moment(name, self.needed_text(name))

    def part(self, name: str) -> "Reader":
        """Read an object inside this one; an absent one is empty."""
        value = self.raw.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, value, "an object")
        return Reader(value or {}, self.label, f"{self.path}{name}.")

    def parts(self, name: str, read: Callable[["Reader"], Part]) -> tuple[Part, ...]:
        """Read a list of objects; an absent one is empty."""
        rows = self.raw.get(name)
        if rows is None:
            return ()
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong(name, rows, "a list of objects")
        return tuple(read(Reader(row, self.label, f"{self.path}{name}.")) for row in rows)

    def wrong(self, name: str, value: object, wanted: str) -> ContractError:
        """Make the error that names this record and field."""
        field = f"{self.path}{name}"
        if value is None:
            return ContractError(
                f"{self.label}: '{field}' is missing, so it cannot be read. Look at the record in BILL.",
                code="billcom_missing_value",
                field=field,
            )
        return ContractError(
            f"{self.label}: '{field}' is {str(value)[:80]!r}, not {wanted}. Look at the record in BILL.",
            code="billcom_bad_value",
            field=field,
        )

    def _moment(self, name: str, value: str) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise self.wrong(name, value, "a time") from error
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

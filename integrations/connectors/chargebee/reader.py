"""Reads one JSON object of Chargebee field by field, with the type checked and the record and field named in errors."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from integrations.errors import ContractError

# Source: "Currencies" (apidocs, read 2026-11-21). Never taken from ISO 4217: KWD has two decimals here.
ZERO_DECIMAL = frozenset({"JPY", "KRW", "XAF", "XOF"})

CENT = Decimal("0.01")
ONE = Decimal(1)
NO_CENTS = Decimal("0.00")
NONE = Decimal(0)
LARGEST = 2**63
SHOWN = 80

Part = TypeVar("Part")


@lru_cache(maxsize=4096)
def _instant(seconds: int) -> datetime:
    """Give the time; a document names the same few over and over."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=4096)
def _hundredths(minor: int) -> Decimal:
    """Give the amount; a document names the same few over and over."""
    return Decimal(minor) * CENT


class Reader:
    """One object under its name, such as "Invoice INV-7". `unit` is what 1 in an amount stands for.

    Methods without `needed` take an absent or null attribute for unset. Raises ContractError.
    """

    __slots__ = ("label", "path", "raw", "unit")

    def __init__(self, raw: Mapping[str, Any], label: str, unit: Decimal = CENT, path: str = "") -> None:
        self.raw = raw
        self.label = label
        self.unit = unit
        self.path = path

    def text(self, name: str) -> str:
        """Read a text, empty when unset."""
        value = self.raw.get(name)
        if type(value) is str:
            return value
        if value is None:
            return ""
        raise self.wrong(name, value, "a text")

    def needed_text(self, name: str) -> str:
        """Read a text that must be there."""
        value = self.raw.get(name)
        if type(value) is str and value:
            return value
        raise self.wrong(name, value, "a text")

    def flag(self, name: str) -> bool:
        """Read a boolean, False when unset."""
        value = self.raw.get(name)
        if value is None or value is False or value is True:
            return bool(value)
        raise self.wrong(name, value, "true or false")

    def count(self, name: str) -> int:
        """Read a whole number, 0 when unset."""
        value = self.raw.get(name)
        if type(value) is int:
            return value
        if value is None:
            return 0
        raise self.wrong(name, value, "a whole number")

    def number(self, name: str) -> Decimal | None:
        """Read a number that is no amount, such as a rate; some come as text."""
        value = self.raw.get(name)
        if value is None or type(value) is Decimal:
            return value
        if value == "":
            return None
        return Decimal(value) if type(value) is int else self._number_in_text(name, value)

    def moment(self, name: str) -> datetime | None:
        """Read a time given in seconds of 1970."""
        value = self.raw.get(name)
        return None if value is None else self._moment(name, value)

    def needed_moment(self, name: str) -> datetime:
        """Read a time that must be there."""
        return self._moment(name, self.raw.get(name))

    def amount(self, name: str) -> Decimal:
        """Read an amount in major units, 0 when unset."""
        value = self.raw.get(name)
        if value:
            return self._amount(name, value)
        if value is None or type(value) is int:
            return NO_CENTS if self.unit is CENT else NONE
        raise self.wrong(name, value, "an amount in whole minor units")

    def needed_amount(self, name: str) -> Decimal:
        """Read an amount that must be there."""
        return self._amount(name, self.raw.get(name))

    def optional_amount(self, name: str) -> Decimal | None:
        """Read an amount, None when unset."""
        value = self.raw.get(name)
        return None if value is None else self._amount(name, value)

    def parts(self, name: str, read: Callable[["Reader"], Part]) -> tuple[Part, ...]:
        """Read a list of objects; an absent one is empty."""
        rows = self.raw.get(name)
        if not rows:
            return ()
        if type(rows) is not list:
            raise self.wrong(name, rows, "a list")
        path = f"{self.path}{name}."
        return tuple([read(self._part(name, row, path)) for row in rows])

    def part(self, name: str) -> "Reader | None":
        """Read an object inside this one."""
        value = self.raw.get(name)
        return None if value is None else self._part(name, value, f"{self.path}{name}.")

    def custom(self) -> dict[str, str | int | Decimal | bool]:
        """Read the custom fields, which stand at the top under names beginning with `cf_`."""
        names = [name for name in self.raw if name[:1] == "c" and name.startswith("cf_")]
        return {name: self.raw[name] for name in names if isinstance(self.raw[name], str | int | Decimal)}

    def words(self, name: str, key: str) -> tuple[str, ...]:
        """Read a list of texts, or of objects with the text under `key` (notes come in both shapes)."""
        return tuple(self._words(name, key))

    def wrong(self, name: str, value: object, wanted: str) -> ContractError:
        """Make the error that names this record and field."""
        field = f"{self.path}{name}"
        if value is None or value == "":
            return ContractError(
                f"{self.label}: '{field}' is missing, so it cannot be read. Look at the record in Chargebee.",
                code="chargebee_missing_field",
                field=field,
            )
        return ContractError(
            f"{self.label}: '{field}' is {str(value)[:SHOWN]!r}, not {wanted}. Look at the record in Chargebee.",
            code="chargebee_bad_value",
            field=field,
        )

    def _part(self, name: str, value: object, path: str) -> "Reader":
        if type(value) is not dict:
            raise self.wrong(name, value if value is not None else "null", "an object")
        return Reader(value, self.label, self.unit, path)

    def _amount(self, name: str, value: object) -> Decimal:
        if type(value) is not int or not -LARGEST < value < LARGEST:
            raise self.wrong(name, value, "an amount in whole minor units")
        return _hundredths(value) if self.unit is CENT else Decimal(value) * self.unit

    def _moment(self, name: str, value: object) -> datetime:
        if type(value) is not int:
            raise self.wrong(name, value, "a time in seconds")
        try:
            return _instant(value)
        except (ValueError, OverflowError, OSError) as error:
            raise self.wrong(name, value, "a time in seconds") from error

    def _number_in_text(self, name: str, value: object) -> Decimal:
        try:
            number = Decimal(value) if type(value) is str else None
        except ArithmeticError:
            number = None
        if number is None or not number.is_finite():
            raise self.wrong(name, value, "a number")
        return number

    def _words(self, name: str, key: str) -> Iterator[str]:
        for row in self.raw.get(name) or ():
            word = row.get(key) if isinstance(row, dict) else row
            if isinstance(word, str) and word:
                yield word

"""The data dictionary aliases that we read, each with its type: cells are typed by alias, never by their look."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from integrations.errors import ContractError

Kind: TypeAlias = Literal["text", "whole", "amount", "date"]

# Every alias that is not named here is text.
_WHOLE = frozenset("AN8 PYE DOC ICU PYID DOCM JELN SFXE DOCO SHAN RC5 PNC ARPN APPN UPMT TDAY ANBY IDLN".split())  # noqa: SIM905
_AMOUNT = frozenset(
    "AA AG AAP ADSC ADSA STAM ACR FAP CTAM PAAP PFAP CDSA OTOT AEXP AOPN AREC FEA FREC PRRC FRRC UORG UOPN UREC CRR "  # noqa: SIM905
    "LNID".split()
)
_DATE = frozenset("UPMJ RCDJ DGJ DIVJ DDJ DICJ DMTJ VDGJ TRDJ DRQJ PDDJ EFTB DFYJ RDJ DSVJ ARFJ APFJ".split()) | {  # noqa: SIM905
    f"D{number:02}J" for number in range(1, 15)
}
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d"}


def kind_of(alias: str) -> Kind:
    """Give the type of an alias."""
    if alias in _WHOLE:
        return "whole"
    if alias in _AMOUNT:
        return "amount"
    return "date" if alias in _DATE else "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its cells by alias."""

    table: str
    cells: Mapping[str, Any]

    def text(self, alias: str) -> str:
        """Give text without its padding; blank and null are empty."""
        value = self.cells.get(alias)
        return "" if value is None else str(value).strip()

    def whole(self, alias: str) -> int:
        """Give a whole number; blank is 0. Raises ContractError for anything else."""
        number = self.amount(alias)
        if number != number.to_integral_value():
            raise self._strange(alias)
        return int(number)

    def amount(self, alias: str) -> Decimal:
        """Give a number with its decimals, as the data service has applied them; blank is 0. Raises ContractError."""
        value = self.cells.get(alias)
        if isinstance(value, bool):
            raise self._strange(alias)
        if isinstance(value, int | Decimal):
            return Decimal(value)
        text = "" if value is None else str(value).strip()
        if not text:
            return Decimal(0)
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            raise self._strange(alias)
        return Decimal(text)

    def day(self, alias: str) -> date | None:
        """Give a day written as YYYYMMDD; blank, null and 0 are none. Raises ContractError."""
        value = self.cells.get(alias)
        text = "" if value is None else str(value).strip()
        if text in ("", "0"):
            return None
        found = _DAY.fullmatch(text)
        if not found:
            raise self._strange(alias)
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError as error:
            raise self._strange(alias) from error

    def _strange(self, alias: str) -> ContractError:
        return ContractError(
            f"{self.table}.{alias} holds “{str(self.cells.get(alias))[:60]}”, which is no {kind_of(alias)}. Look at "
            "the row in JD Edwards; if it is right there, report this to our support.",
            code="jde_unexpected_answer",
            field=f"{self.table}.{alias}",
        )


def row_of(table: str, raw: Mapping[str, Any]) -> Row:
    """Take a grid row, whose names are `TABLE_ALIAS`; other names are left out."""
    prefix = f"{table}_"
    return Row(table, {name.removeprefix(prefix): value for name, value in raw.items() if name.startswith(prefix)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How the signed-in user writes days and numbers in filters."""

    simple_date: str = "MM/dd/yyyy"
    decimal: str = "."

    def literal(self, value: str | int | Decimal | date) -> str:
        """Write a value of a filter in the user's format. Raises ContractError for a date format we do not know."""
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, Decimal):
            return format(value, "f").replace(".", self.decimal)
        return str(value)

    def day(self, day: date) -> str:
        """Write a day as the user writes days."""
        pattern = re.sub("yyyy|yy|MM|dd", lambda part: _PARTS[part[0]], self.simple_date)
        if not {"%m", "%d"} <= set(re.findall("%[mdyY]", pattern)) or not re.search("%[yY]", pattern):
            raise ContractError(
                f"The user's date format “{self.simple_date}” is not one that we can write. Set the user profile's "
                "date format to one with day, month and year in figures, such as MM/dd/yyyy.",
                code="jde_date_format",
                value=self.simple_date,
            )
        return day.strftime(pattern)

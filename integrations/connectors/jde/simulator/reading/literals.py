"""Literals of conditions, in the formats of the signed-in user, and the special values that stand for days."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from integrations.connectors.jde.simulator.reading.dictionary import Alias

_PARTS = {"yyyy": r"(?P<y>\d{4})", "yy": r"(?P<yy>\d{2})", "MM": r"(?P<m>\d{2})", "dd": r"(?P<d>\d{2})"}


class BadLiteral(Exception):  # noqa: N818 - what a user typed, not an error of ours
    """A literal that the server does not understand; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How a JDE user profile writes days and numbers, and who that is."""

    simple_date: str
    decimal: str
    user: str
    today: date

    def value(self, alias: Alias, content: str, special: str = "LITERAL") -> str | Decimal | date | None:
        """Read one value for a column; `BadLiteral` if it has the wrong form."""
        if special == "LOGIN_USER":
            return self.user
        if special != "LITERAL":
            return self._special_day(alias, content, special)
        text = content.strip()
        if alias.kind == "date":
            return self.day(text) if text else None
        if alias.is_numeric:
            return self._number(alias, text)
        return text

    def day(self, text: str) -> date:
        """Read a day as this user writes days, and in no other way."""
        pattern = re.sub("yyyy|yy|MM|dd", lambda part: _PARTS[part[0]], re.escape(self.simple_date).replace("\\", ""))
        match = re.fullmatch(pattern, text)
        if match is None:
            raise BadLiteral(f"Invalid date {text}: the format of user {self.user} is {self.simple_date}.")
        found = match.groupdict()
        year = int(found["y"]) if "y" in found else 2000 + int(found["yy"])
        try:
            return date(year, int(found["m"]), int(found["d"]))
        except ValueError as error:
            raise BadLiteral(f"Invalid date {text}.") from error

    def _number(self, alias: Alias, text: str) -> Decimal:
        if self.decimal == "," and "." in text:
            raise BadLiteral(
                f"Invalid number {text} for {alias.name}: the decimal separator of {self.user} is a comma."
            )
        try:
            number = Decimal(text.replace(",", ".") if self.decimal == "," else text or "0")
        except InvalidOperation as error:
            raise BadLiteral(f"Invalid number {text} for {alias.name}.") from error
        if not number.is_finite():
            raise BadLiteral(f"Invalid number {text} for {alias.name}.")
        return number

    def _special_day(self, alias: Alias, content: str, special: str) -> date:
        match = re.fullmatch(r"TODAY(?:_(PLUS|MINUS)_(DAY|MONTH|YEAR))?", special)
        if match is None or alias.kind != "date":
            raise BadLiteral(f"Special value {special} does not fit {alias.name}.")
        if match[1] is None:
            return self.today
        if not content.strip().isdecimal():
            raise BadLiteral(f"Special value {special} needs a number, not {content!r}.")
        count = int(content) if match[1] == "PLUS" else -int(content)
        if match[2] == "DAY":
            return self.today + timedelta(days=count)
        return add_months(self.today, count * (12 if match[2] == "YEAR" else 1))


def add_months(day: date, months: int) -> date:
    """Move a day by months, to the month's last day where it has no such day."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

"""The functions of SuiteQL that SQLite lacks or computes otherwise: exact sums, Oracle's formats, display names."""

import re
import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from integrations.connectors.netsuite.simulator.records.types import WRITABLE

STORED = "%Y-%m-%d %H:%M:%S"
_PIECES = re.compile(r"YYYY|YY|MM|MON|DD|HH24|HH12|HH|MI|SS|FF\d?|AM|PM|\"[^\"]*\"|[^A-Za-z]", re.IGNORECASE)
_STRFTIME = {
    "YYYY": "%Y", "YY": "%y", "MM": "%m", "MON": "%b", "DD": "%d", "HH24": "%H", "HH12": "%I", "HH": "%I", "MI": "%M",
    "SS": "%S", "AM": "%p", "PM": "%p",
}  # fmt: skip
_TITLES = {one.code: one for one in WRITABLE if one.code}


@lru_cache(maxsize=256)
def strftime_of(picture: str) -> str | None:
    """Translate an Oracle date format; None when a part is not known."""
    out, at = "", 0
    while at < len(picture):
        match = _PIECES.match(picture, at)
        if match is None:
            return None
        piece = match.group()
        word = piece.upper()
        if word.startswith("FF"):
            out += "%f"
        else:
            out += _STRFTIME.get(word, piece.strip('"').replace("%", "%%"))
        at = match.end()
    return out


def install(connection: sqlite3.Connection, throws: Random) -> None:
    """Teach a connection the functions the translated statements use."""
    pure: list[tuple[str, int, object]] = [
        ("date_text", 2, _date_text),
        ("text_date", 2, text_date),
        ("date_plus", 2, _date_plus),
        ("num_text", 1, num_text),
        ("d_calc", 3, _calculate),
        ("u_upper", 1, lambda text: None if text is None else str(text).upper()),
        ("u_lower", 1, lambda text: None if text is None else str(text).lower()),
        ("df_type", 1, _type_name),
        ("df_status", 2, _status_name),
    ]
    for name, count, function in pure:
        connection.create_function(name, count, function, deterministic=True)  # type: ignore[arg-type]
    connection.create_function("shuffle", 0, throws.random)
    connection.create_aggregate("d_sum", 1, ExactSum)  # type: ignore[arg-type]


class ExactSum:
    """Adds decimals that SQLite stores as floating point without their noise."""

    def __init__(self) -> None:
        self._sum = Decimal(0)
        self._count = 0

    def step(self, value: float | None) -> None:
        """Take one value."""
        if value is not None:
            self._sum += Decimal(repr(value))
            self._count += 1

    def finalize(self) -> float | None:
        """Give the sum, null over nothing."""
        return float(self._sum) if self._count else None


@lru_cache(maxsize=4096)
def num_text(value: float | None) -> str | None:
    """Write a number as SuiteQL does: plain, without needless zeros."""
    if value is None:
        return None
    text = f"{value:.15g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def text_date(text: str | None, picture: str) -> str | None:
    """Read a date by an Oracle format into the stored form; `ValueError` if it does not fit."""
    if text is None:
        return None
    form = strftime_of(picture)
    if form is None:
        raise ValueError("date format not recognized")
    return datetime.strptime(text, form).strftime(STORED)  # noqa: DTZ007 - the account's own calendar


def _date_text(stored: str | None, picture: str) -> str | None:
    form = strftime_of(picture)
    if stored is None or form is None:
        return None
    return datetime.strptime(stored, STORED).strftime(form)  # noqa: DTZ007 - the account's own calendar


def _date_plus(stored: str | None, days: float | None) -> str | None:
    if stored is None or days is None:
        return None
    moment = datetime.strptime(stored, STORED) + timedelta(days=days)  # noqa: DTZ007 - the account's own calendar
    return moment.strftime(STORED)


def _calculate(op: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    a, b = Decimal(repr(left)), Decimal(repr(right))
    if op == "+":
        return float(a + b)
    if op == "-":
        return float(a - b)
    return float(a * b) if op == "*" else float(a / b)


def _type_name(code: str | None) -> str | None:
    return _TITLES[code].title if code in _TITLES else code


def _status_name(code: str | None, status: str | None) -> str | None:
    kind = _TITLES.get(code or "")
    if kind is None or status is None or "status" not in kind.fields:
        return status
    return f"{kind.title} : {kind.fields['status'].choices.get(status, status)}"

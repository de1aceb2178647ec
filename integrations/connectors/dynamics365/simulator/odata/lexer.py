"""Words of a filter: names, literals, operators; and literals in key addresses."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.answers import bad_query
from integrations.connectors.dynamics365.simulator.enums import ENUMS, NAMESPACE

_WORD = re.compile(
    r"\s*(?:(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<enum>[A-Za-z_][\w.]*)'(?P<member>(?:[^']|'')*)'"
    r"|'(?P<text>(?:[^']|'')*)'"
    r"|(?P<name>[A-Za-z_$][\w./]*)"
    r"|(?P<mark>[(),]))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `kind` is text, number, moment, enum, name or mark; `enum` names an enum literal's type."""

    kind: str
    value: object
    enum: str = ""


def words(text: str) -> list[Word]:
    """Cut a filter into words; refuses what is none."""
    found: list[Word] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _WORD.match(text, at)
        if match is None:
            raise bad_query(f"Syntax error at position {at} in '{text}'.")
        found.append(_word(match, text))
        at = match.end()
    return found


def _word(match: "re.Match[str]", text: str) -> Word:
    if match["moment"]:
        return Word("moment", _moment(match["moment"]))
    if match["number"]:
        return Word("number", Decimal(match["number"]))
    if match["enum"]:
        return _enum(match["enum"], match["member"], text)
    if match["text"] is not None:
        return Word("text", match["text"].replace("''", "'"))
    return Word("name", match["name"]) if match["name"] else Word("mark", match["mark"])


def _enum(type_name: str, member: str, text: str) -> Word:
    short = type_name.removeprefix(f"{NAMESPACE}.")
    if short == type_name or short not in ENUMS:
        raise bad_query(f"The enum type '{type_name}' in '{text}' is not known. Use {NAMESPACE}.<Enum>'<Member>'.")
    if member not in ENUMS[short]:
        raise bad_query(f"The string '{member}' is not a valid enumeration type constant of '{type_name}'.")
    return Word("enum", member, short)


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        raise bad_query(f"Unrecognized 'Edm.DateTimeOffset' literal '{text}'.") from None

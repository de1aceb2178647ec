"""Reading JSON by its expected shape: each helper gives a value of one type or says what stands there instead."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from mappings.errors import RowError
from mappings.values import Value, checked, shown

_TEXT_CHARS: Final = 8_000


def refused(reason: str) -> RowError:
    """Give the error for a shape that is not as expected."""
    return RowError(reason, code="bad_row")


def object_of(payload: object, noun: str) -> Mapping[str, object]:
    """Give an object with named fields."""
    if not isinstance(payload, Mapping) or not all(isinstance(key, str) for key in payload):
        raise refused(f"{noun} is an object with named fields, not {shown(payload)}")
    return payload


def list_of(payload: object, name: str, most: int) -> Sequence[object]:
    """Give a list of at most so many entries."""
    if not isinstance(payload, list | tuple):
        raise refused(f"{name} is a list, not {shown(payload)}")
    if len(payload) > most:
        raise refused(f"{name} has {len(payload)} entries, at most {most} are allowed")
    return payload


def only_known(payload: Mapping[str, object], known: Iterable[str]) -> None:
    """Refuse names that nobody would read: they are nearly always typing errors."""
    unknown = sorted(set(payload) - set(known))
    if unknown:
        raise refused(f"{shown(unknown[0])} is not known here. Known are {', '.join(sorted(known))}")


def text_at(payload: Mapping[str, object], name: str, longest: int) -> str:
    """Give a text that is not blank."""
    text = payload.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        raise refused(f"'{name}' is a text of 1 to {longest} characters, not {shown(text)}")
    return text


def choice_at(payload: Mapping[str, object], name: str, allowed: tuple[str, ...], usual: str = "") -> str:
    """Give one of the allowed texts, the usual one where none is given."""
    chosen = payload.get(name, usual)
    if not isinstance(chosen, str) or chosen not in allowed:
        raise refused(f"'{name}' is {shown(chosen)}: use {', '.join(allowed)}")
    return chosen


def flag_at(payload: Mapping[str, object], name: str) -> bool:
    """Give true or false, false where nothing is given."""
    flag = payload.get(name, False)
    if not isinstance(flag, bool):
        raise refused(f"'{name}' is true or false, not {shown(flag)}")
    return flag


def date_at(payload: Mapping[str, object], name: str) -> date | None:
    """Give a date written as 2026-01-31, None where nothing is given."""
    written = payload.get(name)
    if written is None or written == "":
        return None
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise refused(f"'{name}' is a date like 2026-01-31, not {shown(written)}") from None


def value_to_json(value: Value) -> object:
    """Write a value: text, int, bool and None as they are, others as {"amount" | "date" | "time": text}."""
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def value_from_json(payload: object) -> Value:
    """Read a value as `value_to_json` writes it. Raises RowError; a binary float is refused."""
    if isinstance(payload, float):
        raise refused(f'{payload} is a binary fraction: write amounts as {{"amount": "12.50"}}')
    if isinstance(payload, dict) and len(payload) == 1:
        ((kind, text),) = payload.items()
        return _typed(kind, text)
    if isinstance(payload, str) and len(payload) > _TEXT_CHARS:
        raise refused(f"a text is longer than {_TEXT_CHARS} characters")
    return checked(payload)


def _typed(kind: object, text: object) -> Value:
    readers: dict[object, Callable[[str], Value]] = {
        "amount": Decimal,
        "date": date.fromisoformat,
        "time": datetime.fromisoformat,
    }
    if kind not in readers or not isinstance(text, str) or len(text) > 80:
        raise refused(f"{shown(str(kind))} is no kind of value: use amount, date or time, with a text")
    try:
        return checked(readers[kind](text))
    except (ValueError, InvalidOperation):
        raise refused(f"{shown(text)} cannot be read as {kind}") from None

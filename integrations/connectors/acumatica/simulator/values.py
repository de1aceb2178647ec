"""How values are read from JSON by their type, and written back."""

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

INTEGERS = ("Int", "Short", "Long", "Byte")
NUMBERS = ("Decimal", "Double")
LARGEST = Decimal(10) ** 12
DATE_ONLY = {
    "DocDate", "DueDate", "AdjDate", "DateEntered", "StartDate", "EndDateUI", "StdCostDate", "PendingStdCostDate",
    "OutDate", "ARPayment__DocDate", "ARInvoice__DocDate", "ARRegisterAlias__DocDate",
}  # fmt: skip


def read_value(kind: str, key: str, value: object, offset: datetime.timedelta) -> Any:
    """Read one value; `ValueError` when it does not fit the type. Numbers may come as text."""
    if value is None:
        return None
    if kind == "Boolean":
        return _read_boolean(value)
    if kind in INTEGERS or kind in NUMBERS:
        return _read_number(kind, value)
    if kind == "DateTime":
        return read_moment(str(value), key, offset) if isinstance(value, str) else _misfit(value, kind)
    if isinstance(value, dict | list):
        return _misfit(value, kind)
    return str(value).lower() if isinstance(value, bool) else str(value).rstrip()


def read_moment(text: str, key: str, offset: datetime.timedelta) -> datetime.date | datetime.datetime:
    """Read a date or moment; a time without a zone is the tenant's. Date-only fields keep the tenant's day."""
    for slashed in ("%m/%d/%Y", "%Y/%m/%d"):
        try:
            moment = datetime.datetime.strptime(text, slashed)  # noqa: DTZ007 - the tenant's day
            break
        except ValueError:
            continue
    else:
        moment = datetime.datetime.fromisoformat(text)
    zone = datetime.timezone(offset)
    moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return moment.date() if key in DATE_ONLY else moment.astimezone(datetime.UTC)


def write_value(value: Any, offset: datetime.timedelta) -> Any:
    """Write a kept value as JSON gives it: dates as midnight and moments to the millisecond, in the tenant's zone."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone(offset)).isoformat(timespec="milliseconds")
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone(offset)).isoformat()
    return value


def _read_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ValueError(f"{value!r} is not a Boolean.")


def _read_number(kind: str, value: object) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(f"{value!r} is not a number.")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number.") from error
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(f"{value!r} is not a number.")
    return int(number) if kind in INTEGERS else number


def _misfit(value: object, kind: str) -> Any:
    raise ValueError(f"{value!r} is not a {kind}.")

"""BILL's list parameters: filters that cannot be escaped, so what does not fit is refused here and matched locally."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from integrations.errors import RejectedError

MOST = 100  # rows of a page, and ids of one filter
_ID = re.compile(r"[0-9A-Za-z]{1,40}")


def is_id(text: str) -> bool:
    """Tell whether a text can be an id of BILL's: letters and digits. Anything else is never sent."""
    return _ID.fullmatch(text) is not None


def checked(text: str, what: str) -> str:
    """Give an id back. Raises RejectedError for what is none."""
    if is_id(text):
        return text
    raise RejectedError(
        f"“{text[:60]}” is not an id of a {what} in BILL. Look the record up again.",
        code="billcom_unknown_record",
        value=text[:60],
    )


def since(field: str, moment: datetime) -> str:
    """Ask for rows from a moment on, in UTC with milliseconds and in double quotes.

    Source: developer.bill.com/docs/search-op-with-lists, read 2026-11-21.
    """
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f'{field}:gte:"{text}"'


def any_of(field: str, ids: Sequence[str]) -> str:
    """Ask for rows whose field is one of these ids, at most MOST, all checked by `is_id`."""
    return f'{field}:in:"{",".join(ids)}"'


def chunks(ids: Sequence[str], size: int = MOST) -> Iterator[list[str]]:
    """Cut ids into filters: each once, what is no id left out."""
    known = [one for one in dict.fromkeys(ids) if is_id(one)]
    for start in range(0, len(known), size):
        yield known[start : start + size]

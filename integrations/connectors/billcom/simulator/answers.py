"""What the simulated BILL says when it refuses: codes, their statuses and the array that carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from integrations.sandbox.app import Json, Response

# The status of a code is documented only for BDC_1109; the others are what third parties saw, or unknown. Where the
# vendor's answer is not established a switch (`statuses`) turns it, so no client may build on the status alone.
STATUSES: Mapping[str, int] = {
    "BDC_1001": 500,
    "BDC_1002": 500,
    "BDC_1101": 401,
    "BDC_1102": 401,
    "BDC_1103": 401,
    "BDC_1104": 401,
    "BDC_1107": 423,
    "BDC_1109": 401,
    "BDC_1110": 401,
    "BDC_1111": 401,
    "BDC_1113": 401,
    "BDC_1121": 404,
    "BDC_1144": 422,
    "BDC_1145": 403,
    "BDC_1150": 403,
    "BDC_1159": 422,
    "BDC_1171": 422,
    "BDC_1205": 404,
    "BDC_1322": 422,
    "BDC_1361": 403,
    "BDC_1402": 422,
}
CATEGORIES: Mapping[str, str] = {
    "BDC_1001": "SERVER",
    "BDC_1002": "SERVER",
    "BDC_1109": "DOWNSTREAM",
    "BDC_1144": "APPLICATION",
    "BDC_1145": "APPLICATION",
    "BDC_1322": "APPLICATION",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of an error body; `name` is the field or parameter it is about."""

    code: str
    message: str
    name: str = ""
    value: str = ""
    status: int = 0  # only where a switch tells it; else by code


class Refused(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """BILL refuses the request for these problems; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)


def refuse(code: str, message: str, name: str = "", value: object = "", status: int = 0) -> NoReturn:
    """Raise a refusal with one problem."""
    raise Refused([Problem(code, message, name, str(value), status)])


def answer(problems: Sequence[Problem], now: datetime, statuses: Mapping[str, int]) -> Response:
    """Make the answer: a bare array, with the status of its first problem."""
    first = problems[0]
    status = first.status or statuses.get(first.code) or STATUSES.get(first.code, 400)
    return Response.json(status, [_entry(problem, now) for problem in problems])


def instant(moment: datetime) -> str:
    """Write a time as BILL does: ISO 8601 with milliseconds and an offset."""
    return moment.isoformat(timespec="milliseconds")


def _entry(problem: Problem, now: datetime) -> Json:
    entry: Json = {
        "timestamp": instant(now),
        "code": problem.code,
        "severity": "ERROR",
        "category": CATEGORIES.get(problem.code, "REQUEST"),
        "message": problem.message,
    }
    if problem.name:
        entry["params"] = [{"name": problem.name, "value": problem.value, "additional": {}}]
    return {**entry, "detail": "", "help": ""}

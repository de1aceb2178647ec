"""What the simulated NetSuite says: error bodies, refusals, and how the books' refusals are worded."""

from http import HTTPStatus
from typing import NoReturn

from integrations.sandbox.app import Json, Pairs, Response
from integrations.sandbox.books import BooksRefusal, Reason

ERROR_TYPE = ("Content-Type", "application/vnd.oracle.resource+json; type=error; charset=UTF-8")
RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15."
_SECTIONS = {400: "5.1", 401: "5.2", 403: "5.4", 404: "5.5", 405: "5.6", 429: "5", 500: "6.1"}


class Refused(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """NetSuite refuses the request with this answer; nothing was changed."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(
    status: int, code: str, detail: str, *, path: str = "", param: str = "", header: str = "", headers: Pairs = ()
) -> Response:
    """Make an error answer; `path`, `param` and `header` name what was wrong in the request, `headers` go with it."""
    entry: Json = {"detail": _sayable(detail)}
    for member, value in (("o:errorPath", path), ("o:errorQueryParam", param), ("o:errorHeader", header)):
        if value:
            entry[member] = _sayable(value)
    entry["o:errorCode"] = code
    body = {
        "type": RFC + _SECTIONS.get(status, "5.1"),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "o:errorDetails": [entry],
    }
    return Response.json(status, body, (ERROR_TYPE, *headers))


def _sayable(text: str) -> str:
    """Replace what JSON in UTF-8 cannot carry, such as half a surrogate pair that a caller sent."""
    return text.encode("utf-8", "replace").decode()


def refuse(status: int, code: str, detail: str, *, path: str = "", param: str = "", header: str = "") -> NoReturn:
    """Raise a refusal with this error body."""
    raise Refused(problem(status, code, detail, path=path, param=param, header=header))


def wrong_url() -> Refused:
    """Make the refusal of a path that leads nowhere."""
    return Refused(problem(400, "INVALID_URL", "Invalid URL. It must have the form <service>/v1/<record>/<id>."))


def bad_content(detail: str, path: str) -> NoReturn:
    """Refuse a value of the body, named by its path such as `item.items[0].department`."""
    refuse(400, "INVALID_CONTENT", f"Error while accessing a resource. {detail}", path=path)


def bad_value(value: object, path: str) -> NoReturn:
    """Refuse a value in the words of NetSuite."""
    field = path.rpartition(".")[2]
    bad_content(f"You have entered an Invalid Field Value {value} for the following field: {field}", path)


def user_error(detail: str) -> NoReturn:
    """Refuse by a business rule."""
    refuse(400, "USER_ERROR", f"Error while accessing a resource. {detail}")


def please_enter(labels: list[str]) -> NoReturn:
    """Refuse because mandatory fields of the form are empty."""
    user_error(f"Please enter value(s) for: {', '.join(labels)}.")


def no_match(sublist: str, doc: str, line: object) -> NoReturn:
    """Refuse an application to something that is not an open transaction of this customer, account and currency."""
    user_error(f"Unable to find a matching line for sublist {sublist} with key: [doc,line] - [{doc},{line}].")


def by_the_books(refusal: BooksRefusal) -> NoReturn:
    """Word a refusal of the books."""
    user_error(_WORDS.get(refusal.reason, refusal.message).format(subject=refusal.subject))


_WORDS = {
    Reason.PERIOD_CLOSED: "The accounting period {subject} is closed. You cannot post or change transactions in it.",
    Reason.PERIOD_LOCKED: "The accounting period {subject} is locked for this kind of transaction.",
    Reason.NO_PERIOD: "The transaction date {subject} you specified is not within the date range of your accounting "
    "periods.",
    Reason.UNBALANCED: "The amounts in a journal entry must balance.",
    Reason.PARTY_MISSING: "Please enter value(s) for: Name.",
    Reason.STILL_APPLIED: "This transaction cannot be changed this way because it is linked to by one or more other "
    "transactions.",
    Reason.OVER_APPLIED: "The amount applied exceeds the amount due or available on {subject}.",
}

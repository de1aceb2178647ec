"""What the simulated AIS server says when it refuses: error bodies, their two shapes of time, gateways' pages."""

from datetime import UTC, datetime
from typing import Any, NoReturn

from integrations.sandbox.app import Json, Request, Response

EXCEPTION = "com.oracle.e1.rest.exception.RESTServiceException"
LOGIN_EXCEPTION = "com.oracle.e1.rest.session.E1LoginException"
FORM_EXCEPTION = "com.oracle.e1.rest.orchestrator.OrchestrationException"
JAS_EXPIRED = "JAS_MSG347: The result set has expired or is no longer available."


class Refused(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """The AIS server refuses the request with this answer; nothing was changed."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def stamp(now: datetime) -> str:
    """Write a time as error bodies have it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}+0000"


def dotted_stamp(now: datetime) -> str:
    """Write a time as the envelopes of data answers have it."""
    return now.strftime("%Y-%m-%d:%H.%M.%S")


def problem(status: int, message: Any, now: datetime, exception: str = EXCEPTION, /, **more: Any) -> Response:
    """Make a ServiceErrorResponse: every member is optional for the reader."""
    return Response.json(status, {"message": message, "exception": exception, "timeStamp": stamp(now), **more})


def refuse(status: int, message: Any, now: datetime, exception: str = EXCEPTION, **more: Any) -> NoReturn:
    """Raise a refusal with a ServiceErrorResponse."""
    raise Refused(problem(status, message, now, exception, **more))


def expired_result_set() -> Response:
    """Say that a cursor is gone: not a ServiceErrorResponse."""
    return Response.json(500, {"sysErrors": [{"TITLE": JAS_EXPIRED, "DESC": JAS_EXPIRED}]})


def wrong_verb() -> Response:
    """Refuse a verb, without a JSON body."""
    return Response.text(405, "", "text/plain")


def not_found() -> Response:
    """Say that there is no such path: the application server's own page."""
    return Response.text(404, "<html><head><title>Error 404--Not Found</title></head></html>", "text/html")


def object_of(request: Request, now: datetime, *, may_be_empty: bool = False) -> Json:
    """Parse a body that must be a JSON object; refuses with 415 or 400 as the AIS server does."""
    if may_be_empty and not request.body.strip():
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        refuse(415, f"HTTP 415 Unsupported Media Type: {kind or 'none'}", now)
    try:
        body = request.json()
    except ValueError:
        refuse(400, "Invalid JSON in the request body.", now)
    if not isinstance(body, dict):
        refuse(400, "The request body must be a JSON object.", now)
    return body


class FaultyVoice:
    """Words the kit's faults: errors as the AIS server and pages as the proxies before it."""

    def __init__(self) -> None:
        self._turn = 0

    def answer(self, kind: str, now: datetime) -> Response | None:
        """Give the next answer of a kind; throttling is not AIS's own, so the kit words it."""
        self._turn += 1
        if kind == "server_error":
            return problem(500, "Internal Server Error: connection to the HTML Server failed.", now)
        if kind == "gateway_html":
            status = (502, 503, 504)[self._turn % 3]
            page = f"<html><head><title>{status}</title></head><body>The proxy got no answer from AIS.</body></html>"
            return Response.text(status, page, "text/html; charset=utf-8")
        return None

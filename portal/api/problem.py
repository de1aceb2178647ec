"""What an error looks like: a problem document (RFC 9457) with a stable code and the next step."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from integrations.errors import ConfigurationError
from mappings.errors import InvalidMappingError, MappingStateError

MEDIA_TYPE = "application/problem+json"
MOST_TOLD = 50
NEXT_STEPS = {
    400: "Send JSON as the operation's schema says.",
    401: "Send a valid token as “Authorization: Bearer mlc_…”. Tokens are made under Company > API tokens.",
    403: "Use a token whose role may do this; its maker must be allowed to do it, too.",
    404: "Look the id up in its list.",
    409: "Read it again, do what the message says, then repeat the call.",
    413: "Send less at once.",
    422: "Correct the field and send it again.",
    429: "Wait as many seconds as Retry-After says.",
}


class Fault(Schema):
    """One field that is wrong."""

    field: str
    message: str


class Problem(Schema):
    """Why a call was refused."""

    code: str = Field(description="Stable: programs may compare it.")
    message: str = Field(description="A sentence for people.")
    field: str = Field("", description="What to correct, where one field is wrong.")
    next_step: str = ""
    faults: list[Fault] = Field([], description="All that is wrong with the input.")


class Refused(Exception):  # noqa: N818 - not a fault of the portal but an answer to the caller
    """Answer with a problem document."""

    def __init__(self, status: int, code: str, message: str, *, field: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.problem = Problem(
            code=code, message=message, field=field, next_step=next_step or NEXT_STEPS.get(status, ""), faults=[]
        )


def answer(status: int, problem: Problem) -> JsonResponse:
    """Give a problem document as an answer."""
    return JsonResponse(problem.model_dump(), status=status, content_type=MEDIA_TYPE)


def told(status: int, code: str, message: str, *, field: str = "", faults: list[Fault] | None = None) -> JsonResponse:
    """Answer with a problem document made of its parts."""
    problem = Problem(
        code=code, message=message, field=field, next_step=NEXT_STEPS.get(status, ""), faults=faults or []
    )
    return answer(status, problem)


def add_handlers(api: NinjaAPI) -> None:
    """Have every refusal answered with a problem document."""
    for kind, handler in _HANDLERS:
        api.add_exception_handler(kind, handler)


def _invalid(request: HttpRequest, error: Any) -> JsonResponse:
    faults = [Fault(field=_place(each), message=str(each.get("msg", ""))) for each in error.errors[:MOST_TOLD]]
    first = faults[0] if faults else Fault(field="", message="The input is not as the schema says.")
    message = f"{first.field}: {first.message}" if first.field else first.message
    return told(422, "invalid", message, field=first.field, faults=faults)


def _place(error: dict[str, Any]) -> str:
    """Name the field of one of pydantic's errors, without where it came from and what we call the body."""
    return ".".join(str(part) for part in error.get("loc", ())[1:] if part != "given")


def _http(request: HttpRequest, error: Any) -> JsonResponse:
    codes = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 429: "too_many_requests"}
    messages = {401: "The token is missing, unknown, expired or revoked.", 429: "Too many calls with this token."}
    status = error.status_code
    return told(status, codes.get(status, "refused"), messages.get(status, error.message))


def _configuration(request: HttpRequest, error: Any) -> JsonResponse:
    """Tell what the engine refuses: a wrong field is the input's fault, all else the present state's."""
    return told(422 if error.field else 409, error.code, error.message, field=error.field)


def _mapping(request: HttpRequest, error: Any) -> JsonResponse:
    faults = [Fault(field=each.field or each.row_id, message=each.sentence) for each in error.problems[:MOST_TOLD]]
    message = faults[0].message if faults else "The configuration cannot be taken over."
    return told(422, "invalid_configuration", message, faults=faults)


def _refused(request: HttpRequest, error: Any) -> JsonResponse:
    return answer(error.status, error.problem)


def _missing(request: HttpRequest, error: Any) -> JsonResponse:
    return told(404, "not_found", "There is no such thing here.")


def _in_another_state(request: HttpRequest, error: Any) -> JsonResponse:
    return told(409, "mapping_state", str(error))


def _too_big(request: HttpRequest, error: Any) -> JsonResponse:
    return told(413, "too_big", "The body is too big to be read.")


_HANDLERS: tuple[tuple[type[Exception], Callable[[HttpRequest, Any], JsonResponse]], ...] = (
    (Refused, _refused),
    (Http404, _missing),
    (ValidationError, _invalid),
    (HttpError, _http),
    (ConfigurationError, _configuration),
    (InvalidMappingError, _mapping),
    (MappingStateError, _in_another_state),
    (RequestDataTooBig, _too_big),
)

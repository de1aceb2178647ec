"""What came back from a call: status, headers and body, and what a plain status means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx

from audit.redact import redact_text
from integrations.errors import (
    AuthenticationError,
    ConnectorError,
    ContractError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
)
from integrations.money import from_json

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
LONGEST_PAUSE_S = 86_400.0  # a system that asks for more is asked again after a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a system answered. `headers` finds names in any case; `body` is unpacked from gzip, within the cap."""

    method: str
    host: str
    path: str
    status: int
    headers: httpx.Headers
    body: bytes
    request_id: str
    ms: int

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """Give the body as UTF-8 text; broken bytes are replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def where(self) -> str:
        """Name the call for a message: “POST /api/v2/customers at acme.chargebee.com”."""
        return f"{self.method} {self.path} at {self.host}"

    @property
    def summary(self) -> str:
        """Give the start of the body without secrets, for `ConnectorError.answer`."""
        return redact_text(self.text[:2000])[:1000]

    @property
    def retry_after_s(self) -> float | None:
        """Give the pause asked for by `Retry-After` (seconds or a date), at least 0; None without one."""
        return _retry_after_s(self.headers.get("retry-after", ""))

    def json(self) -> Any:
        """Parse the body: fractions as Decimal. Raises ContractError, which says what came instead of JSON."""
        try:
            return from_json(self.body)
        except ValueError as error:
            raise ContractError(
                f"{self.where} answered {self.status} with {_kind_of(self)} instead of JSON. If it stays so, a gateway "
                f"or a sign-in page stands before the system: ask its administrator (request {self.request_id}).",
                code="not_json",
                value=str(self.status),
                answer=self.summary,
            ) from error


def _kind_of(answer: Answer) -> str:
    if not answer.body.strip():
        return "an empty body"
    looks_html = answer.body.lstrip()[:1] == b"<"
    return "an HTML page" if looks_html and b"html" in answer.body[:1000].lower() else "something else"


def _retry_after_s(value: str) -> float | None:
    value = value.strip()
    if not value:
        return None
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_PAUSE_S)
    return _until(value)


def _until(http_date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    left_s = (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, left_s), LONGEST_PAUSE_S)


def judge_by_status(answer: Answer, is_write: bool) -> None:
    """Raise what a status means where the vendor says nothing more; the last line of every connector's judge.

    2xx returns. 429 is RateLimitError; 5xx is UnknownOutcomeError on a write, UnavailableError on a read; other 4xx
    are RejectedError.
    """
    if answer.status >= 300:
        raise _error_of(answer, is_write)


def _error_of(answer: Answer, is_write: bool) -> ConnectorError:
    error = partial(_class_of(answer.status, is_write), answer=answer.summary, value=str(answer.status))
    said = f"{answer.where} answered {answer.status}"
    if answer.status == 401:
        return error(f"{said}: the credentials are refused. Check them under Connections.")
    if answer.status == 403:
        return error(f"{said}: the user or role may not do this. Ask the system's administrator.")
    if answer.status == 429:
        return error(f"{said}: too many calls.", retry_after_s=answer.retry_after_s)
    if answer.status < 500 and answer.status != 408:
        return error(f"{said}: {answer.summary[:300]}")
    if is_write:
        return error(f"{said}: it is looked up before anything is repeated.")
    return error(f"{said}: the system has trouble.", retry_after_s=answer.retry_after_s)


_CLASSES: Mapping[int, type[ConnectorError]] = {
    401: AuthenticationError,
    403: PrivilegeError,
    429: RateLimitError,
}


def _class_of(status: int, is_write: bool) -> type[ConnectorError]:
    if status >= 500 or status == 408:
        return UnknownOutcomeError if is_write else UnavailableError
    return _CLASSES.get(status, RejectedError)

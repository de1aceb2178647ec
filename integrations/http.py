"""The only door out: every call to a system goes through `Http`, which says read or write, logs, limits and retries."""

import logging
import secrets
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, TypedDict, Unpack

import httpx
import structlog

from integrations.answer import Answer, judge_by_status
from integrations.contracts import Tools
from integrations.dial import CONNECT_TIMEOUT_S, DialTransport, within
from integrations.errors import (
    ConfigurationError,
    ConnectorError,
    ContractError,
    MappingError,
    RateLimitError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)
from integrations.money import to_json

__all__ = ["IS_WRITE", "Answer", "Http", "Judge", "judge_by_status"]

SIGN_IN_UNAVAILABLE = "sign_in_unavailable"
IS_WRITE = "is_write"  # key in request.extensions: declared by the client's method, never taken from the verb
MAX_BODY_BYTES = 10_000_000
READ_TRIES = 4
LONGEST_PAUSE_S = 30.0
FIRST_PAUSE_S = 0.5
SLOW_MS = 1000

# Raised by our own waiting, or after tries of their own: no further try would help now.
_PATIENCE_IS_SPENT = frozenset({"limit_reached", "login_busy", SIGN_IN_UNAVAILABLE})
_CONTENT_TYPE: tuple[dict[str, str], dict[str, str]] = ({}, {"Content-Type": "application/json"})
Params: TypeAlias = Mapping[str, Any] | Sequence[tuple[str, Any]]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.LocalProtocolError, httpx.UnsupportedProtocol)
_DICE = secrets.SystemRandom()
_log = structlog.get_logger("integrations.http")


# The door


class Options(TypedDict, total=False):
    """What a call may carry: query, a JSON or form body, headers, and a deadline of its own for the whole call."""

    params: Params | None
    json: Any
    form: Mapping[str, str] | None
    headers: Mapping[str, str] | None
    timeout_s: float | None


Judge: TypeAlias = Callable[[Answer, bool], None]


class Http:
    """One connection's HTTP client: thread-safe, pooled, guarded.

    `judge(answer, is_write)` raises one of errors.py or returns.

    `url` of a call is a path below `base_url`, or an absolute URL of the same origin (else ContractError: credentials
    are never sent elsewhere). Redirects raise ContractError. No cookies are kept: an auth flow sends its own.
    """

    def __init__(
        self,
        base_url: str,
        tools: Tools,
        *,
        auth: httpx.Auth | None = None,
        judge: Judge = judge_by_status,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        verify: ssl.SSLContext | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        self._tools = tools
        self._auth = auth
        self._judge = judge
        self._headers = {
            "Host": self._base.netloc.decode("ascii"),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "ml-connector",
            **(headers or {}),
        }
        self._timeout_s = timeout_s or tools.timeout_s
        self._max_body_bytes = max_body_bytes
        self._transport = transport or DialTransport(tools.egress, verify)
        self._resolve = lru_cache(maxsize=512)(self._absolute)

    def read(self, method: str, url: str, **options: Unpack[Options]) -> Answer:
        """Make a call that changes nothing; repeated with full jitter while it fails for a passing reason.

        Raises TransientError when tries or patience end, or what the judge raises.
        """
        for attempt in range(1, READ_TRIES + 1):
            try:
                return self._call(False, method, url, options)
            except TransientError as error:
                pause_s = _pause_s(attempt, error.retry_after_s)
                if attempt == READ_TRIES or pause_s > LONGEST_PAUSE_S or error.code in _PATIENCE_IS_SPENT:
                    raise
            self._tools.clock.wait(pause_s)
        raise AssertionError("unreachable")

    def write(self, method: str, url: str, **options: Unpack[Options]) -> Answer:
        """Make a call that changes something: sent once at most.

        Raises UnavailableError if it certainly was not sent, UnknownOutcomeError if it may have been, LeaseLostError,
        or what the judge raises.
        """
        return self._call(True, method, url, options)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _call(self, is_write: bool, method: str, url: str, options: Options) -> Answer:
        timeout_s = options.get("timeout_s") or self._timeout_s
        request = self._request(is_write, method, url, options, timeout_s)
        answer = self._converse(request, is_write, timeout_s)
        _refuse_redirect(answer)
        try:
            self._judge(answer, is_write)
        except RateLimitError as error:
            self._tools.limiter.slow_down(error.retry_after_s)
            raise
        return answer

    def _request(self, is_write: bool, method: str, url: str, options: Options, timeout_s: float) -> httpx.Request:
        connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        timeout = {"connect": connect_s, "pool": timeout_s, "read": timeout_s, "write": timeout_s}
        sent = {**self._headers, "X-Request-Id": secrets.token_hex(8)}
        json, params = options.get("json"), options.get("params")
        try:
            target = self._resolve(url)
            return httpx.Request(
                method,
                target if params is None else target.copy_merge_params(httpx.QueryParams(params)),  # type: ignore[arg-type]
                headers={**sent, **_CONTENT_TYPE[json is not None], **(options.get("headers") or {})},
                content=None if json is None else to_json(json).encode(),
                data=options.get("form"),
                extensions={IS_WRITE: is_write, "timeout": timeout},
            )
        except (TypeError, ValueError, httpx.InvalidURL) as error:
            raise MappingError(f"{method} {url} cannot be written: {error}.", code="unsendable") from error

    def _absolute(self, url: str) -> httpx.URL:
        """Give the full URL of a path below the base; an absolute one must have the base's own origin."""
        if "://" not in url:
            return httpx.URL(f"{self._base}{url.lstrip('/')}")
        target = httpx.URL(url)
        if (target.scheme, target.host, target.port) != (self._base.scheme, self._base.host, self._base.port):
            raise ContractError(
                f"{self._base.host} names an address elsewhere ({target.host}); it is not called, as it would see the "
                "credentials.",
                code="foreign_address",
                value=target.host,
            )
        return target

    def _converse(self, request: httpx.Request, is_write: bool, timeout_s: float) -> Answer:
        """Run the auth flow around the call; log-ins happen outside the call's permit, as they need their own."""
        if self._auth is None:
            return self._exchange(request, is_write, timeout_s)[0]
        flow = self._auth.sync_auth_flow(request)
        try:
            return self._follow(flow, is_write, timeout_s)
        finally:
            flow.close()

    def _follow(self, flow: Any, is_write: bool, timeout_s: float) -> Answer:
        request = next(flow)
        while True:
            answer, response = self._exchange(request, is_write, timeout_s)
            try:
                request = flow.send(response)
            except StopIteration:
                return answer

    def _exchange(self, request: httpx.Request, is_write: bool, timeout_s: float) -> tuple[Answer, httpx.Response]:
        """Send one request under a permit and read its answer to the end, within the deadline and the size cap."""
        with self._tools.limiter.permit():
            if is_write:
                self._tools.may_write(timeout_s)
            started = time.perf_counter()
            try:
                with within(timeout_s):
                    response = self._transport.handle_request(request)
                    response = _read_capped(response, request, self._max_body_bytes)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise _explain_transport(error, request, is_write, started) from error
            except ContractError as error:
                raise _explain_size(error, request, is_write) from error
        return _answer(request, response, started), response


def _pause_s(attempt: int, retry_after_s: float | None) -> float:
    """Give full jitter over an exponential ceiling, never less than the system asked for."""
    ceiling_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    return max(_DICE.uniform(0.0, ceiling_s), retry_after_s or 0.0)


def _refuse_redirect(answer: Answer) -> None:
    if answer.status in _REDIRECTS:
        to = _host_of(answer.headers.get("location", "")) or "another page"
        raise ContractError(
            f"{answer.where} redirects to {to} (status {answer.status}); redirects are not followed. Check the "
            "connection's address: the system has moved, or a sign-in page stands before it.",
            code="redirected",
            value=to,
        )


def _host_of(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


# Reading within bounds


def _capped(parts: Iterator[bytes], cap: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > cap:
            raise ContractError(f"more than {cap:,} bytes", code="answer_too_big")
        yield part


def _read_capped(response: httpx.Response, request: httpx.Request, cap: int) -> httpx.Response:
    """Read the body; what was gzipped is measured unpacked, so that a small answer cannot fill the memory."""
    is_packed = "content-encoding" in response.headers
    try:
        body = b"".join(_capped(response.iter_bytes() if is_packed else iter(response.stream), cap))  # type: ignore[arg-type]
    finally:
        response.close()
    headers = response.headers.raw
    if is_packed:
        headers = [(name, value) for name, value in headers if name.lower() != b"content-encoding"]
    return httpx.Response(response.status_code, headers=headers, content=body, request=request)


def _answer(request: httpx.Request, response: httpx.Response, started: float) -> Answer:
    answer = Answer(
        method=request.method,
        host=request.url.host,
        path=request.url.path,
        status=response.status_code,
        headers=response.headers,
        body=response.content,
        request_id=request.headers["x-request-id"],
        ms=_ms_since(started),
    )
    # At info a line costs a tenth of a call: what goes well and fast is told at debug, and each write is in the trail.
    level = logging.DEBUG if answer.is_success and answer.ms < SLOW_MS else logging.INFO
    _log.log(
        level, "call", method=answer.method, host=answer.host, path=answer.path, status=answer.status, ms=answer.ms,
        request_id=answer.request_id,
    )  # fmt: skip
    return answer


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


# Failures below HTTP


def _explain_transport(
    error: httpx.RequestError, request: httpx.Request, is_write: bool, started: float
) -> ConnectorError:
    """Choose the consequence of a broken exchange: not sent is transient, a write perhaps sent is unknown."""
    request_id = request.headers["x-request-id"]
    failure = type(error).__name__
    _log.warning(
        "call failed", method=request.method, host=request.url.host, path=request.url.path, failure=failure,
        ms=_ms_since(started), request_id=request_id,
    )  # fmt: skip
    host, where = request.url.host, f"{request.method} {request.url.path} at {request.url.host}"
    untrusted = _certificate_error(error)
    if untrusted:
        return ConfigurationError(
            f"The TLS certificate of {host} is not trusted: {untrusted.verify_message}. Check the address, or add the "
            "company's own CA certificate to the connection.",
            code="tls_untrusted",
            value=host,
        )
    if isinstance(error, _NOT_SENT):
        return UnavailableError(
            f"{host} cannot be reached ({failure}: {error}). Nothing was sent; it is tried again.",
            code="unreachable",
            value=host,
        )
    if is_write:
        return UnknownOutcomeError(
            f"{where} was sent, but no answer came ({failure}). It is looked up before anything is repeated (request "
            f"{request_id}).",
            code="answer_lost",
        )
    return UnavailableError(f"{where} gave no complete answer ({failure}). It is tried again.", code="answer_lost")


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _explain_size(error: ContractError, request: httpx.Request, is_write: bool) -> ConnectorError:
    said = f"{request.method} {request.url.path} at {request.url.host} answered with {error.message}"
    if is_write:
        return UnknownOutcomeError(f"{said}; it is looked up before anything is repeated.", code=error.code)
    return ContractError(f"{said}. Ask for smaller pages.", code=error.code)

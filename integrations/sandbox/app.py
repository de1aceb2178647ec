"""What a simulator receives, what it answers, and what the kit asks of it: no sockets, no threads, no Django."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, Self, runtime_checkable
from urllib.parse import parse_qsl, unquote

Json = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]

JSON_TYPE = "application/json;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: decoded path and query pairs in their order, lower-case header names."""

    method: str
    path: str
    raw_path: str
    query: Pairs
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def make(cls, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Self:
        """Parse a request target such as `/api/v2/invoices?limit=5`."""
        raw_path, _, query = target.partition("?")
        pairs = tuple(parse_qsl(query, keep_blank_values=True)) if query else ()
        return cls(method, unquote(raw_path), raw_path, pairs, headers or {}, body)

    def json(self) -> Any:
        """Parse the body, fractions as `Decimal`; `ValueError` when it is not JSON."""
        return json.loads(self.body, parse_float=Decimal)

    def form(self) -> Pairs:
        """Parse an `application/x-www-form-urlencoded` body into its pairs, in order."""
        return tuple(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def param(self, name: str) -> str | None:
        """Give the last value of a query parameter, or None."""
        found = None
        for key, value in self.query:
            if key == name:
                found = value
        return found

    @property
    def host(self) -> str:
        """The Host header without its port, in lower case."""
        host = self.headers.get("host", "").strip().lower()
        if host.startswith("["):
            return host[1:].partition("]")[0]
        return host.partition(":")[0]

    @property
    def is_bare_address(self) -> bool:
        """Whether the caller dialled an address instead of a vendor's host: served as the default site."""
        if self.host in ("", "localhost"):
            return True
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer; the server adds Content-Length and Connection."""

    status: int
    headers: Pairs
    body: bytes

    @classmethod
    def json(cls, status: int, obj: Any, headers: Pairs = ()) -> Self:
        """Answer with JSON; a content type in `headers` replaces the usual one."""
        return cls(status, _typed(headers, JSON_TYPE), _ENCODER.encode(obj).encode())

    @classmethod
    def text(cls, status: int, text: str, content_type: str = "text/plain; charset=utf-8", headers: Pairs = ()) -> Self:
        """Answer with text, such as the HTML page of a gateway."""
        return cls(status, _typed(headers, content_type), text.encode())

    @classmethod
    def empty(cls, status: int, headers: Pairs = ()) -> Self:
        """Answer without a body, such as 204."""
        return cls(status, headers, b"")

    def header(self, name: str) -> str | None:
        """Give a header's value by its name in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Simulator(Protocol):
    """One system's stand-in: synchronous, in memory, never sleeping, never raising for bad input."""

    slug: str
    port_offset: int

    def handle(self, request: Request) -> Response:
        """Answer one request."""

    def credentials(self) -> Json:
        """Give what a customer would type into the connection form; sandbox-only values."""

    def hosts(self) -> tuple[str, ...]:
        """Name the vendor's real hosts that this simulator answers for."""

    def state(self) -> Json:
        """Give `documents` and more for `GET /state/{system}`; the kit adds reads and writes."""

    def is_write(self, request: Request) -> bool:
        """Tell whether the request would change a record, for the counters and the faults."""

    def tick(self) -> None:
        """Do what is due by the sandbox clock; called several times a second and must be cheap."""

    def reset(self) -> None:
        """Return to the empty start."""


ControlCall = Callable[[Json], Json]


@runtime_checkable
class Controlled(Protocol):
    """A simulator that offers control calls of its own."""

    def controls(self) -> Mapping[str, ControlCall]:
        """Map `"POST generate"`, `"POST tamper"`, `"GET webhooks"` ... to callables of the JSON body (or the query).

        A `ValueError` becomes 400 and a `LookupError` 404, each with its sentence.
        """


@runtime_checkable
class Gate(Protocol):
    """A simulator that limits how many requests it has in flight."""

    def enter(self, request: Request) -> Response | None:
        """Let a request in as it arrives, before any latency; an answer refuses it."""

    def leave(self, request: Request) -> None:
        """Take note that a request that entered has ended, answered or cut."""


@runtime_checkable
class Pacer(Protocol):
    """A simulator that lets a request wait before it is served, as a vendor's throttle does."""

    def pace_s(self, request: Request) -> float:
        """Give for how many seconds a request that entered waits; called once for each."""


@runtime_checkable
class FaultVoice(Protocol):
    """A simulator that words the answers of fault kinds as its vendor would."""

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Answer for `rate_limit`, `rate_limit_no_hint`, `server_error` or `gateway_html`; None takes the kit's."""


@runtime_checkable
class Background(Protocol):
    """A simulator with work of its own in the server's loop, such as sending webhooks."""

    async def background(self) -> None:
        """Run until cancelled."""


def _typed(headers: Pairs, content_type: str) -> Pairs:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return (("Content-Type", content_type), *headers)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)

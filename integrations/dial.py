"""How sockets are opened: to the address that the egress guard pinned, under the real host's name, by a deadline."""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpcore
import httpx
import structlog

from integrations.contracts import Dial, Egress

_log = structlog.get_logger("integrations.dial")

KEEP_DIAL_S = 30.0
CONNECT_TIMEOUT_S = 10.0
_PACKET_BYTES = 64 * 1024
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=3.0)


@lru_cache(maxsize=64)
def trust(ca_pem: str = "") -> ssl.SSLContext:
    """Give the one TLS context per private CA (PEM text; empty: the public ones). Making one takes 23 ms."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    return context


# Deadline: a call's time ends for all its socket operations together, so that a slow drip cannot hold a worker.


class _Deadline(threading.local):
    at: float | None = None


_deadline = _Deadline()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound all socket operations of this thread inside the block by one deadline."""
    _deadline.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _deadline.at = None


def _left(timeout_s: float | None, error: type[Exception]) -> float | None:
    if _deadline.at is None:
        return timeout_s
    left = _deadline.at - time.monotonic()
    if left <= 0:
        raise error("the call's time is over")
    return left if timeout_s is None else min(left, timeout_s)


class _Stream(httpcore.NetworkStream):
    """A socket whose every operation keeps the deadline; head and body of a request leave in one packet."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._send(timeout)
        except httpcore.WriteError:
            _log.debug("peer closed before all was sent; it may have answered all the same")
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer
        if len(self._unsent) > _PACKET_BYTES:
            self._send(timeout)

    def _send(self, timeout: float | None) -> None:
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            self._inner.write(unsent, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Dials:
    """The guard's answers, kept for a short while. A host whose address fails is asked about again."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._kept: dict[tuple[str, int], tuple[Dial, float]] = {}

    def ask(self, scheme: str, host: str, port: int) -> Dial:
        kept = self._kept.get((host, port))
        if kept and kept[1] > time.monotonic():
            return kept[0]
        dial = self._egress.dial(scheme, host, port)
        self._kept[host, port] = (dial, time.monotonic() + KEEP_DIAL_S)
        return dial

    def pinned(self, host: str, port: int) -> Dial:
        return self._kept[host, port][0]

    def forget(self, host: str, port: int) -> None:
        self._kept.pop((host, port), None)


class _Backend(httpcore.SyncBackend):
    """Connects to the pinned address, whatever a name server says meanwhile."""

    def __init__(self, dials: _Dials) -> None:
        self._dials = dials

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        dial = self._dials.pinned(host, port)
        left = _left(timeout, httpcore.ConnectTimeout)
        try:
            return _Stream(super().connect_tcp(dial.host, dial.port, left, local_address, socket_options))
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            self._dials.forget(host, port)
            raise


# Transport


_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


def _translate(error: Exception) -> httpx.TransportError:
    for theirs, ours in _ERRORS:
        if isinstance(error, theirs):
            return ours(str(error))
    return httpx.TransportError(str(error))


_CORE_ERRORS = tuple(theirs for theirs, _ in _ERRORS)


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        except _CORE_ERRORS as error:
            raise _translate(error) from error

    def close(self) -> None:
        self._parts.close()


class DialTransport(httpx.BaseTransport):
    """Sends httpx requests over guarded sockets. The URL keeps the vendor's real host; only the socket goes elsewhere.

    Connections are kept under the real host's name: a call over a live one asks neither guard nor name server. Each
    thread keeps its own: a shared pool polls all of its connections twice per call, under one lock.
    """

    def __init__(self, egress: Egress, context: ssl.SSLContext | None = None) -> None:
        self._dials = _Dials(egress)
        self._context = context or trust()
        self._local = threading.local()
        self._pools: list[httpcore.ConnectionPool] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx transport errors; ConfigurationError where the guard refuses the host."""
        url = request.url
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        dial = self._dials.ask(url.scheme, host, port)
        core = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=dial.scheme.encode(), host=url.raw_host, port=port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = self._pool().handle_request(core)
        except _CORE_ERRORS as error:
            raise _translate(error) from error
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close all kept connections."""
        for pool in self._pools:
            pool.close()

    def _pool(self) -> httpcore.ConnectionPool:
        """Give this thread's connections."""
        pool: httpcore.ConnectionPool | None = getattr(self._local, "pool", None)
        if pool is None:
            pool = self._local.pool = httpcore.ConnectionPool(
                ssl_context=self._context,
                max_connections=_LIMITS.max_connections,
                max_keepalive_connections=_LIMITS.max_keepalive_connections,
                keepalive_expiry=_LIMITS.keepalive_expiry,
                network_backend=_Backend(self._dials),
            )
            self._pools.append(pool)
        return pool

"""How sockets are opened: to the address that the egress guard pinned, under the real host's name, by a deadline."""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from weakref import WeakSet

import httptools
import httpx
import structlog

from integrations.contracts import Dial, Egress

_log = structlog.get_logger("integrations.dial")

KEEP_DIAL_S = 30.0
CONNECT_TIMEOUT_S = 10.0
_PACKET_BYTES = 64 * 1024
_MOST_HEAD_BYTES = 2 * _PACKET_BYTES  # read before a head is complete, with the preliminary answers before it
_KEEP_S = 3.0  # so long an idle connection may be used again


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


def _left(error: type[httpx.TimeoutException]) -> float | None:
    """Give the seconds left; None outside of a deadline."""
    if _deadline.at is None:
        return None
    left = _deadline.at - time.monotonic()
    if left <= 0:
        raise error("the call's time is over")
    return left


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

    def forget(self, host: str, port: int) -> None:
        self._kept.pop((host, port), None)


# Transport


class _Line:
    """One kept connection to the pinned address, whatever a name server says meanwhile; it keeps the deadline."""

    def __init__(self, host: str, dial: Dial, context: ssl.SSLContext) -> None:
        """Open it. Raises httpx.ConnectTimeout, httpx.ConnectError."""
        timeout_s = min(CONNECT_TIMEOUT_S, _left(httpx.ConnectTimeout) or CONNECT_TIMEOUT_S)
        try:
            opened = socket.create_connection((dial.host, dial.port), timeout_s)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if dial.scheme == "https":
                opened = context.wrap_socket(opened, server_hostname=host)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        self._socket = opened
        self._used_at = time.monotonic()

    def send(self, data: bytes) -> None:
        """Send all of it. Raises httpx.WriteTimeout; a peer that closed early may have answered all the same."""
        self._socket.settimeout(_left(httpx.WriteTimeout))
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error)) from error
        except OSError:
            _log.debug("peer closed before all was sent; it may have answered all the same")

    def receive(self) -> bytes:
        """Give what has come, empty at the end. Raises httpx.ReadTimeout, httpx.ReadError."""
        self._socket.settimeout(_left(httpx.ReadTimeout))
        try:
            return self._socket.recv(_PACKET_BYTES)
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error

    def rest(self) -> None:
        """Note that it is idle from now on."""
        self._used_at = time.monotonic()

    def is_fresh(self) -> bool:
        """Tell whether it may be used again: not idle for long, and the peer has not spoken or gone."""
        return time.monotonic() - self._used_at <= _KEEP_S and not self._has_more()

    def close(self) -> None:
        self._socket.close()

    def _has_more(self) -> bool:
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))


class _Answer:
    """One answer as the parser tells it by the `on_` methods. Preliminary answers (1xx) are passed over."""

    def __init__(self, line: _Line) -> None:
        self.line = line
        self.status = 0  # until the head is complete
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = False
        self.may_go_on = False  # the connection may carry another request
        self._head_bytes = 0
        self._parts: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self.may_go_on = False  # something follows a whole answer that nobody asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_whole:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and not self.is_whole:
            self.status = status

    def on_body(self, part: bytes) -> None:
        if not self.is_whole:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        if not self.status:
            self.headers.clear()
        elif not self.is_whole:
            self.is_whole = True
            self.may_go_on = self._parser.should_keep_alive()

    def read_head(self) -> None:
        """Read until the head is complete. Raises httpx.RemoteProtocolError and what the line raises."""
        while not self.status:
            self._read("the answer's head ends too early")

    def parts(self) -> Iterator[bytes]:
        """Give the body as it comes. Raises like `read_head`."""
        while True:
            parts, self._parts = self._parts, []
            yield from parts
            if self.is_whole:
                return
            self._read("the answer ends too early")

    def _read(self, cut_off: str) -> None:
        data = self.line.receive()
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > _MOST_HEAD_BYTES:
                raise httpx.RemoteProtocolError("the answer's head is too long")
        if not data:
            if not self._ends_with_connection():
                raise httpx.RemoteProtocolError(cut_off)
            self.is_whole = True
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise httpx.RemoteProtocolError("the server answers in another protocol, which nobody asked for") from error
        except httptools.HttpParserError as error:
            self.may_go_on = False
            if not self.is_whole:
                raise httpx.RemoteProtocolError(f"the answer is not HTTP: {error}") from error

    def _ends_with_connection(self) -> bool:
        sized = (b"content-length", b"transfer-encoding")
        return bool(self.status) and not any(name.lower() in sized for name, _ in self.headers)


class _Body(httpx.SyncByteStream):
    """An answer's body as it comes; its connection is handed back once all of it was read, else closed."""

    def __init__(self, answer: _Answer, keep: Callable[[_Line], None]) -> None:
        self._answer = answer
        self._keep = keep

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.parts()

    def close(self) -> None:
        if self._answer.may_go_on:
            self._keep(self._answer.line)
        else:
            self._answer.line.close()


class _Kept(threading.local):
    """A thread's own connections, by scheme, host and port: none is shared, so none needs a lock."""

    def __init__(self) -> None:
        self.by_origin: dict[tuple[str, str, int], _Line] = {}


class DialTransport(httpx.BaseTransport):
    """Sends httpx requests over guarded sockets. The URL keeps the vendor's real host; only the socket goes elsewhere.

    Answers are parsed in C: of a call's time httpcore takes three times as much. Connections are kept under the real
    host's name, each thread its own. HEAD is not spoken: its answers have a length and no body.
    """

    def __init__(self, egress: Egress, context: ssl.SSLContext | None = None) -> None:
        self._dials = _Dials(egress)
        self._context = context or trust()
        self._kept = _Kept()
        self._all: WeakSet[_Line] = WeakSet()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx transport errors; ConfigurationError where the guard refuses the host."""
        url = request.url
        host = url.raw_host.decode("ascii")
        origin = (url.scheme, host, url.port or (443 if url.scheme == "https" else 80))
        message = _message(request)
        line = self._line(*origin)
        try:
            line.send(message)
            answer = _Answer(line)
            answer.read_head()
        except httpx.TransportError:
            line.close()
            raise
        body = _Body(answer, partial(self._keep, origin))
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    def close(self) -> None:
        """Close all kept connections."""
        for line in list(self._all):
            line.close()

    def _line(self, scheme: str, host: str, port: int) -> _Line:
        dial = self._dials.ask(scheme, host, port)
        kept = self._kept.by_origin.pop((scheme, host, port), None)
        if kept is not None and kept.is_fresh():
            return kept
        if kept is not None:
            kept.close()
        try:
            made = _Line(host, dial, self._context)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self._dials.forget(host, port)
            raise
        self._all.add(made)
        return made

    def _keep(self, origin: tuple[str, str, int], line: _Line) -> None:
        line.rest()
        self._kept.by_origin[origin] = line


def _message(request: httpx.Request) -> bytes:
    """Write head and body as one message. Raises httpx.LocalProtocolError for a line break within a line."""
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % pair for pair in request.headers.raw]
    head = b"\r\n".join(lines)
    breaks = len(lines) - 1
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        raise httpx.LocalProtocolError("a header or the address has a line break within")
    return b"%b\r\n\r\n%b" % (head, request.read())

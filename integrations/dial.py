"""How sockets are opened: to the address that the egress guard pinned, under the real host's name, by a deadline."""

import http.client
import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any
from weakref import WeakSet

import httpx
import structlog

from integrations.contracts import Dial, Egress

_log = structlog.get_logger("integrations.dial")

KEEP_DIAL_S = 30.0
CONNECT_TIMEOUT_S = 10.0
_PACKET_BYTES = 64 * 1024
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


class _Socket:
    """A socket whose every operation keeps the deadline; head and body of a request leave in one packet.

    What `http.client` needs of a socket, no more. It is closed when both the connection and the answer let it go.
    """

    def __init__(self, inner: socket.socket) -> None:
        self.inner = inner
        self._unsent = bytearray()
        self._readers = 0
        self._is_done = False
        self.has_ended = False  # the peer has sent all that it ever will

    def sendall(self, data: bytes) -> None:
        self._unsent += data
        if len(self._unsent) > _PACKET_BYTES:
            self.flush()

    def flush(self) -> None:
        if not self._unsent:
            return
        unsent, self._unsent = self._unsent, bytearray()
        self.inner.settimeout(_left(httpx.WriteTimeout))
        try:
            self.inner.sendall(unsent)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error)) from error
        except OSError:
            _log.debug("peer closed before all was sent; it may have answered all the same")

    def makefile(self, mode: str) -> io.BufferedReader:
        self._readers += 1
        return io.BufferedReader(_Reader(self))

    def read_into(self, buffer: Any) -> int:
        self.flush()
        self.inner.settimeout(_left(httpx.ReadTimeout))
        try:
            size = self.inner.recv_into(buffer)
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        self.has_ended = not size
        return size

    def has_more(self) -> bool:
        """Tell whether the peer has spoken or gone since the last answer was read."""
        if isinstance(self.inner, ssl.SSLSocket) and self.inner.pending():
            return True
        poll = select.poll()
        poll.register(self.inner.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        self._is_done = True
        self._close_if_left()

    def leave(self) -> None:
        self._readers -= 1
        self._close_if_left()

    def _close_if_left(self) -> None:
        if self._is_done and not self._readers:
            self.inner.close()


class _Reader(io.RawIOBase):
    """The answer's side of a socket."""

    def __init__(self, line: _Socket) -> None:
        super().__init__()
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.read_into(buffer)

    def close(self) -> None:
        if not self.closed:
            self._line.leave()
        super().close()


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


class _Answer(http.client.HTTPResponse):
    """The final answer to a request: preliminary ones are passed over, and a head cut off is none."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._line: _Socket = sock

    def begin(self) -> None:
        super().begin()
        if self._line.has_ended:
            raise http.client.HTTPException("the answer's head ends too early")

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200:
                return version, status, reason
            if status == http.client.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("the server answers in another protocol, which nobody asked for")
            http.client.parse_headers(self.fp)


class _Connection(http.client.HTTPConnection):
    """One kept connection to the pinned address, whatever a name server says meanwhile."""

    response_class = _Answer

    def __init__(self, host: str, port: int, dial: Dial, context: ssl.SSLContext) -> None:
        super().__init__(host, port)
        self._dial = dial
        self._context = context
        self.used_at = 0.0

    def connect(self) -> None:
        """Open the socket. Raises httpx.ConnectTimeout, httpx.ConnectError."""
        timeout_s = min(CONNECT_TIMEOUT_S, _left(httpx.ConnectTimeout) or CONNECT_TIMEOUT_S)
        try:
            opened = socket.create_connection((self._dial.host, self._dial.port), timeout_s)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._dial.scheme == "https":
                opened = self._context.wrap_socket(opened, server_hostname=self.host)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        self.sock: Any = _Socket(opened)

    def is_fresh(self) -> bool:
        """Tell whether it may be used again: not idle for long, and the peer has not spoken or gone."""
        return self.sock is not None and time.monotonic() - self.used_at <= _KEEP_S and not self.sock.has_more()


class _Body(httpx.SyncByteStream):
    """An answer's body as it comes; its connection is handed back once all of it was read, else closed."""

    def __init__(self, answer: http.client.HTTPResponse, connection: _Connection, keep: Callable[[], None]) -> None:
        self._answer = answer
        self._connection = connection
        self._keep = keep

    def __iter__(self) -> Iterator[bytes]:
        try:
            while part := self._answer.read(_PACKET_BYTES):
                yield part
        except (http.client.HTTPException, OSError) as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        if self._answer.length:
            raise httpx.RemoteProtocolError(f"the answer ends {self._answer.length} bytes too early")

    def close(self) -> None:
        is_whole = self._answer.isclosed() and not self._answer.length
        self._answer.close()
        if is_whole and not self._answer.will_close:
            self._keep()
        else:
            self._connection.close()


class _Kept(threading.local):
    """A thread's own connections, by scheme, host and port: none is shared, so none needs a lock."""

    def __init__(self) -> None:
        self.by_origin: dict[tuple[str, str, int], _Connection] = {}


class DialTransport(httpx.BaseTransport):
    """Sends httpx requests over guarded sockets. The URL keeps the vendor's real host; only the socket goes elsewhere.

    The wire is the standard library's: of a call's time httpcore takes twice as much. Connections are kept under the
    real host's name, each thread its own.
    """

    def __init__(self, egress: Egress, context: ssl.SSLContext | None = None) -> None:
        self._dials = _Dials(egress)
        self._context = context or trust()
        self._kept = _Kept()
        self._all: WeakSet[_Connection] = WeakSet()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx transport errors; ConfigurationError where the guard refuses the host."""
        url = request.url
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        connection = self._connection(url.scheme, host, port)
        try:
            _send(connection, request)
            answer = connection.getresponse()
        except httpx.TransportError as error:
            connection.close()
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                self._dials.forget(host, port)
            raise
        except (http.client.HTTPException, ValueError, OSError) as error:
            connection.close()
            raise httpx.RemoteProtocolError(str(error)) from error
        keep = partial(self._keep, (url.scheme, host, port), connection)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer, connection, keep))

    def close(self) -> None:
        """Close all kept connections."""
        for connection in list(self._all):
            connection.close()

    def _connection(self, scheme: str, host: str, port: int) -> _Connection:
        dial = self._dials.ask(scheme, host, port)
        kept = self._kept.by_origin.pop((scheme, host, port), None)
        if kept is not None and kept.is_fresh():
            return kept
        if kept is not None:
            kept.close()
        made = _Connection(host, port, dial, self._context)
        self._all.add(made)
        return made

    def _keep(self, origin: tuple[str, str, int], connection: _Connection) -> None:
        connection.used_at = time.monotonic()
        self._kept.by_origin[origin] = connection


def _send(connection: _Connection, request: httpx.Request) -> None:
    connection.putrequest(request.method, request.url.raw_path.decode("ascii"), skip_host=True,
                          skip_accept_encoding=True)  # fmt: skip
    for name, value in request.headers.raw:
        connection.putheader(name, value)
    connection.endheaders(request.read() or None)

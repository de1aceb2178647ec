"""A tiny HTTP server on a real socket that does exactly what a test scripts, and the tools a client is handed."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.contracts import Dial, Tools
from integrations.engine.tokens import MemoryTokenStore


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server saw it. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]


Script = Callable[[Seen, socket.socket], bytes | None]


def answer(status: int = 200, body: bytes = b"{}", *headers: tuple[str, str]) -> bytes:
    """Write a whole answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """Serves on loopback; the script gives the bytes of each answer, or None to cut the connection."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self._script = script
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0

    def __enter__(self) -> "Server":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, client = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, client), daemon=True).start()

    def _serve(self, connection: socket.socket, client: tuple[str, int]) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while line := stream.readline():
                seen = self._read(line, stream, client)
                self.seen.append(seen)
                reply = self._script(seen, connection)
                if reply is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                    stream.close()
                    return
                connection.sendall(reply)

    def _read(self, line: bytes, stream, client) -> Seen:
        method, target, _ = line.decode().split(" ", 2)
        headers = {}
        while (header := stream.readline().strip()) != b"":
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        return Seen(method, target, headers, body, client)


class FakeClock:
    """Time that passes only by waiting, at once."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._at = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    def monotonic(self) -> float:
        return self._at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._at += seconds


@dataclass
class OpenLimiter:
    """Lets every call through and notes what it was told."""

    pauses: list[float | None] = field(default_factory=list)
    open: int = 0

    @contextlib.contextmanager
    def permit(self) -> Iterator[None]:
        self.open += 1
        yield
        self.open -= 1

    def slow_down(self, retry_after_s: float | None) -> None:
        self.pauses.append(retry_after_s)


@dataclass
class ToLoopback:
    """Dials one loopback port for every host, and counts the times it was asked."""

    port: int
    scheme: str = "http"
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        self.asked.append((scheme, host, port))
        return Dial(host="127.0.0.1", port=self.port, scheme=self.scheme)


def tools_for(port: int, **changes) -> Tools:
    """Give the tools of a client that reaches the server on this port."""
    parts = {
        "tokens": MemoryTokenStore(),
        "limiter": OpenLimiter(),
        "clock": FakeClock(),
        "egress": ToLoopback(port),
        "timeout_s": 5.0,
    }
    return Tools(**{**parts, **changes})


def closed_port() -> int:
    """Give a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def drip(connection: socket.socket, head: bytes) -> None:
    """Send a head, then a byte now and then, until the other side hangs up."""
    connection.sendall(head)
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)  # noqa: TID251 (a server that is slow on purpose)

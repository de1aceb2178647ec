"""Systems that answer as none should: with more than anybody may send, or a byte at a time without end."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from integrations.contracts import Tools
from integrations.sandbox.app import Request, Response
from integrations.sandbox.faults import Rule
from integrations.sandbox.server import LOOPBACK
from integrations.sandbox.testing import Loopback
from tests.conformance.bench import Bench

TOO_BIG = 10_500_000


class Bloated:
    """A simulator that does what it is asked, and can be told to answer what a rule hits with too much."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self._rule: Rule | None = None

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    def swell(self, rule: Mapping[str, object] | None) -> None:
        """Answer with too much from now on; None ends it."""
        self._rule = None if rule is None else Rule(kind="too_big", **rule)

    def handle(self, request: Request) -> Response:
        answered = self._inner.handle(request)
        strikes = self._rule is not None and self._rule.strikes(request)
        return Response.json(200, {"filler": "x" * TOO_BIG}) if strikes else answered


@contextmanager
def dripping(bench: Bench) -> Iterator[Tools]:
    """Serve answers that come a byte at a time and never end; calls may take a quarter of a second."""
    stop = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=_serve_drips, args=(server, stop), daemon=True)
        thread.start()
        try:
            yield replace(bench.tools, egress=Loopback(server.getsockname()[1]), timeout_s=0.25)
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve_drips(server: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            caller, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_drip, args=(caller, stop), daemon=True).start()


def _drip(caller: socket.socket, stop: threading.Event) -> None:
    with caller:
        try:
            caller.recv(65_536)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.05):
                caller.sendall(b" ")
        except OSError:
            return

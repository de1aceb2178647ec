"""The first steps of a ping: is the host known, may it be dialled, does it answer, is its certificate trusted."""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from integrations.contracts import Dial, PingStep, Tools
from integrations.dial import CONNECT_TIMEOUT_S, trust
from integrations.errors import ConnectorError

_FIX_HOST = "Check the address, site or account id of the connection."
_FIX_REACH = "Check that the system is up, and that its firewall lets the portal in."
_FIX_TRUST = "Check the address; for a private certificate add the company's own CA certificate to the connection."


def probe(url: str, tools: Tools, verify: ssl.SSLContext | None = None) -> tuple[PingStep, ...]:
    """Look a system's host up and open a connection to it, as `Http` would; stops at the first step that fails.

    Sends nothing and raises nothing: failed steps say their cause and the fix.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    started = time.perf_counter()
    try:
        dial = tools.egress.dial(parts.scheme, host, port)
    except ConnectorError as error:
        failed = PingStep(slug="resolve", label=f"Find {host}", ok=False, ms=0, detail=error.message, code=error.code)
        return (_timed(replace(failed, fix=_FIX_HOST), started),)
    resolved = PingStep(slug="resolve", label=f"Find {host}", ok=True, ms=0, detail=_where(dial))
    return _timed(resolved, started), _connect(host, dial, verify or trust())


def _where(dial: Dial) -> str:
    if dial.scheme == "http" and dial.host.startswith("127."):
        return f"Sandbox: answered by the simulator on this machine, port {dial.port}."
    return f"The host's address is {dial.host}."


def _timed(step: PingStep, started: float) -> PingStep:
    return replace(step, ms=round((time.perf_counter() - started) * 1000))


def _connect(host: str, dial: Dial, context: ssl.SSLContext) -> PingStep:
    started = time.perf_counter()
    opened: Callable[[socket.socket], str] = (
        (lambda plain: _shake_hands(plain, host, context)) if dial.scheme == "https" else _greet
    )
    step = PingStep(slug="tls", label=f"Connect to {host}", ok=False, ms=0)
    try:
        with socket.create_connection((dial.host, dial.port), timeout=CONNECT_TIMEOUT_S) as plain:
            step = replace(step, ok=True, detail=opened(plain))
    except ssl.SSLCertVerificationError as error:
        detail = f"The certificate is not trusted: {error.verify_message}."
        step = replace(step, detail=detail, code="tls_untrusted", fix=_FIX_TRUST)
    except ssl.SSLError as error:
        detail = f"No encrypted connection came about: {error.reason or error}."
        step = replace(step, detail=detail, code="tls_failed", fix=_FIX_HOST)
    except OSError as error:
        detail = f"No connection to {host} (port {dial.port}): {error.strerror or error}."
        step = replace(step, detail=detail, code="unreachable", fix=_FIX_REACH)
    return _timed(step, started)


def _shake_hands(plain: socket.socket, host: str, context: ssl.SSLContext) -> str:
    with context.wrap_socket(plain, server_hostname=host) as secured:
        certificate = secured.getpeercert() or {}
        return f"{secured.version()}, certificate valid until {certificate.get('notAfter', 'an unknown date')}."


def _greet(_: socket.socket) -> str:
    return "Connected, without encryption."

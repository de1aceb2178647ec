"""Calls to addresses that customers gave us: through the egress guard, signed, bounded, and told without the address.

An address may hold a secret, as Slack's do: neither logs nor failures show more than its host.
"""

import hashlib
import hmac
import ssl
import time
from collections.abc import Iterator, Mapping

import httpx
import structlog
from django.conf import settings

from integrations.dial import DialTransport, within
from integrations.engine.egress import EgressGuard
from integrations.errors import ConfigurationError, ConnectorError, RejectedError, UnavailableError

log = structlog.get_logger("portal.notifications")
TIMEOUT_S = 10.0
MOST_READ = 4096  # bytes of an answer
SIGNATURE, TIMESTAMP, IDENTITY = "X-MLC-Signature", "X-MLC-Timestamp", "X-MLC-Id"


def signature(key: str, timestamp: int, body: bytes) -> str:
    """Sign a body as sent at a moment (seconds since the epoch): “v1=” and HMAC-SHA256 in hexadecimal."""
    signed = f"{timestamp}.".encode() + body
    return f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}"


def signed_headers(key: str, uid: str, body: bytes) -> dict[str, str]:
    """Give the headers by which a receiver sees that a call is ours, fresh, and whether it came before."""
    now = int(time.time())
    return {IDENTITY: uid, TIMESTAMP: str(now), SIGNATURE: signature(key, now, body)}


def host_of(url: str, tenant_slug: str) -> str:
    """Give the host of an address that may be called. Raises ConfigurationError for any other."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ConfigurationError("This is not an address. It looks like https://hooks.example.com/...") from error
    if parsed.scheme not in ("https", "http") or not parsed.host or parsed.userinfo:
        raise ConfigurationError("This is not an address. It looks like https://hooks.example.com/...")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    _guard(tenant_slug).dial(parsed.scheme, parsed.host, port)
    return parsed.host


def post(url: str, body: bytes, headers: Mapping[str, str], *, tenant_slug: str) -> None:
    """Call once. Raises ConnectorError unless the answer is 2xx; redirects are not followed."""
    transport = DialTransport(_guard(tenant_slug))
    host = httpx.URL(url).host
    try:
        with within(TIMEOUT_S):
            status, text = _exchange(transport, url, body, headers)
    except (httpx.TransportError, httpx.DecodingError) as error:
        log.warning("notification call failed", host=host, failure=type(error).__name__)
        raise _explained(host, error) from error
    finally:
        transport.close()
    if not 200 <= status < 300:
        log.warning("notification call refused", host=host, status=status)
        raise RejectedError(f"{host} answered {status}{f': {text}' if text else ''}.", code="refused")


def _explained(host: str, error: httpx.RequestError) -> ConnectorError:
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        told = error.__cause__.verify_message
        return ConfigurationError(f"The TLS certificate of {host} is not trusted: {told}.", code="tls_untrusted")
    return UnavailableError(f"{host} gave no answer ({type(error).__name__}).", code="unreachable")


def _exchange(transport: DialTransport, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    target = httpx.URL(url)
    told = {
        "Host": target.netloc.decode("ascii"),
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "ml-connector",
        **headers,
    }
    response = transport.handle_request(httpx.Request("POST", target, content=body, headers=told))
    try:
        start = b"".join(_start(iter(response.stream)))  # type: ignore[arg-type]  # a synchronous stream
    finally:
        response.close()
    return response.status_code, " ".join(start.decode("utf-8", "replace").split())[:200]


def _start(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Give the beginning of an answer: what follows is not read."""
    size = 0
    for part in parts:
        yield part
        size += len(part)
        if size >= MOST_READ:
            return


def _guard(tenant_slug: str) -> EgressGuard:
    return EgressGuard(settings.EGRESS_ALLOW.get(tenant_slug, ()))

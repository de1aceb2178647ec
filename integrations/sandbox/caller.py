"""The client by which simulators call back: webhooks, business events, push notifications."""

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Give the one TLS context: making one takes 25 ms, and every system of every sandbox has a client."""
    return httpx.create_ssl_context(trust_env=False)


def caller(timeout_s: float) -> httpx.AsyncClient:
    """Make a client that follows no redirects."""
    return httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, verify=_trust(), trust_env=False)

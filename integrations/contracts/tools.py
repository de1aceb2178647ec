"""What the engine hands to a connector, and what bounds it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLimits:
    """What a vendor counts over several connections, of several tenants even: by developer key, say.

    `scope` names what is counted, and tells no secret.
    """

    scope: str
    per_hour: int
    sign_ins_per_hour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a connection may ask at most. None: the vendor names no such limit."""

    concurrency: int
    per_minute: int | None = None
    per_hour: int | None = None
    shared: SharedLimits | None = None


class TokenStore(Protocol):
    """Shared, sealed cache of access tokens of one connection."""

    def get(self, name: str) -> str | None:
        """Give the token, or None when there is none or it ran out."""
        ...

    def put(self, name: str, token: str, ttl_s: int) -> None:
        """Keep a token for so many seconds."""
        ...

    def drop(self, name: str) -> None:
        """Forget a token."""
        ...

    def login(self, name: str) -> AbstractContextManager[None]:
        """Let one worker at a time log in; others wait and then find the token."""
        ...


class Limiter(Protocol):
    """Holds one connection's limits across all workers."""

    def permit(self) -> AbstractContextManager[None]:
        """Wait for the right to make one call. Raises RateLimitError when none comes in good time."""
        ...

    def slow_down(self, retry_after_s: float | None) -> None:
        """Tell every worker that the system asked for a pause."""
        ...


class Clock(Protocol):
    """The only source of time below the engine."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        ...

    def wait(self, seconds: float) -> None:
        """Pause this thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Where a host is dialled, by the sandbox map and the egress guard. The socket connects to `host` and `port`."""

    host: str
    port: int
    scheme: str


class Egress(Protocol):
    """Decides whether and where a URL may be dialled."""

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        """Resolve, judge and pin the address. Raises ConfigurationError when it is refused or has no address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the engine hands to a connector: nothing below reaches for Django, Redis or the clock by itself.

    `may_write` is called before every write and raises LeaseLostError when the lease does not cover the call's timeout.
    """

    tokens: TokenStore
    limiter: Limiter
    clock: Clock
    egress: Egress
    timeout_s: float = 30.0  # of one call
    may_write: Callable[[float], None] = lambda timeout_s: None

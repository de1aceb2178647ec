"""Keeps access tokens between calls: sealed in Redis for all workers, open in this process."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import structlog
from django.utils.crypto import salted_hmac
from redis import Redis, RedisError

from integrations.contracts import Clock, Limiter, Settings
from integrations.engine.clock import SystemClock
from integrations.engine.shared import shared_redis
from integrations.errors import AuthenticationError, ConfigurationError, UnavailableError
from integrations.vault import seal, typed_values, unseal

LOGIN_TTL_S = 60  # longer than a log-in with its retries usually takes; a dead worker's lock ends by itself
LOGIN_PATIENCE_S = 75.0
REFUSED_S = 30  # how long others believe a refusal, so that waiting workers do not lock the account
POLL_S = 0.05
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

_log = structlog.get_logger("integrations.tokens")
ResultT = TypeVar("ResultT")


class MemoryTokenStore:
    """Tokens of one process only; what a ping uses, so that it really signs in. Fulfils `contracts.TokenStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> str | None:
        """Give the token, or None when there is none or it ran out."""
        token, until = self._kept.get(name, ("", 0.0))
        return token if until > time.monotonic() else None

    def put(self, name: str, token: str, ttl_s: float) -> None:
        """Keep a token for so many seconds."""
        self._kept[name] = (token, time.monotonic() + ttl_s)

    def drop(self, name: str) -> None:
        """Forget a token."""
        self._kept.pop(name, None)

    @contextmanager
    def login(self, name: str) -> Iterator[None]:
        """Let one thread at a time log in."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.RLock())
        with lock:
            yield


class RedisTokenStore:
    """Tokens of one scope, shared by all workers. Without Redis each process keeps its own. Thread-safe."""

    def __init__(self, redis: Redis, scope: str, *, clock: Clock | None = None) -> None:
        self._redis = redis
        self._scope = scope
        self._clock = clock or SystemClock()
        self._local = MemoryTokenStore()
        self.sign_ins: Limiter | None = None  # where the vendor counts log-ins over several connections

    def get(self, name: str) -> str | None:
        """Give the token, or None when there is none or it ran out."""
        token = self._local.get(name)
        if token is not None:
            return token
        sealed = self._try(lambda: self._redis.get(self._key(name)))
        return self._keep(name, sealed) if isinstance(sealed, bytes) else None

    def put(self, name: str, token: str, ttl_s: int) -> None:
        """Keep a token for so many seconds, sealed."""
        self._local.put(name, token, ttl_s)
        sealed = seal(json.dumps([token, time.time() + ttl_s]))
        self._try(lambda: self._redis.set(self._key(name), sealed, ex=max(1, ttl_s)))

    def drop(self, name: str) -> None:
        """Forget a token, for all workers."""
        self._local.drop(name)
        self._try(lambda: self._redis.delete(self._key(name)))

    @contextmanager
    def login(self, name: str) -> Iterator[None]:
        """Let one worker at a time log in; inside, `get` sees what others stored.

        Raises AuthenticationError when another worker was refused a moment ago with the same credentials,
        UnavailableError when its log-in does not end.
        """
        with self._local.login(name):
            ticket = self._lock(name)
            try:
                self._local.drop(name)
                self._raise_refusal(name)
                permit = self.sign_ins.permit() if self.sign_ins else nullcontext()
                with permit, self._noting_refusal(name):
                    yield
            finally:
                self._try(lambda: self._redis.eval(_UNLOCK, 1, self._key(name, "login"), ticket))

    def _key(self, name: str, kind: str = "value") -> str:
        return f"token:{{{self._scope}}}:{name}:{kind}"

    def _keep(self, name: str, sealed: bytes) -> str | None:
        try:
            token, until = json.loads(unseal(sealed))
        except ConfigurationError:  # sealed with a key that is gone: sign in anew
            return None
        left_s = until - time.time()
        if left_s <= 0:
            return None
        self._local.put(name, token, left_s)
        return str(token)

    def _lock(self, name: str) -> str:
        ticket, key = secrets.token_hex(8), self._key(name, "login")
        give_up_at = self._clock.monotonic() + LOGIN_PATIENCE_S
        while self._clock.monotonic() < give_up_at:
            # Redis away gives None: then the thread lock alone holds, in this process.
            if self._try(lambda: bool(self._redis.set(key, ticket, nx=True, ex=LOGIN_TTL_S))) is not False:
                return ticket
            self._clock.wait(POLL_S)
        raise UnavailableError("Another worker is still signing in. It is tried again.", code="login_busy")

    @contextmanager
    def _noting_refusal(self, name: str) -> Iterator[None]:
        try:
            yield
        except AuthenticationError as error:
            note = seal(json.dumps([error.message, error.code]))
            self._try(lambda: self._redis.set(self._key(name, "refused"), note, ex=REFUSED_S))
            raise

    def _raise_refusal(self, name: str) -> None:
        note = self._try(lambda: self._redis.get(self._key(name, "refused")))
        if isinstance(note, bytes):
            message, code = json.loads(unseal(note))
            raise AuthenticationError(message, code=code)

    def _try(self, call: Callable[[], ResultT]) -> ResultT | None:
        try:
            return call()
        except RedisError as error:
            _log.warning("tokens without redis", error=type(error).__name__)
            return None


_stores: dict[str, RedisTokenStore] = {}
_stores_lock = threading.Lock()


def token_store_for(settings: Settings, sign_ins: Limiter | None = None) -> RedisTokenStore:
    """Give this process's store of a connection. Changed credentials are another scope: no old token outlives them."""
    values = json.dumps([settings.environment, sorted(typed_values(settings.values).items())])
    scope = f"{settings.connection_id}:{salted_hmac('integrations.tokens', values).hexdigest()[:16]}"
    with _stores_lock:
        if scope not in _stores:
            _stores[scope] = RedisTokenStore(shared_redis(), scope)
        _stores[scope].sign_ins = sign_ins
        return _stores[scope]

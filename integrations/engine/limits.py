"""Holds a system's limits across all processes: in flight, per minute, per hour. Politeness, not truth."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import structlog
from redis import Redis, RedisError

from integrations.contracts import Clock, Limits, SharedLimits
from integrations.engine.clock import SystemClock
from integrations.engine.limits_scripts import ASK, BORN, GIVE, KEYS, SLOW
from integrations.engine.shared import shared_redis
from integrations.errors import RateLimitError

RENEW_S = 1.0  # how often a holder tells that it is alive, and hears of pauses
POLL_S = 0.05
PATIENCE_S = 75.0  # longer than the longest wait a full minute's window can ask for
REDIS_AWAY_S = 2.0  # how long we do without Redis before asking again
TOKEN_LIFE_S = 5.0  # a counted call not made by then is lost, or it would fall into a later window
_CHUNKS_A_MINUTE = 20
_SHARED_AT_ONCE = 1000  # a shared scope counts calls, not how many are in flight

_log = structlog.get_logger("integrations.limits")


def share(limits: Limits, share_pct: int) -> Limits:
    """Give the part of a vendor's limits that the tenant grants us; never less than one, calls at a time rounded up."""

    def part(limit: int) -> int:
        return max(1, limit * share_pct // 100)

    return replace(
        limits,
        concurrency=-(-limits.concurrency * share_pct // 100) or 1,
        per_minute=None if limits.per_minute is None else part(limits.per_minute),
        per_hour=None if limits.per_hour is None else part(limits.per_hour),
    )


class RedisLimiter:
    """One scope's limits as a process sees them; its threads share the slots it holds. Fulfils `contracts.Limiter`.

    Slots are leased for `call_s` (the longest call) and a little more: a dead process's slots come free by themselves.
    Inside `reserve` a permit costs no Redis call, but for a renewal each second and, with windows, one per chunk of
    calls. Without Redis one call is in flight per process, no faster than the windows allow. Thread-safe.
    """

    def __init__(
        self,
        redis: Redis,
        scope: str,
        limits: Limits,
        *,
        call_s: float = 30.0,
        patience_s: float = PATIENCE_S,
        clock: Clock | None = None,
        server_time: Callable[[], float] | None = None,
    ) -> None:
        self.limits = limits
        self.shared: RedisLimiter | None = None  # what the vendor counts beside, over several connections
        self._scope = scope
        self._redis = redis
        self._keys = [*(f"limit:{{{scope}}}:{name}" for name in KEYS), BORN]
        self._scripts = {script: redis.register_script(script) for script in (ASK, GIVE, SLOW)}
        self._me = secrets.token_hex(8)
        self._ttl_s = call_s + 5 * RENEW_S
        self._patience_s = patience_s
        self._clock = clock or SystemClock()
        self._server_time = server_time
        self._cond = threading.Condition()
        self._held = 0
        self._in_use = 0
        self._want = 0  # slots asked for by open reservations
        self._tokens = 0
        self._tokens_until = 0.0
        self._tokens_at = 0  # the server's time of their count, for giving back
        self._renew_at = 0.0
        self._ask_at = 0.0
        self._paused_until = 0.0
        self._alone_until = 0.0
        self._alone_next = 0.0

    @contextmanager
    def permit(self) -> Iterator[None]:
        """Wait for the right to make one call. Raises RateLimitError when none comes in good time."""
        with self.shared.permit() if self.shared else nullcontext():
            self._wait(self._try_start)
            try:
                yield
            finally:
                with self._cond:
                    self._in_use -= 1
                    self._give_if_idle()
                    self._cond.notify()

    @contextmanager
    def reserve(self, want: int) -> Iterator[int]:
        """Lease up to `want` slots for a batch; gives how many came at once (at least one, more may follow).

        Raises RateLimitError when none comes in good time.
        """
        with self.shared.reserve(want) if self.shared else nullcontext():
            with self._cond:
                self._want += want
            try:
                yield self._wait(self._try_hold)
            finally:
                with self._cond:
                    self._want -= want
                    self._give_if_idle()

    def slow_down(self, retry_after_s: float | None) -> None:
        """Pause every worker: as long as the system asked, else 1 s, doubling with each new strike up to a minute."""
        if self.shared and retry_after_s:  # a moment to come back is told of quotas, which are what is shared
            self.shared.slow_down(retry_after_s)
        pause_s = self._call(SLOW, retry_after_s or 0, self.limits.concurrency)
        with self._cond:
            seconds = (retry_after_s or 1.0) if pause_s is None else pause_s / 1000
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    # Under the lock

    def _try_start(self) -> float:
        """Take a slot and a token; give 0, or the seconds to wait before the next try."""
        wait_s = self._try_hold_for(self._in_use + 1)
        if wait_s == 0.0:
            self._in_use += 1
            self._tokens -= 1
        return wait_s

    def _try_hold(self) -> float:
        return self._try_hold_for(1)

    def _try_hold_for(self, least: int) -> float:
        now = self._clock.monotonic()
        if now < self._paused_until:
            return self._paused_until - now
        if self._is_ready(least, now):
            return 0.0
        if now < self._ask_at:
            return self._ask_at - now
        wait_s = self._ask(max(self._want, least), now)
        return 0.0 if self._is_ready(least, now) else wait_s

    def _is_ready(self, least: int, now: float) -> bool:
        has_token = not self._is_windowed or (self._tokens > 0 and now < self._tokens_until)
        return self._held >= least and has_token and self._paused_until <= now < self._renew_at

    @property
    def _is_windowed(self) -> bool:
        return self.limits.per_minute is not None or self.limits.per_hour is not None

    @property
    def _pace(self) -> float:
        """Calls a minute that the windows allow."""
        per_minute = self.limits.per_minute or float("inf")
        return min(per_minute, (self.limits.per_hour or float("inf")) / 60)

    def _ask(self, want: int, now: float) -> float:
        if now < self._alone_until:
            return self._go_alone(now)
        tokens = self._tokens_wanted(now)
        limits = self.limits
        reply = self._call(
            ASK, self._me, want, self._in_use, tokens, limits.concurrency, limits.per_minute or 0, limits.per_hour or 0,
            self._ttl_s,
        )  # fmt: skip
        if reply is None:
            self._alone_until = now + REDIS_AWAY_S
            return self._go_alone(now)
        self._held, granted, wait_ms, pause_ms, at = reply
        self._paused_until = max(self._paused_until, now + pause_ms / 1000)
        self._renew_at = now + RENEW_S
        self._ask_at = now + POLL_S if self._held <= self._in_use else 0.0
        if tokens:
            self._tokens, self._tokens_until, self._tokens_at = granted, now + TOKEN_LIFE_S, at
        return wait_ms / 1000 or POLL_S

    def _tokens_wanted(self, now: float) -> int:
        if not self._is_windowed:
            return 0
        if now >= self._tokens_until:
            self._tokens = 0
        if self._tokens > 0:
            return 0
        return max(1, int(self._pace / _CHUNKS_A_MINUTE)) if self._want else 1

    def _go_alone(self, now: float) -> float:
        """Without Redis: one call in flight in this process, at the pace of the windows."""
        self._held, self._renew_at = 1, self._alone_until
        if not self._is_windowed:
            return POLL_S
        if now < self._alone_next:
            return self._alone_next - now
        self._alone_next = now + 60.0 / self._pace
        self._tokens, self._tokens_until = 1, self._alone_until
        return POLL_S

    def _give_if_idle(self) -> None:
        if self._want or self._in_use or not self._held:
            return
        now = self._clock.monotonic()
        if now >= self._alone_until:
            unused = self._tokens if now < self._tokens_until else 0
            self._call(GIVE, self._me, max(0, unused), self._tokens_at)
        self._held = self._tokens = 0

    # Around it

    def _wait(self, attempt: Callable[[], float]) -> int:
        """Repeat an attempt until it needs no more waiting; give the slots held then."""
        with self._cond:
            wait_s = attempt()
            if wait_s == 0.0:
                return self._held
        give_up_at = self._clock.monotonic() + self._patience_s
        while self._clock.monotonic() + wait_s <= give_up_at:
            if wait_s > POLL_S:
                self._clock.wait(min(wait_s, 1.0))
            with self._cond:
                if wait_s <= POLL_S:
                    self._cond.wait(wait_s)
                wait_s = attempt()
                if wait_s == 0.0:
                    return self._held
        raise RateLimitError(
            f"The limits of {self._scope} leave no room for a call within {self._patience_s:.0f} s. It goes on later.",
            code="limit_reached",
            retry_after_s=wait_s,
        )

    def _call(self, script: str, *arguments: Any) -> Any:
        """Run a script; None when Redis cannot be reached."""
        now = 0 if self._server_time is None else self._server_time()
        try:
            return self._scripts[script](keys=self._keys, args=[now, *arguments])
        except RedisError as error:
            _log.warning("limits without redis", scope=self._scope, error=type(error).__name__)
            return None


_limiters: dict[str, RedisLimiter] = {}
_limiters_lock = threading.Lock()


def limiter_for(scope: str, limits: Limits, *, call_s: float) -> RedisLimiter:
    """Give this process's limiter of a scope (whatever the vendor counts by); changed limits take effect at once."""
    with _limiters_lock:
        limiter = _limiters.get(scope)
        if limiter is None:
            limiter = _limiters[scope] = RedisLimiter(shared_redis(), scope, limits, call_s=call_s)
        limiter.limits = limits
        limiter.shared = _shared(limits.shared, call_s) if limits.shared else None
        return limiter


def sign_ins_for(limits: Limits, *, call_s: float) -> RedisLimiter | None:
    """Give this process's limiter of log-ins, where the vendor counts them over several connections."""
    shared = limits.shared
    if shared is None or shared.sign_ins_per_hour is None:
        return None
    counted = Limits(concurrency=_SHARED_AT_ONCE, per_hour=shared.sign_ins_per_hour)
    return limiter_for(f"{shared.scope}:sign-ins", counted, call_s=call_s)


def _shared(shared: SharedLimits, call_s: float) -> RedisLimiter:
    """Give the limiter of a shared scope. Inside the lock."""
    limits = Limits(concurrency=_SHARED_AT_ONCE, per_hour=shared.per_hour)
    limiter = _limiters.get(shared.scope)
    if limiter is None:
        limiter = _limiters[shared.scope] = RedisLimiter(shared_redis(), shared.scope, limits, call_s=call_s)
    limiter.limits = limits
    return limiter

"""The two limits of a site: requests per rolling minute, and requests in flight."""

from collections import Counter, deque

from integrations.connectors.chargebee.simulator.errors import throttled
from integrations.sandbox.app import Response
from integrations.sandbox.clock import SandboxClock

WINDOW_S = 60.0


class Throttle:
    """Counts the requests of one site; refused ones do not count."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._passed: deque[float] = deque()
        self._in_flight: Counter[str] = Counter()
        self.refused = 0

    def check(self, per_minute: int) -> Response | None:
        """Count a request, or refuse it; every second refusal comes without `Retry-After`."""
        now = self._clock.now().timestamp()
        while self._passed and (self._passed[0] <= now - WINDOW_S or self._passed[0] > now):
            self._passed.popleft()
        if len(self._passed) < per_minute:
            self._passed.append(now)
            return None
        self.refused += 1
        oldest = self._passed[0] if self._passed else now
        wait_s = int(oldest + WINDOW_S - now) + 1
        return throttled(wait_s if self.refused % 2 else None)

    def enter(self, method: str, limit: int) -> Response | None:
        """Let a request in, unless as many of its kind are in flight as the site allows."""
        if self._in_flight[method] >= limit:
            self.refused += 1
            return throttled(None)
        self._in_flight[method] += 1
        return None

    def leave(self, method: str) -> None:
        """Note that a request has ended."""
        self._in_flight[method] -= 1

"""The licence's limits on requests: cores and a queue behind them, and the pace from half of a minute's number on."""

from collections import deque

from integrations.connectors.acumatica.simulator.answers import http_error
from integrations.connectors.acumatica.simulator.options import Options
from integrations.sandbox.app import Request, Response
from integrations.sandbox.clock import SandboxClock

MINUTE_S = 60.0
LONGEST_WAIT_S = 600.0
LOGOUT = "/entity/auth/logout"


class Limits:
    """Counts what is in flight and what the last minute held."""

    def __init__(self, clock: SandboxClock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._in_flight = 0
        self._recent: deque[float] = deque()

    def __getstate__(self) -> dict[str, object]:
        """Nothing is in flight in a file."""
        return {**self.__dict__, "_in_flight": 0}

    def enter(self, request: Request) -> Response | None:
        """Let a request in or decline it: only when the queue behind the cores is full; log-out passes it."""
        is_full = self._in_flight >= self._options.cores + self._options.queue_length
        if is_full and not request.path.endswith(LOGOUT):
            return declined(self._options)
        self._in_flight += 1
        return None

    def leave(self) -> None:
        """Take note that a request has ended."""
        self._in_flight = max(0, self._in_flight - 1)

    def pace_s(self, request: Request) -> float:
        """Give how long a request waits: from half the minute's number on, the time left over the requests left."""
        limit = self._options.requests_per_minute
        if not limit or request.path.endswith(LOGOUT):
            return 0.0
        now = self._clock.now().timestamp()
        while self._recent and self._recent[0] <= now - MINUTE_S:
            self._recent.popleft()
        self._recent.append(now)
        used = len(self._recent)
        if used <= limit / 2:
            return 0.0
        left_s = max(MINUTE_S - (now - self._recent[0]), 0.0)
        return min(left_s / max(limit - used, 1), LONGEST_WAIT_S)


def declined(options: Options, hint_s: float | None = None) -> Response:
    """Word a declined request; no Retry-After is documented."""
    answer = http_error(429, "The request has been declined because of the license limits.")
    if hint_s is None and not options.retry_after:
        return answer
    return Response(answer.status, (*answer.headers, ("Retry-After", str(round(hint_s or 1)))), answer.body)

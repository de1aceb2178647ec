"""BILL's limits: calls and log-ins per clock hour of a developer key, calls in flight per key and organization."""

from collections import Counter
from dataclasses import dataclass

from integrations.connectors.billcom.simulator.answers import Problem, refuse
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.sandbox.clock import SandboxClock

HOUR_S = 3600

Lane = tuple[str, str]


@dataclass(slots=True)
class Hour:
    """What one developer key has used of a clock hour."""

    number: int = -1
    calls: int = 0
    logins: int = 0


class Limits:
    """Counts for all developer keys of the sandbox."""

    def __init__(self, clock: SandboxClock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._hours: dict[str, Hour] = {}
        self._in_flight: Counter[Lane] = Counter()

    def __getstate__(self) -> dict[str, object]:
        """Forget what is in flight: no call outlives the process."""
        return {**self.__dict__, "_in_flight": Counter()}

    def count_call(self, dev_key: str) -> None:
        """Count a call, or refuse it until the clock hour turns."""
        hour = self._hour(dev_key)
        if hour.calls >= self._switches.calls_per_hour:
            _refuse_hour(self._switches.calls_per_hour, "requests")
        hour.calls += 1

    def count_login(self, dev_key: str) -> None:
        """Count a log-in, good or bad, which is a call as well."""
        hour = self._hour(dev_key)
        if hour.logins >= self._switches.logins_per_hour:
            _refuse_hour(self._switches.logins_per_hour, "log-ins")
        self.count_call(dev_key)
        hour.logins += 1

    def enter(self, lane: Lane) -> bool:
        """Let a call in; False when as many as allowed are in flight for this key and organization."""
        if self._in_flight[lane] >= self._switches.in_flight:
            return False
        self._in_flight[lane] += 1
        return True

    def leave(self, lane: Lane) -> None:
        """Note that a call has ended."""
        self._in_flight[lane] = max(0, self._in_flight[lane] - 1)

    def used(self) -> dict[str, dict[str, int]]:
        """Give what each developer key has used of the present hour."""
        hours = {key: self._hour(key) for key in self._hours}
        return {key: {"calls": hour.calls, "logins": hour.logins} for key, hour in hours.items()}

    def _hour(self, dev_key: str) -> Hour:
        number = self._clock.epoch_s() // HOUR_S
        hour = self._hours.setdefault(dev_key, Hour())
        if hour.number != number:
            hour.number, hour.calls, hour.logins = number, 0, 0
        return hour


def too_many_in_flight(limit: int) -> Problem:
    """Word the refusal of a call beyond those allowed in flight; BILL gives no Retry-After."""
    return Problem("BDC_1322", f"You have exceeded the maximum number of {limit} concurrent requests.")


def _refuse_hour(limit: int, of_what: str) -> None:
    refuse("BDC_1144", f"You have exceeded the maximum number of {limit} {of_what} per hour.")

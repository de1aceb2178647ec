"""The sandbox clock: real time plus an offset that only moves by order."""

from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Tells the time of one sandbox world; give `start` to freeze it for repeatable tests."""

    def __init__(self, start: datetime | None = None) -> None:
        self._frozen = start
        self._offset = timedelta()

    def now(self) -> datetime:
        """Give the sandbox's present in UTC."""
        return (self._frozen or datetime.now(UTC)) + self._offset

    def epoch_s(self) -> int:
        """Give the present as whole seconds since 1970."""
        return int(self.now().timestamp())

    def epoch_ms(self) -> int:
        """Give the present as whole milliseconds since 1970."""
        return int(self.now().timestamp() * 1000)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, with a negative number)."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to real time (or to the frozen start)."""
        self._offset = timedelta()

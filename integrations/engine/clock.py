"""The real clock that the engine hands to connectors."""

import threading
import time
from datetime import UTC, datetime

_NEVER = threading.Event()


class SystemClock:
    """The machine's time; fulfils `contracts.Clock`."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Pause this thread."""
        if seconds > 0:
            _NEVER.wait(seconds)

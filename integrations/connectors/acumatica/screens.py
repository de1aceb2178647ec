"""One long-running action per screen and session: while it runs, other calls of that screen wait here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from integrations.errors import UnavailableError

PATIENCE_S = 150.0  # longer than an action is followed


class Screens:
    """Shared by the threads of one session. Calls of a screen run side by side; an action runs alone."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._free = threading.Condition()
        self._calls: dict[str, int] = {}
        self._acting: set[str] = set()

    @contextmanager
    def calling(self, screen: str) -> Iterator[None]:
        """Make an ordinary call. Raises UnavailableError when an action does not end: nothing was sent."""
        with self._free:
            self._wait(screen, lambda: screen not in self._acting)
            self._calls[screen] = self._calls.get(screen, 0) + 1
        try:
            yield
        finally:
            with self._free:
                self._calls[screen] -= 1
                self._free.notify_all()

    @contextmanager
    def acting(self, screen: str) -> Iterator[None]:
        """Run a long-running action: after the calls that are under way, before those that come later."""
        with self._free:
            self._wait(screen, lambda: screen not in self._acting)
            self._acting.add(screen)
        try:
            with self._free:
                self._wait(screen, lambda: not self._calls.get(screen))
            yield
        finally:
            with self._free:
                self._acting.discard(screen)
                self._free.notify_all()

    def _wait(self, screen: str, is_free: Callable[[], bool]) -> None:
        if not self._free.wait_for(is_free, timeout=self._patience_s):
            raise UnavailableError(
                f"Another long-running action of {screen} has not ended; nothing was sent. It is tried again.",
                code="acumatica_screen_busy",
                value=screen,
            )

"""Named moments of a run at which a chaos test may kill its own worker; in ordinary operation they do nothing."""

import os
import signal

from django.conf import settings

_reached: dict[str, int] = {}


def reached(moment: str) -> None:
    """Note a moment; kill this process if the environment says so ("answered:3": third time). Refused in production."""
    wanted = settings.CHAOS_CHECKPOINTS
    if not wanted:
        return
    _reached[moment] = _reached.get(moment, 0) + 1
    if f"{moment}:{_reached[moment]}" in wanted:
        os.kill(os.getpid(), signal.SIGKILL)

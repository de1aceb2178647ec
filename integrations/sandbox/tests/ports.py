"""Finds ports for a sandbox that a test serves."""

import os
import socket
from contextlib import closing

PORTS = 12  # of one sandbox: control API and systems


def free_block() -> int:
    """Find PORTS neighbouring ports that nobody listens on; every process begins its search elsewhere."""
    first = 21_000 + os.getpid() * 61 % 11_000
    for base in range(first, 60_000, PORTS * 3 + 1):
        if all(_is_free(base + offset) for offset in range(PORTS)):
            return base
    raise OSError("No free block of ports.")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0

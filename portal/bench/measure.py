"""Clocks and counters of a benchmark: wall time, this process's CPU, database round trips, the machine."""

import os
import platform
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Measured:
    """What one measured block took."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    queries: int = 0


@contextmanager
def measured() -> Iterator[Measured]:
    """Measure the block: wall time, CPU of this process's threads, queries of this thread."""
    result = Measured()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result.queries += 1
        return execute(sql, params, many, context)

    cpu = _cpu_s()
    started = time.perf_counter()
    with connection.execute_wrapper(count):
        yield result
    result.wall_s = time.perf_counter() - started
    result.cpu_s = _cpu_s() - cpu


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def machine() -> dict[str, Any]:
    """Describe the machine, so that figures are not compared across machines unawares."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "arch": platform.machine(),
    }

"""Starts and stops the programs of a demo: sandbox, workers, scheduler, web server; none outlives this process."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from portal.embedded.processes import parent_death_environment

_READY_S = 90
_STOP_S = 15


@dataclass(slots=True)
class Program:
    """One program of the stack; started again when it dies unasked."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self, logs: Path) -> None:
        """Start it with its output in a log file of its own; it dies with this process."""
        environment = {**os.environ, **parent_death_environment(signal.SIGTERM), **self.environment}
        with (logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own command line)
                self.command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    @property
    def is_running(self) -> bool:
        """Tell whether it runs."""
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True)
class Stack:
    """All programs of a demo."""

    programs: list[Program]
    logs: Path

    def start(self) -> None:
        """Start every program."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for program in self.programs:
            program.start(self.logs)

    def revive(self) -> None:
        """Start again what died; the scheduler, for one, does not survive a Redis that is away."""
        for program in self.programs:
            if not program.is_running:
                program.start(self.logs)

    def stop(self) -> None:
        """Ask all programs to end, in reverse order, and end those that do not."""
        running = [program for program in reversed(self.programs) if program.is_running and program.process]
        for program in running:
            _signal(program, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        for program in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if program.process:
                    program.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            if program.is_running:
                _signal(program, signal.SIGKILL)


def _signal(program: Program, number: signal.Signals) -> None:
    if program.process is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.process.pid, number)


def manage(*arguments: str) -> list[str]:
    """Give the command line of one of our own management commands."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def programs(
    *, base_port: int, web_port: int, seed: int, customers: int, workers: int, state: Path | None
) -> list[Program]:
    """List the programs of a demo, the sandbox first. One worker keeps itself free for webhooks and ticks."""
    sandbox = {"SANDBOX_BASE_PORT": str(base_port)}
    filling = {
        "--base-port": base_port,
        "--seed": seed,
        "--customers": customers,
        **({"--state": state} if state else {}),
    }
    options = [str(part) for option in filling.items() for part in option]
    bind = ["--bind", f"127.0.0.1:{web_port}", "--threads", "8", "--log-level", "warning"]
    return [
        Program("sandbox", manage("sandbox", *options)),
        Program("worker-quick", manage("rqworker", "high"), sandbox),
        *(Program(f"worker-{each}", manage("rqworker", "default", "high"), sandbox) for each in range(1, workers + 1)),
        Program("scheduler", manage("rqcron", str(settings.BASE_DIR / "portal" / "cron.py")), sandbox),
        Program("web", [sys.executable, "-m", "portal.serve", "portal.wsgi", *bind], sandbox),
    ]


def wait_for(url: str, stack: Stack, *, what: str) -> None:
    """Wait until an address answers, whatever it says. Raises TimeoutError naming the log to read."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (loopback)
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            pause(0.2)
    raise TimeoutError(f"{what} does not answer at {url}. Read {stack.logs}/{what}.log.")


def taken(ports: Iterable[int]) -> list[int]:
    """Give the ports of this machine's loopback on which another program listens."""
    found = []
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                found.append(port)
    return found


def pause(seconds: float) -> None:
    """Sleep, but wake for a signal."""
    signal.sigtimedwait([], seconds)


def answers(url: str) -> bool:
    """Tell whether something answers at an address."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (loopback)
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Start a stack and stop it, whatever happens in between."""
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()

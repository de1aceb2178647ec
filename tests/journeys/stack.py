"""The programs behind the journeys: web server, workers, scheduler and sandbox, all real, on one database."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path

import django_rq

from audit.models import Run
from integrations.models import Sync
from integrations.sandbox.tests.ports import free_block
from portal.checker import Control
from portal.demo.stack import Stack, programs, running, wait_for
from portal.embedded.processes import wait_until
from portal.launch import ROOT

# Leases and waits of production are minutes; what a journey shows is the same with seconds.
QUICK = {
    "SETTLE_SCALE": "0.01",
    "LOG_LEVEL": "WARNING",
    "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
}
LINE = "-" * 79  # what the console backend writes after each message
PATIENCE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A stack that answers."""

    url: str
    control: Control
    base_port: int
    logs: Path

    def mails_to(self, address: str) -> list[str]:
        """Give the texts of the mails to one address, oldest first."""
        written = (self.logs / "web.log").read_text(errors="replace") + (self.logs / "worker-1.log").read_text(
            errors="replace"
        )
        return [_text(mail) for mail in written.split(LINE) if re.search(rf"^To: .*{re.escape(address)}", mail, re.M)]

    def link_mailed_to(self, address: str, path: str) -> str:
        """Wait for a mail that holds an address of the portal under a path, and give that address."""
        pattern = re.compile(rf"{re.escape(self.url)}{path}\S*")
        wait_until(lambda: any(map(pattern.search, self.mails_to(address))), timeout_s=PATIENCE_S, pause_s=0.05)
        return next(found.group() for mail in reversed(self.mails_to(address)) if (found := pattern.search(mail)))

    def refill(self, **options: object) -> None:
        """Empty the sandbox and fill Chargebee's side anew."""
        self.control.post("/reset")
        self.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        self.control.post("/generate/chargebee", {"customers": 4, "seed": 1, "months": 2, **options})

    def come_to_rest(self) -> None:
        """Pause every company's syncs, and wait until no run of a journey reaches into the next."""
        Sync.objects.filter(state=Sync.State.ACTIVE).update(state=Sync.State.PAUSED, wants_run="")
        Run.objects.filter(state=Run.State.RUNNING).update(cancelled_by="journey")
        assert wait_until(_is_at_rest, timeout_s=PATIENCE_S, pause_s=0.1), "A run of this journey does not end."


def _is_at_rest() -> bool:
    if Run.objects.filter(state=Run.State.RUNNING).exists():
        return False
    queue = django_rq.get_queue("default")
    return not queue.count and not queue.started_job_registry.count


def _text(mail: str) -> str:
    start = mail.find("Content-Type:")
    payload = message_from_string(mail[start:]).get_payload(decode=True)
    return payload.decode() if isinstance(payload, bytes) else mail


@contextmanager
def serving(logs: Path) -> Iterator[Served]:
    """Serve the whole stack on free ports; DATABASE_URL and REDIS_URL are this session's."""
    base_port, web_port = free_block(), _free_port()
    started = programs(base_port=base_port, web_port=web_port, seed=1, customers=0, workers=1, state=None)
    for program in started:
        program.environment = {**program.environment, **QUICK}
    for log in logs.glob("*.log"):
        log.unlink()
    stack = Stack(started, logs)
    with running(stack):
        wait_for(f"http://127.0.0.1:{base_port}/credentials", stack, what="sandbox")
        wait_for(f"http://127.0.0.1:{web_port}/healthz", stack, what="web")
        url = f"http://localhost:{web_port}"
        yield Served(url=url, control=Control(f"http://127.0.0.1:{base_port}"), base_port=base_port, logs=logs)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def logs_folder() -> Path:
    """Give this process's folder of logs: two sessions on one checkout never share one."""
    return ROOT / ".local" / "logs" / f"journeys-{os.environ['DATABASE_URL'].rsplit('_', 1)[-1]}"

"""`manage.py chaos`: one pair runs to its end through faults and killed workers; nothing may be lost or doubled."""

import json
import logging
import os
import signal
import subprocess
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations import registry
from portal.bench.side_database import side_database
from portal.chaos.ground import fill, make_sync, sandbox
from portal.chaos.report import report_of
from portal.chaos.storm import come_to_rest, rage
from portal.demo.stack import manage
from portal.embedded.processes import parent_death_environment

_REDIS_DATABASE = 15  # emptied on purpose


class Command(BaseCommand):
    """Run a pair in a sandbox, a database and a Redis number of its own, harm it, and count."""

    help = (
        "Run a pair through faults and worker kills that follow from a seed; exit 0 only with nothing lost or doubled."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pair, its size, the seed and the report's file."""
        parser.add_argument("--pair", default="chargebee_to_netsuite", choices=sorted(registry.pairs()))
        parser.add_argument("--records", type=int, default=300, help="objects that the source has at least")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--report", type=Path, help="write the report as JSON")
        parser.add_argument("--base-port", type=int, default=8400, help="of the run's own sandbox")
        parser.add_argument(
            "--here", action="store_true", help="work in the database and Redis of the environment: both must be empty"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run in this process, or in one of its own with a database of its own."""
        logging.getLogger().setLevel(logging.WARNING)
        if options["here"]:
            try:
                self._run(options)
            except (RuntimeError, TimeoutError, subprocess.TimeoutExpired) as error:
                raise CommandError(str(error)) from error
            return
        with side_database("chaos") as name:
            code = self._run_apart(options, name)
        if code:
            raise CommandError("The run was not clean; see above.", returncode=1)

    def _run_apart(self, options: dict[str, Any], database: str) -> int:
        names = ("pair", "records", "seed", "base_port")
        passed = [text for name in names for text in (f"--{name.replace('_', '-')}", str(options[name]))]
        if options["report"]:
            passed += ["--report", str(options["report"].resolve())]
        environment = {
            **os.environ,
            **parent_death_environment(signal.SIGTERM),
            "DATABASE_URL": _with_path(os.environ["DATABASE_URL"], database),
            "REDIS_URL": _with_path(settings.REDIS_URL, str(_REDIS_DATABASE)),
        }
        return subprocess.run(manage("chaos", "--here", *passed), env=environment, check=False).returncode  # noqa: S603

    def _run(self, options: dict[str, Any]) -> None:
        started, seed = time.monotonic(), options["seed"]
        pair = registry.pair(options["pair"])
        self._say(f"{pair.name}, seed {seed}: starting a sandbox on port {options['base_port']} ...")
        with sandbox(options["base_port"]) as control:
            self._say(f"Filling the source with at least {options['records']} objects ...")
            fill(control, pair.source, records=options["records"], seed=seed)
            sync = make_sync(control, pair.slug)
            tally = rage(sync, control, seed=seed, tell=self._say)
            self._say("Letting unharmed workers finish what is left ...")
            came_to_rest = come_to_rest(sync, control)
            self._say("Counting from outside ...")
            outcome = report_of(
                sync, control, tally, seed=seed, came_to_rest=came_to_rest, seconds=time.monotonic() - started
            )
        text = json.dumps(outcome.report, indent=2, default=str)
        self.stdout.write("\n".join([*outcome.findings[:20], text]))
        if options["report"]:
            options["report"].write_text(text + "\n")
        if not outcome.report["ok"]:
            raise CommandError("Something is lost, doubled, different or held up.", returncode=1)

    def _say(self, text: str) -> None:
        """Print at once, though another program may read it."""
        self.stdout.write(text)
        self.stdout.flush()


def _with_path(url: str, path: str) -> str:
    """Give the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))

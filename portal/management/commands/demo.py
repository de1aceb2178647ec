"""`manage.py demo`: the main job on real servers over real sockets, then the company to look at."""

import json
import logging
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from integrations import registry
from integrations.engine import syncs
from portal.checker import Control
from portal.demo import company, payables, postings
from portal.demo.report import is_ok, pair_report
from portal.demo.stack import Stack, answers, pause, programs, running, taken, wait_for

_COUNTED = (
    "Each flow counts all that it looked at: payments and refunds both go through every transaction, and skip what is "
    "the other's."
)


class Command(BaseCommand):
    """Start everything, run all syncs, print what happened, keep serving."""

    help = "Start everything with a demo company on the sandbox, run its syncs, and keep serving (or stop with --once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ports, size and the report's file."""
        parser.add_argument("--once", action="store_true", help="stop after the report; exit 0 only if all is right")
        parser.add_argument("--report", type=Path, help="write the report as JSON")
        parser.add_argument("--port", type=int, default=8000, help="of the portal")
        parser.add_argument("--base-port", type=int, default=8100, help="of the sandbox's control API")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--customers", type=int, default=50)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--timeout", type=float, default=600.0, help="seconds that the syncs may take")
        parser.add_argument("--fresh", action="store_true", help="start with an empty sandbox and a new company")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the demo; Ctrl-C and SIGTERM stop all that it started."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        logging.getLogger().setLevel(logging.WARNING)  # the table is what this command prints
        self.options = options
        self.started = time.monotonic()
        self.portal_url = f"http://127.0.0.1:{options['port']}"
        self.control = Control(f"http://127.0.0.1:{options['base_port']}")
        try:
            ok = self._handle()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
            return
        if options["once"] and not ok:
            raise CommandError("The demo found something missing, doubled or different; see above.", returncode=1)

    def _handle(self) -> bool:
        call_command("migrate", verbosity=0)
        settings.SANDBOX_BASE_PORT = self.options["base_port"]
        if answers(f"http://127.0.0.1:{self.options['base_port']}/credentials"):
            self.stdout.write("A sandbox is serving already: this run uses it.")
            return self._run(None)
        self._refuse_taken_ports()
        self.stdout.write("Starting the sandbox, the workers and the portal ...")
        local = settings.BASE_DIR / ".local"
        state = local / "sandbox.state"
        if self.options["fresh"]:
            state.unlink(missing_ok=True)
        names = ("base_port", "seed", "customers", "workers")
        stack = Stack(
            programs(web_port=self.options["port"], state=state, **{name: self.options[name] for name in names}),
            local / "logs",
        )
        with running(stack):
            wait_for(f"http://127.0.0.1:{self.options['base_port']}/credentials", stack, what="sandbox")
            wait_for(f"{self.portal_url}/accounts/login/", stack, what="web")
            self.stdout.write("Running the syncs of five pairs; a first run takes a minute or two ...")
            ok = self._run(stack)
            if not self.options["once"]:
                self._serve(stack)
        return ok

    def _refuse_taken_ports(self) -> None:
        """Raise CommandError where another program listens on a port of the portal or of the sandbox."""
        port, base = self.options["port"], self.options["base_port"]
        offsets = [one.sandbox_port_offset for one in registry.connectors().values()]
        if busy := taken([port, base, *(base + each for each in offsets if each is not None)]):
            raise CommandError(
                f"Another program listens on port {', '.join(map(str, busy))}. End it, or choose other ports: "
                ".venv/bin/python manage.py demo --port 8001 --base-port 8200"
            )

    def _run(self, stack: Stack | None) -> bool:
        self.world: str = self.control.get("/clock")["world"]
        since = company.newest_run(self.world)  # before the company: the scheduler may be faster than we are
        demo = company.demo_company(self.world, self.control.get("/credentials"))
        for sync in demo.paused:
            self.stdout.write(f"{sync.name} is paused: it is left alone. Switch it on in the portal to have it run.")
        writes = {sync.target.connector: self.control.writes(sync.target.connector) for sync in demo.syncs}
        for sync in demo.syncs:
            if company.is_told_by_form(sync):
                self.control.post(f"/webhooks/{sync.source.connector}", company.webhook_of(sync, self.portal_url))
            company.subscribe(sync, self.portal_url)
            syncs.run_now(sync, actor=company.ACTOR)
        self._wait(demo, since, stack)
        self._post(demo, stack)
        self._pay(demo, stack)
        return self._report(demo, since, writes)

    def _post(self, demo: company.Demo, stack: Stack | None) -> None:
        """Let batches be posted, and what waits for that go on."""
        for _ in range(postings.ROUNDS):
            waking = tuple(sync for sync in demo.syncs if postings.post_batches(sync, self.control))
            if not waking:
                return
            self._again(company.Demo(tenant=demo.tenant, syncs=waking), stack)

    def _again(self, demo: company.Demo, stack: Stack | None) -> None:
        since = company.newest_run(self.world)
        for sync in demo.syncs:
            syncs.run_now(sync, actor=company.ACTOR)
        self._wait(demo, since, stack)

    def _pay(self, demo: company.Demo, stack: Stack | None) -> None:
        """Let BILL pay bills, and its payments come back."""
        paying = company.Demo(
            tenant=demo.tenant, syncs=tuple(sync for sync in demo.syncs if sync.pair == payables.PAIR)
        )
        if paying.syncs and payables.pay_bills(self.control):
            self._again(paying, stack)

    def _wait(self, demo: company.Demo, since: int, stack: Stack | None) -> None:
        deadline = time.monotonic() + self.options["timeout"]
        while not all(company.is_settled(sync, since) for sync in demo.syncs):
            if time.monotonic() > deadline:
                self.stderr.write(
                    f"Not all syncs came to rest within {self.options['timeout']:.0f} s; this is how far they are."
                )
                return
            if stack is not None:
                stack.revive()
            pause(0.3)

    def _report(self, demo: company.Demo, since: int, writes_before: dict[str, int]) -> bool:
        pairs = {}
        findings: list[str] = []
        for sync in demo.syncs:
            pairs[sync.pair], verdict = pair_report(sync, self.control, since)
            findings += verdict.findings
        ok = bool(pairs or demo.paused) and all(is_ok(report) for report in pairs.values())
        writes = {slug: self.control.writes(slug) - before for slug, before in writes_before.items()}
        report = {"ok": ok, "seconds": round(time.monotonic() - self.started, 1), "pairs": pairs, "writes": writes}
        if self.options["report"]:
            self.options["report"].write_text(json.dumps(report, indent=2, default=str) + "\n")
        self._print(report, findings)
        return ok

    def _print(self, report: dict[str, Any], findings: list[str]) -> None:
        columns = ("read", "delivered", "unchanged", "waiting", "parked", "skipped", "different", "unknown")
        for slug, pair in report["pairs"].items():
            self.stdout.write(f"\n{slug}\n{'flow':<14}" + "".join(f"{name:>11}" for name in columns))
            for flow in (each.slug for each in registry.pair(slug).flows if each.slug in pair["flows"]):
                counts = pair["flows"][flow]
                self.stdout.write(f"{flow:<14}" + "".join(f"{counts[name]:>11}" for name in columns))
            checks = ", ".join(f"{name} {pair[name]}" for name in ("duplicates", "missing", "amount_differences"))
            self.stdout.write(f"checked from outside: {checks}; reconciled: {'yes' if pair['reconciled'] else 'NO'}")
            for kind, scope in pair["out_of_scope"].items():
                self.stdout.write(f"not posted: {scope['n']} {kind.replace('_', ' ')}. {scope['why']}")
        self.stdout.write(f"\n{_COUNTED}")
        for finding in findings[:20]:
            self.stdout.write(f"  {finding}")
        self.stdout.write(f"\n{'All is right' if report['ok'] else 'Something is wrong'} after {report['seconds']} s.")

    def _serve(self, stack: Stack) -> None:
        self.stdout.write(
            f"\nThe portal: {self.portal_url}/    the sandbox: http://127.0.0.1:{self.options['base_port']}/credentials"
        )
        for email, _, role in company.PEOPLE:
            self.stdout.write(f"  {role.label:<12}{email:<28}{company.PASSWORD}")
        self.stdout.write(f"  {'Support':<12}{company.STAFF:<28}{company.PASSWORD}    {self.portal_url}/admin/")
        self.stdout.write("Mails, such as the link that confirms a new account, are written to .local/logs/web.log.")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()
        while True:
            stack.revive()
            pause(2)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt

"""`manage.py bench`: measure, each figure against a floor measured in the same run."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.bench.audit import bench_audit
from portal.bench.crowd import Size
from portal.bench.growth import bench_growth
from portal.bench.mapping import bench_mapping
from portal.bench.pages import bench_pages
from portal.bench.scheduler import bench_scheduler
from portal.bench.sync import bench_sync
from portal.bench.webhooks import bench_webhooks

WHAT = ("sync", "webhooks", "scheduler", "audit", "mapping", "pages", "growth")


class Command(BaseCommand):
    """Run one benchmark and write its report."""

    help = "Measure, each figure against a floor measured in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to measure and where to report."""
        parser.add_argument("what", choices=WHAT)
        parser.add_argument("--report", type=Path, help="write the report as JSON")
        parser.add_argument("--records", type=int, default=2000)
        parser.add_argument("--attempts", type=int, default=1_000_000, help="of the company whose pages are measured")
        parser.add_argument("--per-minute", type=int, default=1000, help="requests that the source allows")
        parser.add_argument("--base-port", type=int, default=8300, help="of the benchmark's own sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and report."""
        call_command("migrate", verbosity=0)
        report = self._measure(options["what"], options)
        text = json.dumps(report, indent=2, default=str)
        self.stdout.write(text)
        if options["report"]:
            options["report"].write_text(text + "\n")

    def _measure(self, what: str, options: dict[str, Any]) -> dict[str, Any]:
        port = options["base_port"]
        benches: dict[str, Callable[[], dict[str, Any]]] = {
            "sync": lambda: bench_sync(records=options["records"], base_port=port),
            "webhooks": lambda: bench_webhooks(per_minute=options["per_minute"], base_port=port),
            "scheduler": bench_scheduler,
            "audit": bench_audit,
            "mapping": bench_mapping,
            "pages": lambda: bench_pages(size=Size(attempts=options["attempts"])),
            "growth": lambda: bench_growth(base_port=port),
        }
        return benches[what]()

"""`manage.py sandbox`: the simulators alone, each on its own port, with the control API on the base port."""

import asyncio
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.registry import simulators
from integrations.sandbox.app import Controlled
from integrations.sandbox.server import Running, serve
from integrations.sandbox.state import load, save
from integrations.sandbox.world import World


class Command(BaseCommand):
    """Serve the sandbox until interrupted."""

    help = "Serve the simulators of all systems, each on its own port, until interrupted."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the ports and the seed of what the sandbox is filled with."""
        parser.add_argument(
            "--base-port", type=int, default=8100, help="control API; systems listen on the ports after"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same billing history")
        parser.add_argument("--customers", type=int, default=50, help="0 leaves the sandbox empty")
        parser.add_argument("--state", type=Path, help="keep the sandbox in this file from one start to the next")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the world, fill it, serve it."""
        path: Path | None = options["state"]
        world = load(path) if path else None
        if world is None:
            world = World(simulators(), seed=options["seed"])
            if options["customers"]:
                fill(world, customers=options["customers"], seed=options["seed"])
        try:
            asyncio.run(self._serve(world, options["base_port"]))
        except OSError as error:
            raise CommandError(f"{error.strerror or error}. Choose other ports with --base-port.") from error
        if path:
            save(world, path)

    async def _serve(self, world: World, base_port: int) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await serve(world, base_port, stop, lambda where: self._announce(world, where))

    def _announce(self, world: World, where: Running) -> None:
        rows = [("control API", where.control, "")]
        rows += [(slug, where.origin(slug), ", ".join(world.simulators[slug].hosts()[:2])) for slug in where.ports]
        for name, origin, hosts in rows:
            self.stdout.write(f"{name:<14}{origin:<26}{hosts}")
        self.stdout.flush()


def fill(world: World, *, customers: int, seed: int) -> None:
    """Let every simulator that can generate do so, as `POST /generate/{system}` would."""
    for simulator in world.simulators.values():
        generate = simulator.controls().get("POST generate") if isinstance(simulator, Controlled) else None
        if generate is not None:
            generate({"customers": customers, "seed": seed})

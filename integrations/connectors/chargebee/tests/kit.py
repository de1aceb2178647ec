"""A sandbox Chargebee on a real socket, and sessions against it, for tests: its clock stands still until waited for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.connectors.chargebee.session import ChargebeeSession
from integrations.connectors.chargebee.simulator import build
from integrations.connectors.chargebee.simulator.site import Site
from integrations.connectors.chargebee.simulator.system import ChargebeeSimulator
from integrations.contracts import Window
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.testing import Bench, Canned, running_bench

START = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)
SITE, KEY = "acme-test", "test_SandboxAcmeReadOnly"
CLASSIC, CLASSIC_KEY = "acme-classic-test", "test_SandboxClassicReadOnly"


@dataclass(slots=True, kw_only=True)
class Sandbox(Bench):
    """A running world with one Chargebee."""

    slug: ClassVar[str] = "chargebee"
    start: ClassVar[datetime] = START

    def session(self, environment: str = "sandbox", **typed: str) -> ChargebeeSession:
        """Open a session as the portal would, with what is typed into the form."""
        values = {"site": SITE, "api_key": KEY, "lag_s": "0", **typed}
        return self.open(CONNECTOR.open, CONNECTOR.clean(values), environment)

    def site(self, name: str = SITE) -> Site:
        """Give a site of the simulator, to act on it."""
        simulator = self.world.simulators["chargebee"]
        assert isinstance(simulator, ChargebeeSimulator)
        return simulator._sites[name]

    def later(self, seconds: float = 60) -> datetime:
        """Let time pass; give the present."""
        self.world.advance(seconds)
        return self.world.clock.now()


@contextmanager
def open_sandbox() -> Iterator[Sandbox]:
    """Run an empty Chargebee whose lists do not lag and whose limits do not bite."""
    with running_bench(Sandbox, build) as sandbox:
        for name in (SITE, CLASSIC):
            sandbox.site(name).knobs.per_minute = 1_000_000
            sandbox.site(name).knobs.index_lag_s = 0.0
        yield sandbox


class Prepared(Canned):
    """A system that gives prepared answers by path, whatever the query says: what no honest simulator does."""

    slug = "chargebee"
    port_offset = 1

    def __init__(self, answers: Mapping[str, Json | Response]) -> None:
        super().__init__()
        self._answers = answers

    def answer(self, request: Request) -> Response:
        found = self._answers.get(request.path.removeprefix("/api/v2/"))
        if isinstance(found, Response):
            return found
        if found is None:
            return Response.json(404, {"message": "Unknown.", "api_error_code": "resource_not_found"})
        return Response.json(200, found)


@contextmanager
def open_canned(answers: Mapping[str, Json | Response]) -> Iterator[ChargebeeSession]:
    """Open a session against prepared answers."""
    with running_bench(Sandbox, lambda _: Prepared(answers)) as sandbox:
        yield sandbox.session()


def read_all(stream, start: datetime | None, end: datetime, position: str = "") -> list:
    """Read a window to its end; give its records."""
    pages = stream.pages(Window(start=start, end=end, position=position))
    return [record for page in pages for record in page.records]


def keys(records) -> list[str]:
    """Give the records' keys in order of their letters."""
    return sorted(record.key for record in records)

"""A sandbox Chargebee on a real socket, and sessions against it, for tests: its clock stands still until waited for."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.connectors.chargebee.session import ChargebeeSession
from integrations.connectors.chargebee.simulator import build
from integrations.connectors.chargebee.simulator.site import Site
from integrations.connectors.chargebee.simulator.system import ChargebeeSimulator
from integrations.contracts import Dial, Settings, Tools, Window
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.server import LOOPBACK, running
from integrations.sandbox.world import World

START = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)
SITE, KEY = "acme-test", "test_SandboxAcmeReadOnly"
CLASSIC, CLASSIC_KEY = "acme-classic-test", "test_SandboxClassicReadOnly"


class WorldClock:
    """Tells the world's time; waiting moves it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        self._world.advance(seconds)


class FreeLimiter:
    """Lets every call through and remembers what was asked for."""

    def __init__(self) -> None:
        self.pauses: list[float | None] = []

    def permit(self) -> AbstractContextManager[None]:
        return nullcontext()

    def slow_down(self, retry_after_s: float | None) -> None:
        self.pauses.append(retry_after_s)


class NoTokens:
    """Keeps nothing: Chargebee has no tokens."""

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, token: str, ttl_s: int) -> None:
        return None

    def drop(self, name: str) -> None:
        return None

    def login(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()


class Loopback:
    """Dials every host at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._port, scheme="http")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running world with one Chargebee."""

    world: World
    port: int
    limiter: FreeLimiter
    opened: ExitStack

    @property
    def tools(self) -> Tools:
        return Tools(
            tokens=NoTokens(),
            limiter=self.limiter,
            clock=WorldClock(self.world),
            egress=Loopback(self.port),
            timeout_s=5.0,
        )

    def session(self, environment: str = "sandbox", **typed: str) -> ChargebeeSession:
        """Open a session as the portal would, with what is typed into the form."""
        values = {"site": SITE, "api_key": KEY, "lag_s": "0", **typed}
        settings = Settings(connection_id="1", environment=environment, values=CONNECTOR.clean(values))
        session = CONNECTOR.open(settings, self.tools)
        self.opened.callback(session.close)
        return session

    def site(self, name: str = SITE) -> Site:
        """Give a site of the simulator, to act on it."""
        simulator = self.world.simulators["chargebee"]
        assert isinstance(simulator, ChargebeeSimulator)
        return simulator._sites[name]

    def later(self, seconds: float = 60) -> datetime:
        """Let time pass; give the present."""
        self.world.advance(seconds)
        return self.world.clock.now()

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.world.faults("chargebee").set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})


@contextmanager
def open_sandbox() -> Iterator[Sandbox]:
    """Run an empty Chargebee whose lists do not lag and whose limits do not bite."""
    world = World([build], clock=SandboxClock(START))
    with running(world) as where, ExitStack() as opened:
        sandbox = Sandbox(world=world, port=where.ports["chargebee"], limiter=FreeLimiter(), opened=opened)
        for name in (SITE, CLASSIC):
            sandbox.site(name).knobs.per_minute = 1_000_000
            sandbox.site(name).knobs.index_lag_s = 0.0
        yield sandbox


class Canned:
    """A system that gives prepared answers by path, whatever the query says: what no honest simulator does."""

    slug = "chargebee"
    port_offset = 1

    def __init__(self, answers: Mapping[str, Json | Response]) -> None:
        self._answers = answers

    def handle(self, request: Request) -> Response:
        found = self._answers.get(request.path.removeprefix("/api/v2/"))
        if isinstance(found, Response):
            return found
        if found is None:
            return Response.json(404, {"message": "Unknown.", "api_error_code": "resource_not_found"})
        return Response.json(200, found)

    def credentials(self) -> Json:
        return {}

    def hosts(self) -> tuple[str, ...]:
        return ()

    def state(self) -> Json:
        return {"documents": []}

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def tick(self) -> None:
        return None

    def reset(self) -> None:
        return None


@contextmanager
def open_canned(answers: Mapping[str, Json | Response]) -> Iterator[ChargebeeSession]:
    """Open a session against prepared answers."""
    world = World([lambda _: Canned(answers)], clock=SandboxClock(START))
    with running(world) as where, ExitStack() as opened:
        sandbox = Sandbox(world=world, port=where.ports["chargebee"], limiter=FreeLimiter(), opened=opened)
        yield sandbox.session()


def read_all(stream, start: datetime | None, end: datetime, position: str = "") -> list:
    """Read a window to its end; give its records."""
    pages = stream.pages(Window(start=start, end=end, position=position))
    return [record for page in pages for record in page.records]


def keys(records) -> list[str]:
    """Give the records' keys in order of their letters."""
    return sorted(record.key for record in records)

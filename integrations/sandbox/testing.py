"""What connectors' tests share: a bench with a session's tools on a running world, and systems of canned answers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import ClassVar, TypeVar

import httpx

from integrations.answer import Answer
from integrations.contracts import Dial, Environment, Session, Settings, Tools
from integrations.money import to_json
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.server import LOOPBACK, running
from integrations.sandbox.world import Builder, World

AnyBench = TypeVar("AnyBench", bound="Bench")
AnySession = TypeVar("AnySession", bound=Session)


class WorldClock:
    """Tells the world's time, or a wrong one; waiting moves it."""

    def __init__(self, world: World, ahead_s: float = 0.0) -> None:
        self._world, self._ahead = world, timedelta(seconds=ahead_s)

    def now(self) -> datetime:
        """Give the world's present."""
        return self._world.clock.now() + self._ahead

    def monotonic(self) -> float:
        """Give this machine's seconds."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Move the world's clock."""
        self._world.advance(seconds)


class FreeLimiter:
    """Lets every call through and remembers the pauses asked for."""

    def __init__(self) -> None:
        self.pauses: list[float | None] = []

    def permit(self) -> AbstractContextManager[None]:
        """Let a call through."""
        return nullcontext()

    def slow_down(self, retry_after_s: float | None) -> None:
        """Remember a pause."""
        self.pauses.append(retry_after_s)


class Tokens:
    """Keeps tokens in memory, and remembers all that there were with their lives; forgets them only with a clock."""

    def __init__(self, clock: SandboxClock | None = None) -> None:
        self.kept: dict[str, str] = {}
        self.ever: list[str] = []
        self.lives: list[int] = []
        self._clock = clock
        self._ends: dict[str, datetime] = {}
        self._logging_in = RLock()

    def get(self, name: str) -> str | None:
        """Give a token, while it lives."""
        if self._clock and name in self._ends and self._clock.now() >= self._ends[name]:
            self.drop(name)
        return self.kept.get(name)

    def put(self, name: str, token: str, ttl_s: int) -> None:
        """Keep a token."""
        self.kept[name] = token
        self.ever.append(token)
        self.lives.append(ttl_s)
        if self._clock:
            self._ends[name] = self._clock.now() + timedelta(seconds=ttl_s)

    def drop(self, name: str) -> None:
        """Forget a token."""
        self.kept.pop(name, None)
        self._ends.pop(name, None)

    @contextmanager
    def login(self, name: str) -> Iterator[None]:
        """Let one thread at a time log in."""
        with self._logging_in:
            yield


class Loopback:
    """Dials every host at one port of this machine, but those that have a port of their own."""

    def __init__(self, port: int, others: Mapping[str, int] | None = None) -> None:
        self._port, self._others = port, others or {}

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        """Give the loopback address."""
        return Dial(host=LOOPBACK, port=self._others.get(host, self._port), scheme="http")


@dataclass(slots=True, kw_only=True)
class Bench:
    """A running world and what sessions against one of its systems need; a connector's kit adds how it opens them."""

    slug: ClassVar[str] = ""
    start: ClassVar[datetime | None] = None  # where the world's clock stands; None: it runs

    world: World
    port: int
    opened: ExitStack
    others: Mapping[str, int] = field(default_factory=dict)  # ports by host
    limiter: FreeLimiter = field(default_factory=FreeLimiter)
    tokens: Tokens = field(default_factory=Tokens)
    ahead_s: float = 0.0
    timeout_s: float = 5.0

    @property
    def tools(self) -> Tools:
        """Give what the engine would hand to a connector."""
        return Tools(
            tokens=self.tokens,
            limiter=self.limiter,
            clock=WorldClock(self.world, self.ahead_s),
            egress=Loopback(self.port, self.others),
            timeout_s=self.timeout_s,
        )

    def open(
        self,
        opener: Callable[[Settings, Tools], AnySession],
        values: Mapping[str, str],
        environment: Environment = "sandbox",
    ) -> AnySession:
        """Open a session with cleaned values, as the portal would; it is closed with the bench."""
        session = opener(Settings(connection_id="1", environment=environment, values=values), self.tools)
        self.opened.callback(session.close)
        return session

    def typed_there(self) -> dict[str, str]:
        """Give the simulator's own credentials, without what it tells beside them."""
        given = self.world.simulators[self.slug].credentials()
        return {name: value for name, value in given.items() if isinstance(value, str)}

    def control(self, call: str, **options: object) -> Json:
        """Make a control call of the simulator."""
        return control(self.world, self.slug, call, **options)

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.world.faults(self.slug).set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})


def control(world: World, slug: str, call: str, **options: object) -> Json:
    """Make a control call of one simulator, such as `POST tamper`."""
    calls: Mapping[str, Callable[[Json], Json]] = world.simulators[slug].controls()  # type: ignore[attr-defined]
    return calls[call](options)


class Canned:
    """A system that answers as a test says: what no honest simulator does; a subclass says how."""

    slug = ""
    port_offset = 0

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        raise NotImplementedError

    def handle(self, request: Request) -> Response:
        """Remember the request and answer it."""
        self.requests.append(request)
        return self.answer(request)

    def credentials(self) -> Json:
        """Give none."""
        return {}

    def hosts(self) -> tuple[str, ...]:
        """Answer for whatever is dialled."""
        return ()

    def state(self) -> Json:
        """Give no documents."""
        return {"documents": []}

    def is_write(self, request: Request) -> bool:
        """Take everything but GET for a write."""
        return request.method != "GET"

    def tick(self) -> None:
        """Nothing waits for the clock."""

    def reset(self) -> None:
        """Nothing is kept."""


@contextmanager
def running_bench(kind: type[AnyBench], build: Builder, **more: object) -> Iterator[AnyBench]:
    """Run one system on a real socket, with what stands beside it; give a bench for it."""
    world = World([build], clock=SandboxClock(kind.start))
    with running(world) as where, ExitStack() as opened:
        others = {host: where.ports[slug] for slug, each in world.simulators.items() for host in each.hosts()}
        yield kind(world=world, port=where.ports[kind.slug], opened=opened, others=others, **more)  # type: ignore[arg-type]


def made_answer(
    status: int, said: object, *, method: str, host: str, path: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """Make an answer as the HTTP client gives it."""
    body = said if isinstance(said, str) else to_json(said)
    return Answer(
        method=method,
        host=host,
        path=path,
        status=status,
        headers=httpx.Headers(headers or {}),
        body=body.encode(),
        request_id="r1",
        ms=1,
    )

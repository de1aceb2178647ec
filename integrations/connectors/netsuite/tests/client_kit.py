"""Tools, credentials and sessions for the client's tests: against the simulator, or against canned answers."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import httpx

from integrations.answer import Answer
from integrations.connectors.netsuite.connector import CONNECTOR
from integrations.connectors.netsuite.credentials import generate
from integrations.connectors.netsuite.session import NetSuiteSession
from integrations.contracts import Dial, Settings, Tools
from integrations.money import to_json
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.server import LOOPBACK, running
from integrations.sandbox.world import World

START = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
ACCOUNT = "1234567_SB1"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
TIME_PATH = "/services/rest/system/v1/serverTime"
SUITEQL_PATH = "/services/rest/query/v1/suiteql"


class WorldClock:
    """Tells the world's time, or a wrong one; waiting moves it."""

    def __init__(self, world: World, ahead_s: float = 0.0) -> None:
        self._world = world
        self._ahead_s = ahead_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world.clock.now().timestamp() + self._ahead_s, UTC)

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


class Tokens:
    """Keeps tokens in memory; their life is not counted."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.lives: list[int] = []

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, token: str, ttl_s: int) -> None:
        self.kept[name] = token
        self.lives.append(ttl_s)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def login(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()


class Loopback:
    """Dials every host at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._port, scheme="http")


@cache
def key_pair(algorithm: str = "PS256") -> dict[str, str]:
    """Make one pair per kind and test run: RSA keys take their time."""
    return generate({"algorithm": algorithm, "account_id": ACCOUNT})


def credentials(**typed: str) -> dict[str, str]:
    """Give what a customer would type."""
    ids = {"account_id": ACCOUNT, "client_id": "client-0123456789", "certificate_id": "certificate-01"}
    pair = key_pair(typed.get("algorithm", "PS256"))
    return {"algorithm": "PS256", **pair, **ids, **typed}


@dataclass(slots=True)
class Bench:
    """A running world, and sessions against its NetSuite."""

    world: World
    port: int
    opened: ExitStack
    typed: dict[str, str]
    limiter: FreeLimiter = field(default_factory=FreeLimiter)
    tokens: Tokens = field(default_factory=Tokens)
    ahead_s: float = 0.0

    @property
    def tools(self) -> Tools:
        return Tools(
            tokens=self.tokens,
            limiter=self.limiter,
            clock=WorldClock(self.world, self.ahead_s),
            egress=Loopback(self.port),
            timeout_s=5.0,
        )

    def session(self, **typed: str) -> NetSuiteSession:
        """Open a session as the portal would, with what is typed into the form."""
        values = CONNECTOR.clean({**self.typed, **typed})
        settings = Settings(connection_id="1", environment="sandbox", values=values)
        session = CONNECTOR.open(settings, self.tools)
        assert isinstance(session, NetSuiteSession)
        self.opened.callback(session.close)
        return session

    def traffic(self) -> dict[tuple[str, str], int]:
        """Give the calls so far by method and path, the token's left out."""
        calls = self.world.traffic["netsuite"].calls
        return {key: count for key, count in calls.items() if key[1] != TOKEN_PATH}


# Canned answers: what no honest simulator does


class Canned:
    """Answers by a function of the request; grants tokens by itself."""

    slug = "netsuite"
    port_offset = 4

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        answered = self._answer(request)
        if answered.status == 599 and request.path == TOKEN_PATH:
            return Response.json(
                200, {"access_token": f"t{len(self.requests)}", "expires_in": 3600, "token_type": "Bearer"}
            )
        return answered

    def credentials(self) -> Json:
        return {}

    def hosts(self) -> tuple[str, ...]:
        return ()

    def state(self) -> Json:
        return {}

    def is_write(self, request: Request) -> bool:
        return request.method in ("PUT", "PATCH")

    def tick(self) -> None:
        return None

    def reset(self) -> None:
        return None


OWN = Response.empty(599)  # the canned system's own answer: a token, or what the test sees as a mistake


@contextmanager
def canned(answer: Callable[[Request], Response]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned NetSuite on a real socket."""
    system = Canned(answer)
    world = World([lambda _: system], clock=SandboxClock(START))
    with running(world) as where, ExitStack() as opened:
        yield Bench(world=world, port=where.ports["netsuite"], opened=opened, typed=credentials()), system


def answer_of(status: int, said: object, **headers: str) -> Answer:
    """Make an answer as the HTTP client gives it."""
    body = said if isinstance(said, str) else to_json(said)
    return Answer(
        method="PUT",
        host="1234567-sb1.suitetalk.api.netsuite.com",
        path="/services/rest/record/v1/invoice/eid:CB-acme-INV-1",
        status=status,
        headers=httpx.Headers(headers),
        body=body.encode(),
        request_id="r1",
        ms=1,
    )


def fault(status: int, code: str, detail: str, path: str = "") -> Answer:
    """Make an error answer in NetSuite's form."""
    entry = {"detail": detail, "o:errorCode": code, **({"o:errorPath": path} if path else {})}
    return answer_of(status, {"type": "about:blank", "title": "Error", "status": status, "o:errorDetails": [entry]})

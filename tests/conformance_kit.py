"""One simulator on a real socket, sessions against it, and what a connector offers: found out, never listed by hand."""

import ast
import re
import socket
import threading
import time
from base64 import b32encode, b64decode
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib import import_module

from integrations import registry
from integrations.contracts import Connector, Dial, Draft, Facts, Session, Settings, Tools, Window
from integrations.errors import ConnectorError
from integrations.probe import probe
from integrations.sandbox.app import Controlled, Request, Response
from integrations.sandbox.server import LOOPBACK, Running, running
from integrations.sandbox.world import World
from mappings.catalogue import TargetField

SLUGS = sorted(registry.connectors())
DAY = date(2026, 11, 3)
TOO_BIG = 10_500_000
NOBODY = "87654321"  # the id of a party that no system has
REFERENCE_VALUES = "reference_values"


class WorldClock:
    """Tells the world's time; waiting moves it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self):
        return self._world.clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        self._world.advance(seconds)


class Pace:
    """Keeps to a connector's calls per minute by moving the world's clock."""

    def __init__(self, world: World, per_minute: int | None) -> None:
        self._world, self._per_minute, self._calls = world, per_minute, 0

    def permit(self) -> AbstractContextManager[None]:
        self._calls += 1
        if self._per_minute and self._calls % self._per_minute == 0:
            self._world.advance(60)
        return nullcontext()

    def slow_down(self, retry_after_s: float | None) -> None:
        return None


class Tokens:
    """Keeps tokens in memory and remembers all that there were."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.ever: set[str] = set()

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, token: str, ttl_s: int) -> None:
        self.kept[name] = token
        self.ever.add(token)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def login(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()


class Loopback:
    """Dials each host at the port of the simulator that answers for it, unknown ones at the system's own."""

    def __init__(self, world: World, where: Running, slug: str) -> None:
        hosts = {host: where.ports[name] for name, each in world.simulators.items() for host in each.hosts()}
        self._ports, self._default = hosts, where.ports[slug]

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._ports.get(host, self._default), scheme="http")


class AtPort:
    """Dials every host at one port."""

    def __init__(self, port: int) -> None:
        self._port = port

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._port, scheme="http")


class Bloated:
    """A simulator that can be told to answer everything with more than anybody may send."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.is_on = False

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    def handle(self, request: Request) -> Response:
        return Response.json(200, {"filler": "x" * TOO_BIG}) if self.is_on else self._inner.handle(request)


@dataclass(slots=True)
class Bench:
    """A running world with one system in it."""

    slug: str
    world: World
    egress: Loopback
    pace: Pace
    tokens: Tokens = field(default_factory=Tokens)

    @property
    def connector(self) -> Connector:
        return registry.connector(self.slug)

    def typed(self, **typed: str) -> dict[str, str]:
        """Give what a customer would type into the form."""
        return {**typed_values(self.world, self.slug), **typed}

    def settings(self, **typed: str) -> Settings:
        values = self.connector.clean(self.typed(**typed))
        return Settings(connection_id="1", environment="sandbox", values=values)

    @property
    def tools(self) -> Tools:
        return Tools(
            tokens=self.tokens,
            limiter=self.pace,
            clock=WorldClock(self.world),
            egress=self.egress,
            timeout_s=10.0,
        )

    @contextmanager
    def session(self, tools: Tools | None = None, **typed: str) -> Iterator[Session]:
        """Open a session as the portal would."""
        session = self.connector.open(self.settings(**typed), tools or self.tools)
        try:
            yield session
        finally:
            session.close()

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.world.faults(self.slug).set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})

    def grow(self, customers: int = 24, seed: int = 1) -> None:
        """Let the system do some business, where its simulator can; lists catch up before it returns."""
        simulator = self.world.simulators[self.slug]
        calls = simulator.controls() if isinstance(simulator, Controlled) else {}
        if "POST generate" in calls:
            calls["POST generate"]({"customers": customers, "seed": seed})
        self.world.advance(600)

    def everything(self, position: str = "") -> Window:
        """Give the window of all there is."""
        return Window(start=None, end=self.world.clock.now(), position=position)


@contextmanager
def bench_of(slug: str, wrap=lambda simulator: simulator) -> Iterator[Bench]:
    """Run one system's simulator."""
    world = World([import_module(f"integrations.connectors.{slug}.simulator").build])
    world.simulators[slug] = wrap(world.simulators[slug])
    with running(world) as where:
        pace = Pace(world, registry.connector(slug).limits(settings_of(slug)).per_minute)
        yield Bench(slug=slug, world=world, egress=Loopback(world, where, slug), pace=pace)


def typed_values(world: World, slug: str) -> dict[str, str]:
    """Give the simulator's own credentials, without what it tells beside them."""
    given = world.simulators[slug].credentials()
    return {name: value for name, value in given.items() if isinstance(value, str)}


# What a connector offers


@cache
def settings_of(slug: str) -> Settings:
    """Give the settings of a system's sandbox connection."""
    world = World([import_module(f"integrations.connectors.{slug}.simulator").build])
    values = registry.connector(slug).clean(typed_values(world, slug))
    return Settings(connection_id="1", environment="sandbox", values=values)


@cache
def _offers(slug: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ask an opened session for every word of the connector's code: what it does not know raises KeyError."""
    world = World()
    tools = Tools(tokens=Tokens(), limiter=Pace(world, None), clock=WorldClock(world), egress=AtPort(9))
    session = registry.connector(slug).open(settings_of(slug), tools)
    words = sorted(_words(slug))
    try:
        return tuple(w for w in words if _knows(session.stream, w)), tuple(w for w in words if _knows(session.sink, w))
    finally:
        session.close()


def _words(slug: str) -> set[str]:
    found = set()
    for path in registry.folder("connectors", slug).rglob("*.py"):
        if {"simulator", "tests"} & set(path.parts):
            continue
        constants = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        found |= {value for value in constants if isinstance(value, str) and value.isidentifier()}
    return found


def _knows(give, word: str) -> bool:
    try:
        give(word)
    except KeyError:
        return False
    return True


STREAMS = [(slug, stream) for slug in SLUGS for stream in _offers(slug)[0]]
SINKS = [(slug, sink) for slug in SLUGS for sink in _offers(slug)[1]]
READINGS = [*STREAMS, *((slug, REFERENCE_VALUES) for slug in SLUGS)]


def name_of(pair: tuple[str, str]) -> str:
    """Name a case so that one connector can be chosen with -k."""
    return "-".join(pair)


# Acting on it


def parts(bench: Bench, session: Session, reading: str) -> Iterator[set]:
    """Read a stream page by page, or the reference data entry by entry; give what identifies what was read."""
    if reading == REFERENCE_VALUES:
        for entry in session.reference_values():
            yield {(entry.kind, entry.code)}
        return
    for page in session.stream(reading).pages(bench.everything()):
        assert page.unreadable == ()
        yield {record.key for record in page.records}


def whole(bench: Bench, session: Session, reading: str) -> set:
    """Read all of it."""
    return set().union(*parts(bench, session, reading))


def run_ping(bench: Bench, **typed: str) -> list[str]:
    """Run all steps of a ping as the portal does; give what they tell. Raises the error of a failed check."""
    steps = probe(bench.connector.origin(bench.settings(**typed)), bench.tools)
    assert all(step.ok for step in steps), steps
    with bench.session(**typed) as session:
        return [*(check.run(session) for check in bench.connector.checks), session.identity().fingerprint]


def altered(connector: Connector, name: str, typed: dict[str, str]) -> dict[str, str]:
    """Give a well-formed but wrong value for a secret: a new key pair where the portal makes it, else another end."""
    if next(each for each in connector.fields if each.name == name).kind == "generated" and connector.generate:
        return connector.generate(typed)
    old = typed[name]
    return {name: old[:-1] + ("A" if old[-1] != "A" else "B")}


def secrets_of(bench: Bench) -> set[str]:
    """Give what must never be seen: secrets (long ones by their middle lines, too) and tokens."""
    values = [bench.typed().get(each.name, "") for each in bench.connector.fields if each.is_secret]
    lines = [line for value in values for line in value.splitlines() if not line.startswith("-----")]
    inside = [
        part for token in bench.tokens.ever for part in re.findall(r'(?<=": ")[^"]{12,}|(?<=":")[^"]{12,}', token)
    ]
    return {each for each in (*values, *lines, *bench.tokens.ever, *inside) if len(each) > 5}


def leaks(bench: Bench, said: str) -> list[str]:
    """Give the secrets that stand in a text, plainly or in base64."""
    plain = said + " ".join(_decoded(word) for word in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", said))
    return [secret for secret in secrets_of(bench) if secret in plain]


def _decoded(word: str) -> str:
    try:
        return b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
    except ValueError:
        return ""


def assert_fit_to_show(bench: Bench, error: ConnectorError) -> None:
    """Check that an error has a code and a short sentence without markup and secrets."""
    assert error.code
    assert error.message
    assert len(error.message) < 1500
    assert "<" not in error.message
    assert not leaks(bench, f"{error!r} {error.message} {error.answer} {error.value}")


def drafts(session: Session, sink: str, count: int) -> list[Draft]:
    """Make drafts of documents that do not stand, out of what the sink's catalogue requires."""
    fields = session.sink(sink).catalogue()
    return [_draft(fields, sink, number) for number in range(1, count + 1)]


def _draft(fields: tuple[TargetField, ...], sink: str, number: int) -> Draft:
    key = f"NONE-{number}"
    reference = "C" + b32encode(sha256(key.encode()).digest()).decode()[:19]  # short and plain enough for every system
    payload = _nested(_filled(fields, "header", number))
    if line := _filled(fields, "line", number):
        payload["lines"] = [_nested(line)]
    facts = Facts(name=f"Nobody {number}", customer=NOBODY, currency="USD", total=Decimal("7.31"), date=DAY)
    return Draft(flow="conformance", key=key, sink=sink, reference=reference, payload=payload, facts=facts)


def _filled(fields: tuple[TargetField, ...], level: str, number: int) -> dict[str, object]:
    return {each.name: _sample(each, number) for each in fields if each.required and each.level == level}


def _sample(each: TargetField, number: int) -> object:
    samples = {"amount": Decimal("7.31"), "date": DAY, "bool": True, "integer": number}
    if each.enum or each.type in samples:
        return each.enum[0] if each.enum else samples[each.type]
    text = NOBODY if each.type == "reference" else f"None {number}"
    text = "USD" if each.reference == "currency" else text
    return text[: each.max_length] if each.max_length else text


def _nested(values: dict[str, object]) -> dict[str, object]:
    made: dict = {}
    for name, value in values.items():
        *path, last = name.split(".")
        place = made
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return made


@contextmanager
def dripping(bench: Bench) -> Iterator[Tools]:
    """Serve answers that come a byte at a time and never end; calls may take half a second."""
    stop = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=_serve_drips, args=(server, stop), daemon=True)
        thread.start()
        try:
            yield replace(bench.tools, egress=AtPort(server.getsockname()[1]), timeout_s=0.5)
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve_drips(server: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            caller, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_drip, args=(caller, stop), daemon=True).start()


def _drip(caller: socket.socket, stop: threading.Event) -> None:
    with caller:
        try:
            caller.recv(65_536)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.05):
                caller.sendall(b" ")
        except OSError:
            return

"""One sandbox world: its simulators, their faults, counters and clock, and how a request reaches them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex
from threading import RLock
from wsgiref.types import WSGIApplication

from integrations.sandbox.app import FaultVoice, Gate, Json, Pacer, Request, Response, Simulator
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.faults import Faults, Plan
from integrations.sandbox.wsgi import wsgi_app

Builder = Callable[["World"], Simulator | Sequence[Simulator]]

PATHS_COUNTED = 50_000


@dataclass(slots=True)
class Traffic:
    """What one system was asked so far."""

    reads: int = 0
    writes: int = 0
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, request: Request, *, is_write: bool) -> None:
        """Count one request, refused ones included."""
        if is_write:
            self.writes += 1
        else:
            self.reads += 1
        key = (request.method, request.path)
        self.calls[key if key in self.calls or len(self.calls) < PATHS_COUNTED else (request.method, "other")] += 1


class World:
    """Owns the simulators by slug; every entry takes one lock, so threads may share it."""

    def __init__(
        self, builders: Iterable[Builder] = (), seed: int = 1, clock: SandboxClock | None = None, base_port: int = 0
    ) -> None:
        self.id = token_hex(4)  # tells this world from another that was filled from the same seed
        self.seed = seed
        self.clock = clock or SandboxClock()
        self.base_port = base_port
        self.ports: Mapping[str, int] = {}
        self.simulators: dict[str, Simulator] = {}
        self.traffic: dict[str, Traffic] = {}
        self.lock = RLock()
        self._faults: dict[str, Faults] = {}
        self._gates: dict[str, Gate] = {}
        self._pacers: dict[str, Pacer] = {}
        self._deferred: list[tuple[float, str, Request]] = []
        for build in builders:
            self.add(build)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what belongs to this process alone."""
        return {name: value for name, value in self.__dict__.items() if name not in ("lock", "ports")}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take the kept state and a lock of this process."""
        self.__dict__.update(state)
        self.lock, self.ports = RLock(), {}
        self._pacers = {slug: one for slug, one in self.simulators.items() if isinstance(one, Pacer)}

    def add(self, build: Builder) -> None:
        """Build one more simulator into this world (a builder may give several, such as a system and its sign-in)."""
        built = build(self)
        for simulator in built if isinstance(built, Sequence) else (built,):
            self.simulators[simulator.slug] = simulator
            self.traffic[simulator.slug] = Traffic()
            if isinstance(simulator, Gate):
                self._gates[simulator.slug] = simulator
            if isinstance(simulator, Pacer):
                self._pacers[simulator.slug] = simulator

    def faults(self, slug: str) -> Faults:
        """Give the fault rules of one system; simulators may ask while they are being built."""
        return self._faults.setdefault(slug, Faults())

    def plan(self, slug: str, request: Request) -> Plan:
        """Count a request and decide what shall happen to it; `perform` must follow."""
        with self.lock:
            is_write = self.simulators[slug].is_write(request)
            self.traffic[slug].count(request, is_write=is_write)
            gate = self._gates.get(slug)
            refusal = gate.enter(request) if gate else None
            if refusal is not None:
                return Plan(refusal=refusal)
            plan = self.faults(slug).plan(request, is_write=is_write)
            pacer = self._pacers.get(slug)
            wait_s = pacer.pace_s(request) if pacer else 0.0
            return replace(plan, delay_s=plan.delay_s + wait_s) if wait_s else plan

    def perform(self, slug: str, request: Request, plan: Plan) -> Response | None:
        """Carry out the plan but for its delay; None means that the connection is to be cut."""
        with self.lock:
            if plan.refusal is not None:
                return plan.refusal
            try:
                return self._perform(slug, request, plan)
            finally:
                if slug in self._gates:
                    self._gates[slug].leave(request)

    def _perform(self, slug: str, request: Request, plan: Plan) -> Response | None:
        if plan.drop_before:
            return None
        if plan.commit_later_s is not None:
            self._deferred.append((self.clock.now().timestamp() + plan.commit_later_s, slug, request))
            return None
        if plan.answer:
            return self._faulty(slug, request, plan.answer, plan.value_s)
        response = self.simulators[slug].handle(request)
        return None if plan.drop_after else response

    def tick(self) -> None:
        """Run what is due by the clock: late commits, then each simulator's own timers."""
        with self.lock:
            if self._deferred:
                self._commit_late()
            for simulator in self.simulators.values():
                simulator.tick()

    def advance(self, seconds: float) -> None:
        """Move the clock and let everything that became due happen."""
        with self.lock:
            self.clock.advance(seconds)
            self.tick()

    def reset(self) -> None:
        """Return clock, simulators, faults and counters to their start."""
        with self.lock:
            self.clock.reset()
            self._deferred.clear()
            for slug, simulator in self.simulators.items():
                self.faults(slug).reset()
                self.traffic[slug] = Traffic()
                simulator.reset()

    def wsgi(self, slug: str) -> WSGIApplication:
        """Give one system (or "control") as a WSGI app, for `httpx.WSGITransport`."""
        return wsgi_app(self, slug)

    def state(self, slug: str) -> Json:
        """Give a system's records with what was read and written, for `GET /state/{system}`."""
        with self.lock:
            traffic = self.traffic[slug]
            return {**self.simulators[slug].state(), "reads": traffic.reads, "writes": traffic.writes}

    def _commit_late(self) -> None:
        now = self.clock.now().timestamp()
        due = [row for row in self._deferred if row[0] <= now]
        self._deferred = [row for row in self._deferred if row[0] > now]
        for _, slug, request in due:
            self.simulators[slug].handle(request)

    def _faulty(self, slug: str, request: Request, kind: str, value_s: float | None) -> Response:
        simulator = self.simulators[slug]
        if isinstance(simulator, FaultVoice):
            worded = simulator.fault_answer(kind, request, value_s)
            if worded is not None:
                return worded
        return _plain_fault(kind, value_s)


def _plain_fault(kind: str, value_s: float | None) -> Response:
    if kind == "gateway_html":
        return Response.text(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
    if kind == "server_error":
        return Response.json(500, {"message": "Internal error"})
    hint = (("Retry-After", str(round(1 if value_s is None else value_s))),) if kind == "rate_limit" else ()
    return Response.json(429, {"message": "Too many requests"}, hint)

"""One simulator on a real socket, and sessions against it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from integrations import registry
from integrations.contracts import Connector, Environment, Session, Settings, Tools, Window
from integrations.probe import probe
from integrations.sandbox.app import Controlled
from integrations.sandbox.conformance import Ground
from integrations.sandbox.server import running
from integrations.sandbox.testing import Loopback, Tokens, WorldClock
from integrations.sandbox.world import World
from tests.conformance.systems import build, conformance_of, settings_of, typed_values


class Pace:
    """Keeps to a connector's calls per minute by moving the world's clock; remembers the pauses asked for."""

    def __init__(self, world: World, per_minute: int | None) -> None:
        self._world, self._per_minute, self._calls = world, per_minute, 0
        self.pauses: list[float | None] = []

    def permit(self) -> AbstractContextManager[None]:
        self._calls += 1
        if self._per_minute and self._calls % self._per_minute == 0:
            self._world.advance(60)
        return nullcontext()

    def slow_down(self, retry_after_s: float | None) -> None:
        self.pauses.append(retry_after_s)


@dataclass(slots=True)
class Bench:
    """A running world with one system in it."""

    slug: str
    world: World
    egress: Loopback
    pace: Pace
    tokens: Tokens

    @property
    def connector(self) -> Connector:
        return registry.connector(self.slug)

    def typed(self, **typed: str) -> dict[str, str]:
        """Give what a customer would type into the form."""
        return {**typed_values(self.world, self.slug), **typed}

    def settings(self, environment: Environment = "sandbox", **typed: str) -> Settings:
        values = self.connector.clean(self.typed(**typed))
        return Settings(connection_id="1", environment=environment, values=values)

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
    def session(
        self, tools: Tools | None = None, environment: Environment = "sandbox", **typed: str
    ) -> Iterator[Session]:
        """Open a session as the portal would."""
        session = self.connector.open(self.settings(environment, **typed), tools or self.tools)
        try:
            yield session
        finally:
            session.close()

    def reader(self, reading: str, tools: Tools | None = None) -> AbstractContextManager[Session]:
        """Open a session on a site that has this stream."""
        return self.session(tools, **conformance_of(self.slug).elsewhere.get(reading, {}))

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.world.faults(self.slug).set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})

    def heal(self) -> None:
        """End all faults."""
        self.world.faults(self.slug).reset()

    def documents(self) -> list[dict]:
        """Give what stands in the simulator."""
        return self.world.simulators[self.slug].state()["documents"]

    def ground(self, session: Session) -> Ground:
        """Give what drafts stand on."""
        kit = conformance_of(self.slug).kit(session, self.world)
        return Ground(session=session, world=self.world, slug=self.slug, kit=kit)

    def grow(self, customers: int = 24, seed: int = 1) -> None:
        """Let the system do some business: its simulator's own where it can, else through the connector's sinks."""
        simulator = self.world.simulators[self.slug]
        calls = simulator.controls() if isinstance(simulator, Controlled) else {}
        if "POST generate" in calls:
            calls["POST generate"]({"customers": customers, "seed": seed})
        self._fill(seed)
        self.world.advance(600)

    def _fill(self, seed: int) -> None:
        declared = conformance_of(self.slug)
        if not (declared.trials or declared.fill):
            return
        with self.session() as session:
            ground = self.ground(session)
            for trial in declared.trials:
                ground.book(trial.draft(ground.kit, f"FILL-{seed}-{trial.sink}"))
            if declared.fill:
                declared.fill(ground)

    def everything(self, position: str = "") -> Window:
        """Give the window of all there is."""
        return Window(start=None, end=self.world.clock.now(), position=position)


@contextmanager
def bench_of(slug: str, wrap=lambda simulator: simulator) -> Iterator[Bench]:
    """Run one system's simulator, and what stands beside it."""
    world = build(slug)
    world.simulators[slug] = wrap(world.simulators[slug])
    with running(world) as where:
        pace = Pace(world, registry.connector(slug).limits(settings_of(slug)).per_minute)
        others = {host: where.ports[name] for name, each in world.simulators.items() for host in each.hosts()}
        yield Bench(
            slug=slug, world=world, egress=Loopback(where.ports[slug], others), pace=pace, tokens=Tokens(world.clock)
        )


def run_ping(bench: Bench, environment: Environment = "sandbox", **typed: str) -> list[str]:
    """Run all steps of a ping as the portal does; give what they tell. Raises the error of a failed check."""
    steps = probe(bench.connector.origin(bench.settings(environment, **typed)), bench.tools)
    assert all(step.ok for step in steps), steps
    with bench.session(environment=environment, **typed) as session:
        return [*(check.run(session) for check in bench.connector.checks), session.identity().fingerprint]

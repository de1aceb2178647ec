"""A sandbox on real sockets and a company with a sync on it, for tests that run the whole engine."""

import json
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from email.message import Message
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError

from django.conf import settings

from integrations import registry
from integrations.engine import connections, syncs
from integrations.engine.ping import ping
from integrations.engine.run import RunResult, run_sync
from integrations.engine.tests.builders import make_tenant
from integrations.models import Connection, Link, Sync, SyncRecord
from integrations.sandbox.app import Request, Simulator
from integrations.sandbox.control import Control as Answering
from integrations.sandbox.server import running
from integrations.sandbox.tests.ports import free_block
from integrations.sandbox.world import Traffic, World
from portal.checker import Control, check_pair
from portal.models import Tenant
from portal.tests import databases

ACTOR = "test"


_KEPT = 32
_KEPT_RESTED = 8
_RESTED_S = 60  # after which what is due by the clock would differ


class _Simulators(dict[str, Simulator]):
    """Remembers which simulators were asked for: no other has changed."""

    def __init__(self, made: Mapping[str, Simulator]) -> None:
        super().__init__(made)
        self.asked_for: set[str] = set()

    def __getitem__(self, slug: str) -> Simulator:
        self.asked_for.add(slug)
        return super().__getitem__(slug)


class ManyTimes(World):
    """A world for test after test: it begins anew with those simulators alone that a test has used."""

    simulators: _Simulators

    def __init__(self, seed: int) -> None:
        super().__init__(registry.simulators(), seed=seed)
        self.simulators = _Simulators(self.simulators)
        self._made = {name: value for name, value in self.__getstate__().items() if name != "base_port"}

    def __getstate__(self) -> dict[str, object]:
        """Leave out what it began with: a kept state is put back into the same world."""
        return {name: value for name, value in super().__getstate__().items() if name != "_made"}

    def reset(self) -> None:
        """Return clock, used simulators, faults and counters to their start."""
        with self.lock:
            self.clock.reset()
            self._deferred.clear()
            for slug, simulator in self.simulators.items():
                self.faults(slug).reset()
                self.traffic[slug] = Traffic()
                if slug in self.simulators.asked_for:
                    simulator.reset()

    def begin(self) -> None:
        """Return all to its start, for users that hold nothing of those before, with the simulators made first.

        Those of a kept state have copies of what their modules hold, and tests may change that.
        """
        with self.lock:
            self.__dict__.update(self._made)
        self.reset()
        self.simulators.asked_for.clear()

    def take_back(self, kept: bytes) -> None:
        """Take a kept state, at the ports of now; what sends webhooks goes on with what it sent for before."""
        again = pickle.loads(kept)
        again.base_port = self.base_port
        with self.lock:
            self.__dict__.update(again.__getstate__())


class Told(Control):
    """The control API of a world in this process, asked without a socket: tests ask it more often than anything else.

    It remembers what it was told: equally told sandboxes are equal.
    """

    def __init__(self, world: World, base_url: str) -> None:
        super().__init__(base_url)
        self.orders: list[tuple[str, str, dict[str, Any] | None]] = []
        self._answering = Answering(world)

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        if path == "/reset":
            self.orders.clear()
        elif method != "GET":
            self.orders.append((method, path, body))
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self._answering.handle(Request.make(method, path, body=sent))
        if answer.status != HTTPStatus.OK:
            raise HTTPError(path, answer.status, answer.body.decode(), Message(), None)
        return json.loads(answer.body, parse_float=Decimal)


@dataclass(slots=True)
class Sandbox:
    """A running sandbox."""

    world: ManyTimes
    control: Told
    base_port: int

    def fault(self, system: str, kind: str, **rule: object) -> None:
        """Switch a fault on."""
        self.control.post(f"/faults/{system}", {"seed": 1, "rules": [{"kind": kind, "rate": 1.0, **rule}]})

    def heal(self, system: str) -> None:
        """Switch all faults of a system off."""
        self.control.delete(f"/faults/{system}")


@cache
def _world(seed: int) -> ManyTimes:
    return ManyTimes(seed)


@contextmanager
def sandbox(*, seed: int = 1) -> Iterator[Sandbox]:
    """Serve an empty sandbox on a free block of ports, and let sandbox connections be dialled there.

    The world is this process's own one of that seed, reset: it keeps its credentials.
    """
    base = free_block()
    world = _world(seed)
    world.begin()
    before = settings.SANDBOX_BASE_PORT
    with running(world, base):
        settings.SANDBOX_BASE_PORT = base
        try:
            yield Sandbox(world=world, control=Told(world, f"http://127.0.0.1:{base}"), base_port=base)
        finally:
            settings.SANDBOX_BASE_PORT = before


def make_side(tenant: Tenant, box: Sandbox, slug: str, **values: str) -> Connection:
    """Make and ping a sandbox connection."""
    typed = {key: str(value) for key, value in box.control.get("/credentials")[slug].items()}
    made = connections.create_connection(
        tenant_id=tenant.pk,
        connector_slug=slug,
        name=slug,
        environment="sandbox",
        values={**typed, **values},
        actor=ACTOR,
    )
    checked = ping(made, actor=ACTOR)
    assert checked.ok, [step for step in checked.steps if not step["ok"]]
    made.refresh_from_db()
    return made


def make_live_sync(box: Sandbox, pair_slug: str = "chargebee_to_netsuite", **changes: object) -> Sync:
    """Make a company, both connections and a sync, and switch it on.

    The first of an empty database is kept, and put back where another is asked for on an equally told sandbox.
    """
    if Tenant.objects.exists():
        return _make_live_sync(box, pair_slug, changes)
    told = [box.world.id, box.control.orders, pair_slug, changes]
    key = json.dumps(told, default=str, sort_keys=True)
    if kept := _kept.get(key):
        _kept.move_to_end(key)
        databases.put_back(kept)
        return Sync.objects.get()
    made = _make_live_sync(box, pair_slug, changes)
    _kept[key] = databases.take_snapshot()
    if len(_kept) > _KEPT:
        _kept.popitem(last=False)  # the one not asked for the longest: most are a single module's
    return made


_kept: OrderedDict[str, databases.Snapshot] = OrderedDict()


@dataclass(frozen=True, slots=True)
class _Rested:
    """A sync at rest: what stands in the database, in the systems, and what was told to them."""

    at_s: float
    rows: databases.Snapshot
    world: bytes
    orders: list[tuple[str, str, dict[str, Any] | None]]


_rested: OrderedDict[str, _Rested] = OrderedDict()


def rested(build: Callable[..., Sync], box: Sandbox, **given: Any) -> Sync:
    """Give the one sync that `build(box, **given)` makes and brings to rest.

    The first of an empty database is kept, and put back where the same is asked of an equally told sandbox.
    """
    if Tenant.objects.exists():
        return build(box, **given)
    key = json.dumps([box.world.id, box.control.orders, build.__module__, build.__qualname__, given], sort_keys=True)
    kept = _rested.get(key)
    if kept and time.monotonic() - kept.at_s < _RESTED_S:
        databases.put_back(kept.rows)
        box.world.take_back(kept.world)
        box.control.orders = list(kept.orders)
        return Sync.objects.get()
    made = build(box, **given)
    with box.world.lock:
        world = pickle.dumps(box.world)
    _rested[key] = _Rested(time.monotonic(), databases.take_snapshot(), world, list(box.control.orders))
    _rested.move_to_end(key)
    if len(_rested) > _KEPT_RESTED:
        _rested.popitem(last=False)
    return made


def _make_live_sync(box: Sandbox, pair_slug: str, changes: Mapping[str, object]) -> Sync:
    tenant, pair = make_tenant(), registry.pair(pair_slug)
    source = make_side(tenant, box, pair.source, lag_s="0")
    target = make_side(tenant, box, pair.target)
    sync = syncs.create_sync(
        tenant_id=tenant.pk, pair_slug=pair_slug, name="test", source=source, target=target, actor=ACTOR
    )
    if changes:
        syncs.change_sync(sync, changes=dict(changes), actor=ACTOR)
    syncs.activate(sync, actor=ACTOR)
    return sync


def run_to_rest(sync: Sync, *, trigger: str = "manual", rounds: int = 20) -> RunResult:
    """Run slices until nothing is left to do now."""
    result = run_sync(sync.pk, trigger=trigger)
    for _ in range(rounds):
        if not result.goes_on:
            return result
        result = run_sync(sync.pk, trigger=trigger)
    raise AssertionError(f"The sync did not come to rest in {rounds} slices.")


def states(sync: Sync) -> dict[str, dict[str, int]]:
    """Count SyncRecords by flow and state."""
    counts: dict[str, dict[str, int]] = {}
    for flow, state in SyncRecord.objects.filter(sync=sync).values_list("flow", "state"):
        counts.setdefault(flow, {}).setdefault(state, 0)
        counts[flow][state] += 1
    return counts


def held(sync: Sync) -> list[tuple[str, str, str, str]]:
    """Name what is not delivered, with its reason."""
    records = SyncRecord.objects.filter(sync=sync).exclude(state="delivered")
    return list(records.values_list("flow", "natural_key", "state", "reason"))


def verdict(sync: Sync, box: Sandbox):
    """Let the checker count from outside."""
    exempt = set(SyncRecord.objects.filter(sync=sync).exclude(state="delivered").values_list("flow", "natural_key"))
    return check_pair(sync.pair, box.control, exempt=exempt)


def links(sync: Sync, flow: str) -> dict[str, str]:
    """Give external ids by natural key."""
    return dict(Link.objects.filter(tenant=sync.tenant, flow=flow).values_list("natural_key", "external_id"))

"""How much the engine adds to a bare loop that posts the same bodies: reading, mapping, find, audit, read-back."""

import secrets
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from audit.models import Attempt
from integrations import registry
from integrations.engine import connections, syncs
from integrations.engine.ping import ping
from integrations.engine.run import run_sync
from integrations.models import Connection, Sync, SyncRecord
from integrations.money import from_json, to_json
from portal.bench.floor import post_all
from portal.bench.measure import Measured, machine, measured
from portal.checker import Control
from portal.demo.stack import Program, Stack, manage, running, wait_for
from portal.models import Tenant

PAIR = "chargebee_to_netsuite"
CONCURRENCY = 5
ROUNDS = 3
FLOOR_PER_S = 300  # below it the machine, not the engine, was measured
LATENCY_S = 0.1
_LONG_S = 3600.0


@dataclass(slots=True)
class Round:
    """One timed run and the floor under it."""

    ours: Measured
    floor_s: float
    calls: int


def bench_sync(*, records: int, base_port: int) -> dict[str, Any]:
    """Measure at zero and at 100 ms latency; ratios are of medians over the rounds of one run."""
    with sandbox(base_port) as control:
        rounds = [_round(control, records, base_port, latency_s=0) for _ in range(ROUNDS)]
        slow = _round(control, records, base_port, latency_s=LATENCY_S)
    return _report(rounds, slow, records)


def _report(rounds: list[Round], slow: Round, records: int) -> dict[str, Any]:
    ours = statistics.median(each.ours.wall_s for each in rounds)
    floor = statistics.median(each.floor_s for each in rounds)
    floor_per_s = records / floor
    figures = {
        "records": records,
        "wall_s": round(ours, 3),
        "floor_s": round(floor, 3),
        "wall_s_each": [round(each.ours.wall_s, 3) for each in rounds],
        "floor_s_each": [round(each.floor_s, 3) for each in rounds],
        "floor_posts_per_s": round(floor_per_s),
        "is_void": floor_per_s < FLOOR_PER_S,
        "worker_cpu_ms_per_record": round(statistics.median(each.ours.cpu_s for each in rounds) / records * 1000, 3),
        "calls_per_record": round(rounds[-1].calls / records, 3),
        "db_roundtrips_per_record": round(rounds[-1].ours.queries / records, 4),
        "wall_s_100ms": round(slow.ours.wall_s, 3),
        "floor_s_100ms": round(slow.floor_s, 3),
    }
    ratio = {"vs_bare_loop": round(ours / floor, 3), "vs_bare_loop_100ms": round(slow.ours.wall_s / slow.floor_s, 3)}
    return {"name": "sync", "figures": figures, "ratio": ratio, "machine": machine()}


@contextmanager
def sandbox(base_port: int) -> Iterator[Control]:
    """Serve an empty sandbox from a process of its own."""
    stack = Stack([Program("sandbox", manage("sandbox", "--base-port", str(base_port), "--customers", "0"))], _logs())
    settings.SANDBOX_BASE_PORT = base_port
    with running(stack):
        wait_for(f"http://127.0.0.1:{base_port}/credentials", stack, what="sandbox")
        yield Control(f"http://127.0.0.1:{base_port}")


def _logs() -> Path:
    return settings.BASE_DIR / ".local" / "logs"


def make_sync(control: Control, *, share_pct: int = 100, **source_values: str) -> Sync:
    """Make a company with a live sync that runs only when asked."""
    slug = f"bench-{secrets.token_hex(4)}"
    tenant = Tenant.objects.create(name="Benchmark", slug=slug)
    pair = registry.pair(PAIR)
    source = _side(tenant, control, pair.source, share_pct, **{"requests_per_minute": "100000", **source_values})
    target = _side(tenant, control, pair.target, share_pct, concurrency=str(CONCURRENCY))
    made = syncs.create_sync(
        tenant_id=tenant.pk, pair_slug=PAIR, name=slug, source=source, target=target, actor="bench"
    )
    syncs.change_sync(made, changes={"schedule": Sync.Schedule.MANUAL}, actor="bench")
    syncs.activate(made, actor="bench")
    return made


def _side(tenant: Tenant, control: Control, slug: str, share_pct: int, **values: str) -> Connection:
    typed = {key: str(value) for key, value in control.get("/credentials")[slug].items()}
    made = connections.create_connection(
        tenant_id=tenant.pk,
        connector_slug=slug,
        name=slug,
        environment="sandbox",
        values={**typed, "lag_s": "0", **values},
        actor="bench",
    )
    made.share_pct = share_pct
    made.save()
    checked = ping(made, actor="bench")
    if not checked.ok:
        raise RuntimeError(f"{slug} cannot be reached: {[step for step in checked.steps if not step['ok']]}")
    made.refresh_from_db()
    return made


def _round(control: Control, records: int, base_port: int, *, latency_s: float) -> Round:
    """Deliver customers and items untimed, then time the invoices, then post their bodies again by a bare loop."""
    control.post("/reset")
    control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
    control.post("/generate/chargebee", {"customers": 50, "seed": 1, "invoices": records})
    sync = make_sync(control)
    run_flows(sync, "customers", "items")
    if latency_s:
        rule = {"kind": "latency", "rate": 1.0, "value_s": latency_s}
        control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    before, last = _calls(control), _last_attempt(sync)
    with measured() as ours:
        run_flows(sync, "invoices")
    calls = _calls(control) - before
    bodies = _bodies(sync, last)
    if len(bodies) < records * 0.9 or SyncRecord.objects.filter(sync=sync, state="open").exists():
        raise RuntimeError(f"Only {len(bodies)} of {records} invoices were posted: the figure would mean nothing.")
    floor_s = post_all(
        f"http://127.0.0.1:{base_port + 4}", control.get("/credentials")["netsuite"], bodies, threads=CONCURRENCY
    )
    control.delete("/faults/netsuite")
    syncs.pause(sync, actor="bench")
    scale = records / len(bodies)
    ours.wall_s, ours.cpu_s = ours.wall_s * scale, ours.cpu_s * scale
    return Round(ours=ours, floor_s=floor_s * scale, calls=calls)


def run_flows(sync: Sync, *flows: str) -> None:
    """Run these flows, or all, in this process until nothing is left."""
    run_sync(sync.pk, trigger="manual", slice_s=_LONG_S, flows=flows)


def _last_attempt(sync: Sync) -> int:
    return Attempt.objects.for_tenant(sync.tenant_id).order_by("-id").values_list("id", flat=True).first() or 0


def _bodies(sync: Sync, after: int) -> dict[str, str]:
    """Give the very bodies that were posted, each under a reference of its own."""
    drafts = Attempt.objects.for_tenant(sync.tenant_id).filter(pk__gt=after, flow="invoices", outcome="delivered")
    loaded = (from_json(text) for text in drafts.values_list("draft", flat=True).iterator())
    return {f"FLOOR-{draft['reference'][-50:]}": to_json(draft["payload"]) for draft in loaded}


def _calls(control: Control) -> int:
    return sum(
        int(control.get(f"/state/{system}")[kind])
        for system in ("chargebee", "netsuite")
        for kind in ("reads", "writes")
    )

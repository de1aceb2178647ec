"""How long a tick takes among thousands of syncs, how late due ones start, and whether one company delays others."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rq import Queue

from integrations import jobs
from integrations.engine import schedule
from integrations.engine.shared import shared_redis
from integrations.models import Check, Connection, Sync, SyncRecord
from portal.bench.copies import copy_row, settle_tables
from portal.bench.measure import Measured, machine, measured
from portal.bench.side_database import side_database
from portal.models import Tenant

PAIR, SOURCE, TARGET = "jde_to_billcom", "jde", "billcom"
TIMES = 15
EVERY_S = 2  # portal/cron.py
_REDIS_DATABASE = 15  # emptied on purpose, as in chaos
_RECORDS_EACH = 40  # of each sync, all delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many syncs there are, and how many of them become due at one moment.

    The first company has two fifths of all syncs and three fifths of the due ones; the others share the rest.
    """

    syncs: int = 5_000
    due: int = 500
    tenants: int = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One claimed sync: its company, and how long after it became due its job was enqueued."""

    tenant_id: int
    tick: int
    lag_s: float


def bench_scheduler(*, size: Size | None = None) -> dict[str, Any]:
    """Measure in a database and a Redis number of its own; the database is dropped afterwards."""
    with side_database("bench_scheduler"), side_redis():
        return measure_scheduler(size or Size())


@contextmanager
def side_redis() -> Iterator[None]:
    """Have this process enqueue into an empty Redis number of its own until the block ends."""
    own = settings.REDIS_URL
    settings.REDIS_URL = urlunsplit(urlsplit(own)._replace(path=f"/{_REDIS_DATABASE}"))
    shared_redis.cache_clear()
    try:
        shared_redis().flushdb()
        yield
    finally:
        shared_redis().flushdb()
        settings.REDIS_URL = own
        shared_redis.cache_clear()


def measure_scheduler(size: Size, *, times: int = TIMES) -> dict[str, Any]:
    """Fill the database in use, which must be empty, and measure ticks and claims there. Its queue is not worked on."""
    greedy = _fill(size)
    settle_tables()
    idle = [_measure(jobs.tick) for _ in range(times)]
    due = _make_due(size, greedy)
    limit = min(100, due)
    claims = [_measure(lambda: schedule.claim_due(limit), keeps=False) for _ in range(times)]
    floors = [_measure(lambda: _claim_bare(limit), keeps=False) for _ in range(times)]
    ticks, served = _serve(due)
    return _report(size, greedy, idle, claims, floors, ticks, served)


def _fill(size: Size) -> Tenant:
    """Fill the tables; give the company that has most. Nothing is due."""
    now = timezone.now()
    first = Tenant.objects.create(name="Bench", slug="bench-1", time_zone="Europe/Berlin")
    copy_row(first, size.tenants - 1, "'name', 'Bench ' || n, 'slug', 'bench-' || n + 1")
    sides = [_side(first, slug) for slug in (SOURCE, TARGET)]
    sync = Sync.objects.create(
        tenant=first, pair=PAIR, name="1", source=sides[0], target=sides[1], state=Sync.State.ACTIVE,
        source_identity="one", target_identity="bench", next_run_at=now + timedelta(hours=1),
        next_sweep_at=now + timedelta(days=1), start_date=now.date(), created_at=now - timedelta(days=30),
    )  # fmt: skip
    check = Check.objects.create(tenant=first, sync=sync, kind=Check.Kind.COVERAGE, state="done", made_at=now)
    record = SyncRecord.objects.create(
        tenant=first, sync=sync, source_identity="one", target_identity="bench", flow="bills", natural_key="1",
        state=SyncRecord.State.DELIVERED,
    )  # fmt: skip
    others = size.syncs - 1
    tenant = "'tenant_id', CASE WHEN n < %(greedy)s THEN %(first)s ELSE %(first)s + 1 + n %% (%(tenants)s - 1) END"
    given = {"greedy": size.syncs * 2 // 5, "first": first.pk, "tenants": size.tenants}
    for side in sides:
        copy_row(side, others, f"{tenant}, 'name', name || n, 'webhook_token', webhook_token || n", **given)
    ends = "'source_id', source_id + 1 + n, 'target_id', target_id + %(others)s + n"
    copy_row(sync, others, f"{tenant}, 'name', n + 1, 'source_identity', 'of ' || n, {ends}", others=others, **given)
    copy_row(check, others, f"{tenant}, 'sync_id', sync_id + n", **given)
    key = "'sync_id', sync_id + (n - 1) %% %(syncs)s, 'natural_key', 'doc ' || n"
    copy_row(record, size.syncs * _RECORDS_EACH, key, syncs=size.syncs)
    return first


def _side(tenant: Tenant, slug: str) -> Connection:
    return Connection.objects.create(
        tenant=tenant,
        connector=slug,
        name=slug,
        environment=Connection.Environment.SANDBOX,
        webhook_token=f"bench-{slug}-",
        state=Connection.State.GOOD,
        fingerprint=f"{slug}:bench",
        values={"subscription_id": "bench", "subscription_checked_at": timezone.now().isoformat()},
    )


def _make_due(size: Size, greedy: Tenant) -> int:
    """Let syncs become due at one moment, as on the full hour: many of one company, one each of the others."""
    many = Sync.objects.filter(tenant=greedy).order_by("pk")[: size.due * 3 // 5]
    each = Sync.objects.exclude(tenant=greedy).order_by("tenant_id", "pk").distinct("tenant_id")
    due = [*many.values_list("pk", flat=True), *each.values_list("pk", flat=True)[: size.due - size.due * 3 // 5]]
    return Sync.objects.filter(pk__in=due).update(next_run_at=timezone.now())


def _measure(work: Callable[[], object], *, keeps: bool = True) -> Measured:
    """Measure in one transaction what is not to be kept, else as it comes."""
    if keeps:
        with measured() as taken:
            work()
        return taken
    with transaction.atomic():
        with measured() as taken:
            work()
        transaction.set_rollback(True)
    return taken


def _claim_bare(limit: int) -> None:
    """Lock and update as many due rows with nothing considered but that they are due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM integrations_sync WHERE state = 'active' AND next_run_at <= now() "
            "LIMIT %s FOR UPDATE SKIP LOCKED",
            [limit],
        )
        due = [row[0] for row in cursor.fetchall()]
        cursor.execute("UPDATE integrations_sync SET claimed_until = now() WHERE id = ANY(%s)", [due])


def _serve(due: int) -> tuple[list[Measured], list[Served]]:
    """Tick until all that is due is claimed; the queue shows in which order."""
    queue = Queue("default", connection=shared_redis())
    ticks, served = list[Measured](), list[Served]()
    tenants = dict(Sync.objects.values_list("pk", "tenant_id"))
    while len(served) < due and len(ticks) < due:
        ticks.append(_measure(jobs.tick))
        lag_s = (len(ticks) - 1) * EVERY_S + ticks[-1].wall_s
        syncs = (int(job.split("-")[1]) for job in queue.get_job_ids(len(served)))
        served += [Served(tenant_id=tenants[sync], tick=len(ticks), lag_s=lag_s) for sync in syncs]
    return ticks, served


def _report(
    size: Size,
    greedy: Tenant,
    idle: list[Measured],
    claims: list[Measured],
    floors: list[Measured],
    ticks: list[Measured],
    served: list[Served],
) -> dict[str, Any]:
    first = {one.tenant_id: place for place, one in reversed(list(enumerate(served, 1)))}
    small = [one for one in served if one.tenant_id != greedy.pk]
    figures = {
        "syncs": size.syncs,
        "tenants": size.tenants,
        "due": len(served),
        "idle_tick_ms": _ms(idle),
        "idle_tick_queries": idle[-1].queries,
        "busy_tick_ms": _ms(ticks),
        "busy_tick_queries": max(tick.queries for tick in ticks),
        "ticks_until_all_claimed": len(ticks),
        "due_to_claimed_s_median": round(statistics.median(one.lag_s for one in served), 2),
        "due_to_claimed_s_last": round(max(one.lag_s for one in served), 2),
        "one_sync_companies_s_last": round(max(one.lag_s for one in small), 2),
        "one_sync_companies_last_place": max(place for tenant, place in first.items() if tenant != greedy.pk),
        "companies_served_by_first_tick": len({one.tenant_id for one in served if one.tick == 1}),
        "claim_of_100_ms": _ms(claims),
        "floor_ms": _ms(floors),
    }
    floor = max(_ms(floors), 0.001)
    ratio = {"claim_vs_bare": round(_ms(claims) / floor, 2), "busy_tick_vs_bare": round(_ms(ticks) / floor, 2)}
    return {"name": "scheduler", "figures": figures, "ratio": ratio, "machine": machine()}


def _ms(taken: list[Measured]) -> float:
    return round(statistics.median(each.wall_s for each in taken) * 1000, 2)

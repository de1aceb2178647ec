"""How fast the portal's lists and searches come, in a company with a million attempts: median and queries of each."""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Attempt, Run
from integrations.models import Problem, Reconciliation, SyncRecord
from portal.bench.crowd import Crowd, Size, make_crowd
from portal.bench.measure import machine, measured
from portal.bench.side_database import side_database

LIMIT_MS = 200
TIMES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: what it is, and its address."""

    name: str
    url: str
    is_action: bool = False  # shows what would be done, which is more than a list: reported apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one page took: medians of wall and of this process's CPU, the slowest, and the queries of one view."""

    ms: float
    cpu_ms: float
    most_ms: float
    queries: int
    bytes: int


def bench_pages(*, size: Size | None = None, times: int = TIMES) -> dict[str, Any]:
    """Seed a database of its own and measure every page in process; the database is dropped afterwards."""
    size = size or Size()
    load_before = os.getloadavg()
    with side_database("bench_pages"):
        begun = time.perf_counter()
        crowd = make_crowd(size)
        seeded_s = time.perf_counter() - begun
        client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
        client.force_login(crowd.owner)
        pages = pages_of(crowd)
        taken = {page.name: _take(client, page, times) for page in pages if not page.is_action}
        actions = {page.name: _take(client, page, times) for page in pages if page.is_action}
    return _report(taken, actions, size, seeded_s, (load_before, os.getloadavg()))


def pages_of(crowd: Crowd) -> list[Page]:
    """Give every list and search page, first pages and deep ones, and the pages of single things."""
    return [*_lists(), *_searches(crowd), *_single(crowd)]


def _lists() -> list[Page]:
    half = Run.objects.order_by("pk").values_list("pk", flat=True)[Run.objects.count() // 2]
    deep = SyncRecord.objects.order_by("pk").values_list("pk", flat=True)[SyncRecord.objects.count() // 2]
    runs, records = reverse("run_list"), reverse("record_list")
    return [
        Page(name="home", url=reverse("dashboard")),
        Page(name="connections", url=reverse("connection_list")),
        Page(name="syncs", url=reverse("sync_list")),
        Page(name="mappings", url=reverse("mapping_list")),
        Page(name="runs", url=runs),
        Page(name="runs, deep", url=f"{runs}?before={half}"),
        Page(name="runs, failed", url=f"{runs}?state=failed"),
        Page(name="runs, under way", url=f"{runs}?state=running"),
        Page(name="runs, by hand, with records", url=f"{runs}?trigger=manual&records=some"),
        Page(name="runs, of no known trigger's kind", url=f"{runs}?trigger=backfill"),
        Page(name="problems", url=reverse("problem_list")),
        Page(name="records", url=records),
        Page(name="records, deep", url=f"{records}?before={deep}"),
        Page(name="reconciliation", url=reverse("reconciliation_list")),
        Page(name="team", url=reverse("team")),
    ]


def _searches(crowd: Crowd) -> list[Page]:
    customer = SyncRecord.objects.filter(tenant=crowd.tenant, flow="customers").order_by("pk")[7]
    asked = {
        "by state": "state=parked",
        "by a rare state": "state=unknown",
        "by sync, flow and state": f"sync={crowd.syncs[1].pk}&flow=refunds&state=different",
        "by flow": "flow=credit_notes",
        "by currency and days": "currency=EUR&from=2026-01-01&to=2026-01-31",
        "by days long ago": "from=2010-01-01&to=2010-12-31",
        "by number": "q=INV-0012345",
        "by part of a number": "q=12345",
        "by a frequent word": "q=Invoice",
        "by nothing there": "q=no-such-thing",
        "by key": "q=doc_000012345",
        "by id in the target": "q=112345",
        "by reference": "q=CB-REF-12345",
        "by customer's name": f"q={customer.label.split()[1]}",
        "by customer's key": f"q={customer.natural_key}",
        "by amount": "q=1230.50",
        "by day": "q=2026-03-03",
    }
    return [Page(name=f"records {how}", url=f"{reverse('record_list')}?{query}") for how, query in asked.items()]


def _single(crowd: Crowd) -> list[Page]:
    sync, tenant = crowd.syncs[0], crowd.tenant
    run = Run.objects.filter(tenant=tenant).order_by("-pk")[5]
    tried = list(Attempt.objects.filter(run=run).order_by("pk").values_list("pk", "record_id"))
    within, record = tried[len(tried) // 2][0], tried[3][1]
    problem = Problem.objects.filter(tenant=tenant, healed_at=None).order_by("pk")[3]
    day = timezone.localdate() - timedelta(days=10)
    period = Reconciliation.objects.filter(tenant=tenant).order_by("pk")[0]
    return [
        Page(name="connection", url=reverse("connection_detail", args=[sync.target_id])),
        Page(name="source connection", url=reverse("connection_detail", args=[sync.source_id])),
        Page(name="sync", url=reverse("sync_detail", args=[sync.pk])),
        Page(name="sync, what is live", url=reverse("sync_live", args=[sync.pk])),
        Page(name="run", url=reverse("run_detail", args=[run.pk])),
        Page(name="run, deep", url=f"{reverse('run_detail', args=[run.pk])}?before={within}"),
        Page(name="record", url=reverse("record_detail", args=[record])),
        Page(name="problem", url=reverse("problem_detail", args=[problem.pk])),
        Page(name="mapping", url=reverse("mapping_detail", args=[sync.pk, "invoices"])),
        Page(name="undo of a run", url=reverse("run_undo", args=[run.pk]), is_action=True),
        Page(name="undo of a day", url=f"{reverse('day_undo', args=[sync.pk])}?day={day}", is_action=True),
        Page(
            name="undo of a day long ago", url=f"{reverse('day_undo', args=[sync.pk])}?day=2020-01-15", is_action=True
        ),
        Page(name="period", url=reverse("reconciliation_detail", args=[period.pk])),
    ]


def _take(client: Client, page: Page, times: int) -> Taken:
    walls, cpus, queries, length = list[float](), list[float](), 0, 0
    for number in range(times + 1):
        with measured() as one:
            answer = client.get(page.url)
        if answer.status_code != 200:
            raise RuntimeError(f"The page {page.name} ({page.url}) answers {answer.status_code}.")
        if number:  # the first fills caches
            walls.append(one.wall_s * 1000)
            cpus.append(one.cpu_s * 1000)
        queries, length = one.queries, len(answer.content)
    return Taken(
        ms=round(statistics.median(walls), 1),
        cpu_ms=round(statistics.median(cpus), 1),
        most_ms=round(max(walls), 1),
        queries=queries,
        bytes=length,
    )


def _report(
    taken: dict[str, Taken],
    actions: dict[str, Taken],
    size: Size,
    seeded_s: float,
    loads: Sequence[tuple[float, float, float]],
) -> dict[str, Any]:
    slowest = max(taken, key=lambda name: taken[name].ms)
    return {
        "name": "pages",
        "figures": {
            "attempts": size.attempts,
            "links": size.links,
            "runs": size.runs,
            "seeded_s": round(seeded_s, 1),
            "limit_ms": LIMIT_MS,
            "slowest": slowest,
            "slowest_ms": taken[slowest].ms,
            "most_queries": max(each.queries for each in taken.values()),
            "over_limit": sorted(name for name, each in taken.items() if each.ms >= LIMIT_MS),
            "pages": {name: asdict(each) for name, each in taken.items()},
            "actions": {name: asdict(each) for name, each in actions.items()},
        },
        "ratio": {"of_limit": round(taken[slowest].ms / LIMIT_MS, 3)},
        "machine": {**machine(), "load_before": loads[0], "load_after": loads[1]},
    }  # fmt: skip

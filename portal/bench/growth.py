"""What a longer history costs: a run, a reconciliation and pages, the same work after 1, 10 and 100 times as much."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Attempt, Run
from audit.seal import seal_run
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.run import run_sync
from integrations.models import Link, Sync, SyncRecord
from portal.bench.copies import copy_row, settle_tables
from portal.bench.measure import Measured, machine, measured
from portal.bench.side_database import side_database
from portal.bench.sync import make_sync, run_flows, sandbox
from portal.checker import Control
from portal.models import Membership, Role, User

SIZES = (500, 5_000, 50_000)  # delivered documents before the measured work
ATTEMPTS_EACH = 3
DOCUMENTS_OF_A_RUN = 500
TIMES = 6
NEW = 10  # documents of each measured run
PERIOD_DAYS = 31
_LONG_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one piece of work takes: the least and the median of its times, and the queries of the last."""

    ms: float
    median_ms: float
    queries: int


def bench_growth(*, base_port: int) -> dict[str, Any]:
    """Measure on a sandbox and in a database of its own; the database is dropped afterwards."""
    with side_database("bench_growth"), sandbox(base_port) as control:
        return measure_growth(control)


def measure_growth(control: Control, *, sizes: Sequence[int] = SIZES, times: int = TIMES) -> dict[str, Any]:
    """Measure in the database in use, which must be empty, on a sandbox that is; `sizes` must grow."""
    control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
    control.post("/generate/chargebee", {"customers": 5, "seed": 1, "months": 1})
    sync = make_sync(control)
    run_flows(sync)
    client = _sign_in(sync)
    taken, held = dict[int, dict[str, Cost]](), 0
    for size in sizes:
        _lengthen(sync, held, size)
        held = size
        settle_tables()
        taken[size] = _measure_all(sync, control, client, times)
    return _report(sync, taken)


def _sign_in(sync: Sync) -> Client:
    owner = User.objects.create_user("bench@portal.example", None)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    Membership.objects.create(user=owner, tenant=sync.tenant, role=Role.OWNER)
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.force_login(owner)
    return client


def _lengthen(sync: Sync, held: int, size: int) -> None:
    """Add delivered documents of former years like one that is real: with links, attempts, seals, and as many runs.

    Most of these runs had nothing to do: so it is with a sync that looks every quarter of an hour.
    """
    record = SyncRecord.objects.filter(sync=sync, flow="invoices", state=SyncRecord.State.DELIVERED).earliest("pk")
    attempt = Attempt.objects.filter(record_id=record.pk).latest("pk")
    link = Link.objects.get(tenant=sync.tenant, flow="invoices", natural_key=record.natural_key)
    more = {"held": held, "key": record.natural_key, "old": timezone.now() - timedelta(days=60)}
    then = "%(old)s - n * interval '20 minutes'"
    key = "'natural_key', 'former-' || %(held)s + n"
    newest_run, newest = Run.objects.latest("pk").pk, SyncRecord.objects.latest("pk").pk
    copy_row(
        record,
        size - held,
        f"{key}, 'label', 'Invoice F-' || %(held)s + n, 'document_date', ({then})::date, "
        f"'created_at', {then}, 'changed_at', {then}",
        **more,
    )
    copy_row(link, size - held, f"{key}, 'external_id', 'F' || %(held)s + n, 'reference', 'F-' || %(held)s + n", **more)
    copy_row(attempt.run, size - held, f"'started_at', {then}, 'ended_at', {then}, 'progress_at', {then}", **more)
    first_run = Run.objects.filter(pk__gt=newest_run).earliest("pk").pk
    first = SyncRecord.objects.filter(pk__gt=newest).earliest("pk").pk
    copy_row(
        attempt,
        (size - held) * ATTEMPTS_EACH,
        "'record_id', %(first)s + (n - 1) / %(each)s, 'run_id', %(first_run)s + (n - 1) / %(of_run)s, "
        "'natural_key', 'former-' || %(held)s + 1 + (n - 1) / %(each)s, 'reference', 'F-' || n, "
        "'opened_at', %(old)s, 'answered_at', %(old)s, 'closed_at', %(old)s",
        first=first,
        first_run=first_run,
        each=ATTEMPTS_EACH,
        of_run=ATTEMPTS_EACH * DOCUMENTS_OF_A_RUN,
        **more,
    )
    for run in Run.objects.filter(pk__in=Attempt.objects.filter(run__gte=first_run).values("run_id")):
        seal_run(run)


def _measure_all(sync: Sync, control: Control, client: Client, times: int) -> dict[str, Cost]:
    today = datetime.now(UTC).date()
    start = today - timedelta(days=PERIOD_DAYS)
    record = SyncRecord.objects.filter(sync=sync, flow="invoices").latest("pk")
    pages = {
        "home": reverse("dashboard"),
        "runs": reverse("run_list"),
        "records": reverse("record_list"),
        "search": f"{reverse('record_list')}?q={record.natural_key}",
        "record": reverse("record_detail", args=[record.pk]),
        "sync": reverse("sync_detail", args=[sync.pk]),
    }
    return {
        "run_nothing_new": _cost(lambda: _run(sync), times),
        "run": _cost(lambda: _run(sync), times, before=lambda: _bill(control)),
        "reconcile": _cost(lambda: _reconcile(sync, start, today), times),
        **{f"page_{name}": _cost(partial(_get, client, url), times) for name, url in pages.items()},
    }


def _cost(work: Callable[[], object], times: int, *, before: Callable[[], object] | None = None) -> Cost:
    """Give the least and the median of some times; where there are several, the first only fills caches."""
    taken = list[Measured]()
    for _ in range(times):
        if before is not None:
            before()
        with measured() as one:
            work()
        taken.append(one)
    times_ms = [one.wall_s * 1000 for one in taken[1:] or taken]
    return Cost(ms=round(min(times_ms), 2), median_ms=round(statistics.median(times_ms), 2), queries=taken[-1].queries)


def _run(sync: Sync) -> None:
    result = run_sync(sync.pk, trigger="manual", slice_s=_LONG_S)
    if result.code or result.goes_on:
        raise RuntimeError(f"A measured run did not end as it should: {result}")


def _bill(control: Control) -> None:
    control.post("/generate/chargebee", {"activity": NEW, "objects": NEW})


def _reconcile(sync: Sync, start: date, end: date) -> None:
    report = reconcile_period(sync, start, end)
    if report.differences:
        raise RuntimeError(f"The measured period does not tie out: {report.differences[0].detail}")


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"The page {url} answers {answer.status_code}.")


def _report(sync: Sync, taken: dict[int, dict[str, Cost]]) -> dict[str, Any]:
    sizes = list(taken)
    least, most = taken[sizes[0]], taken[sizes[-1]]
    figures = {
        "documents": sizes,
        "attempts": Attempt.objects.for_tenant(sync.tenant_id).count(),
        "new_documents_of_a_run": NEW,
        "by_documents": {str(size): {name: asdict(cost) for name, cost in taken[size].items()} for size in sizes},
        "queries_grow_in": sorted(name for name in least if most[name].queries > least[name].queries),
    }
    ratio = {name: round(most[name].ms / max(least[name].ms, 0.01), 2) for name in least}
    return {"name": "growth", "figures": figures, "ratio": ratio, "machine": machine()}

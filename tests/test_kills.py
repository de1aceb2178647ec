"""Workers are killed at every moment of a run, Redis is emptied, a zombie wakes: each document stands once."""

import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from multiprocessing.process import BaseProcess

import django_rq
import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from redis import Redis

from audit.models import Attempt
from audit.seal import verify
from integrations import jobs
from integrations.engine import syncs
from integrations.engine.tests.harness import ACTOR, Sandbox, make_live_sync, sandbox, states, verdict
from integrations.models import Sync, SyncRecord
from tests.worker_process import finish, start_worker

pytestmark = pytest.mark.chaos

MOMENTS = ("opened", "calling", "answered", "receipts_saved", "read_back", "closed")
RESTING = {"delivered", "skipped", "waiting", "parked"}


@pytest.fixture
def box(live_db, settings):
    settings.LEASE_S, settings.CALL_TIMEOUT_S = 1.5, 1.0
    with sandbox() as running:
        running.control.post("/generate/chargebee", {"customers": 25, "seed": 7, "months": 5})
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


def wait_for_claim(sync: Sync, deadline_s: float = 30) -> None:
    """Tick as the scheduler does until a run of the sync is enqueued."""
    deadline = time.monotonic() + deadline_s
    while not django_rq.get_queue("default").count:
        assert time.monotonic() < deadline, "no run was claimed in time"
        jobs.tick()
        signal.sigtimedwait([], 0.05)


def let_time_pass(sync: Sync, redis: Redis) -> None:
    """Let the time pass that a dead worker still had: its lease with the grace for its calls, and its slots."""
    for key in redis.scan_iter("limit:{*"):
        redis.delete(key)
    Sync.objects.filter(pk=sync.pk, lease_until__gt=timezone.now()).update(
        lease_until=timezone.now() - timedelta(seconds=10)
    )


def at_rest(sync: Sync) -> bool:
    fresh = Sync.objects.get(pk=sync.pk)
    busy = SyncRecord.objects.filter(sync=sync).exclude(state__in=RESTING)
    return not fresh.wants_run and fresh.lease_until is None and not busy.exists()


def start_until(sync: Sync, box: Sandbox, is_so) -> BaseProcess:
    """Give a worker that is at work once something is so; where a slow machine costs one its lease, another goes on."""
    for _ in range(12):
        wait_for_claim(sync)
        worker = start_worker(box.base_port)
        while worker.is_alive():
            if is_so():
                return worker
            signal.sigtimedwait([], 0.02)
        assert finish(worker) == 0
        syncs.run_now(sync, actor=ACTOR)
    raise AssertionError(f"never so: {states(sync)}")


def run_to_rest(sync: Sync, box: Sandbox) -> None:
    """Let unharmed workers finish what is left; what was put off need not be waited for."""
    for _ in range(12):
        wait_for_claim(sync)
        assert finish(start_worker(box.base_port)) == 0
        if at_rest(sync):
            return
        SyncRecord.objects.filter(sync=sync, state__in=("due", "unknown")).update(due_at=timezone.now())
        Sync.objects.filter(pk=sync.pk).update(next_run_at=timezone.now())
    raise AssertionError(f"not at rest: {states(sync)}")


def check_books(sync: Sync, box: Sandbox) -> None:
    found = verdict(sync, box)
    assert (found.findings, found.is_reconciled) == ([], True)
    assert not Attempt.objects.filter(closed_at=None).exists()
    assert verify(sync.tenant_id) is None


def test_it_books_reverses_and_applies_once_through_two_dozen_kills(box, session_redis):
    sync = make_live_sync(box)
    syncs.change_sync(sync, changes={"policies": {**sync.policies, "after_posting": "reverse"}}, actor=ACTOR)
    syncs.run_now(sync, actor=ACTOR)
    dice = random.Random(20)
    with_open_attempt = 0
    kills = [moment for moment in MOMENTS for _ in range(4)]
    dice.shuffle(kills)
    died: Counter[str] = Counter()
    for number, moment in enumerate(kills):
        box.control.post("/generate/chargebee", {"activity": 24, "objects": 8, "seed": 100 + number})
        wait_for_claim(sync)
        nth = dice.randint(1, 6) if moment == "calling" else 1
        if finish(start_worker(box.base_port, checkpoints=f"{moment}:{nth}")) == -signal.SIGKILL:
            died[moment] += 1
            with_open_attempt += Attempt.objects.filter(closed_at=None).exists()
            if number % 6:  # each sixth is waited for
                let_time_pass(sync, session_redis)
        syncs.run_now(sync, actor=ACTOR)
    assert min(died[moment] for moment in MOMENTS) >= 3
    assert with_open_attempt >= 15
    run_to_rest(sync, box)
    check_books(sync, box)
    operations = {name.partition(":")[0] for name in Attempt.objects.values_list("operation", flat=True).distinct()}
    assert operations >= {"create", "reverse", "settle"}, operations
    twice = Attempt.objects.filter(operation="reverse", outcome="delivered").values("record_id", "revision")
    assert not twice.annotate(number=Count("pk")).filter(number__gt=1).exists()


def test_it_goes_on_after_redis_was_emptied_in_mid_run(box, session_redis):
    sync = make_live_sync(box)
    box.fault("netsuite", "latency", value_s=0.02)
    syncs.run_now(sync, actor=ACTOR)
    worker = start_until(sync, box, lambda: Attempt.objects.filter(outcome="delivered").count() >= 20)
    session_redis.flushdb()
    assert finish(worker) == 0
    box.heal("netsuite")
    syncs.run_now(sync, actor=ACTOR)
    run_to_rest(sync, box)
    check_books(sync, box)


def stop_between_transactions(pid):
    """Stop a process where it holds no lock of the database, so that others can go on at once."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        signal.sigtimedwait([], 0.05)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')"
            )
            (busy,) = cursor.fetchone()
        if not busy:
            return
        os.kill(pid, signal.SIGCONT)
        signal.sigtimedwait([], 0.02)


def test_it_keeps_a_zombie_from_writing_once_its_lease_is_gone(box):
    sync = make_live_sync(box)
    box.fault("netsuite", "latency", value_s=0.05)
    syncs.run_now(sync, actor=ACTOR)
    zombie = start_until(sync, box, Attempt.objects.filter(closed_at=None).exists)
    stop_between_transactions(zombie.pid)
    try:
        box.heal("netsuite")
        syncs.run_now(sync, actor=ACTOR)
        run_to_rest(sync, box)
        writes = box.control.writes("netsuite")
    finally:
        os.kill(zombie.pid, signal.SIGCONT)
    assert finish(zombie) == 0
    assert box.control.writes("netsuite") == writes
    check_books(sync, box)

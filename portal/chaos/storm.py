"""The run itself: workers that die at named moments, faults, an emptied Redis; then unharmed workers to the end."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import django_rq
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from audit.models import Attempt
from integrations import jobs
from integrations.engine import syncs
from integrations.engine.shared import shared_redis
from integrations.models import Sync, SyncRecord
from portal.chaos.dice import Blow, blows
from portal.chaos.ground import ACTOR
from portal.checker import Control
from portal.demo import payables, postings
from portal.demo.stack import Program, manage, pause

# The worker's own settings: a dead worker's lease and a lost call are over soon, absence is settled soon.
QUICK = {"LEASE_S": "3", "CALL_TIMEOUT_S": "2", "SETTLE_SCALE": "0.01", "SLICE_S": "30", "LOG_LEVEL": "WARNING"}
_PATIENCE_S = 180
_ROUNDS = 40
_BUSY = ("due", "open", "unknown")
_COUNTS_SESSIONS = ("acumatica",)  # a dead worker's session counts against the licence until it ends there


@dataclass(slots=True)
class Tally:
    """What a run went through."""

    worker_kills: int = 0
    kills_with_open_attempts: int = 0
    redis_flushes: int = 0
    died: Counter[str] = field(default_factory=Counter)


def rage(sync: Sync, control: Control, *, seed: int, tell: Callable[[str], None]) -> Tally:
    """Go through all rounds of a seed; `tell` hears of each when it begins."""
    tally, rounds = Tally(), blows(seed)
    for number, blow in enumerate(rounds, start=1):
        tell(f"Round {number} of {len(rounds)}: faults in both systems, and a worker to be killed at {blow.checkpoint}")
        _stir(sync, control, blow)
        syncs.run_now(sync, actor=ACTOR)
        _wait_for_job()
        if _work(blow.checkpoint) == -signal.SIGKILL:
            tally.worker_kills += 1
            tally.kills_with_open_attempts += _has_open_attempts(sync)
            tally.died[blow.checkpoint.partition(":")[0]] += 1
        if blow.empties_redis:
            shared_redis().flushdb()
            tally.redis_flushes += 1
            tell("Redis is emptied")
        if not blow.is_waited_for:
            _let_time_pass(sync, control)
    for system in (sync.source.connector, sync.target.connector):
        control.delete(f"/faults/{system}")
    return tally


def come_to_rest(sync: Sync, control: Control) -> bool:
    """Let unharmed workers finish what is left, ledger staff post and BILL pay; False if that has no end."""
    has_paid = False
    for _ in range(_ROUNDS):
        _let_time_pass(sync, control)
        _busy(sync).update(due_at=timezone.now())
        syncs.run_now(sync, actor=ACTOR)
        _wait_for_job()
        _work("")
        if _busy(sync).exists() or Sync.objects.get(pk=sync.pk).wants_run or postings.post_batches(sync, control):
            pause(0.5)
            continue
        if has_paid or sync.pair != payables.PAIR or not payables.pay_bills(control):
            return True
        has_paid = True
    return False


def _stir(sync: Sync, control: Control, blow: Blow) -> None:
    """Let the source go on living, and put the round's faults in force."""
    if sync.source.connector == "chargebee":
        control.post("/generate/chargebee", {"activity": 12, "objects": 4, "seed": blow.seed})
    control.post(f"/faults/{sync.source.connector}", blow.source)
    control.post(f"/faults/{sync.target.connector}", blow.target)


def _wait_for_job() -> None:
    """Tick as the scheduler does until a job waits. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_S
    while not any(django_rq.get_queue(name).count for name in ("default", "high")):
        if time.monotonic() > deadline:
            raise TimeoutError("No run was claimed in time: read the log of the worker.")
        jobs.tick()
        pause(0.05)


def _work(checkpoint: str) -> int:
    """Let a worker take the jobs there are; give its exit code."""
    environment = {**QUICK, "CHAOS_CHECKPOINTS": checkpoint, "SANDBOX_BASE_PORT": str(settings.SANDBOX_BASE_PORT)}
    worker = Program("chaos-worker", manage("rqworker", "high", "default", "--burst"), environment)
    worker.start(settings.BASE_DIR / ".local" / "logs")
    return worker.process.wait(timeout=_PATIENCE_S) if worker.process else 0


def _let_time_pass(sync: Sync, control: Control) -> None:
    """Let the time pass that a dead worker still had: claim, lease with the grace for its calls, slots, sessions."""
    redis = shared_redis()
    if sync.target.connector in _COUNTS_SESSIONS:
        control.post(f"/sessions/{sync.target.connector}")
    for key in redis.scan_iter("limit:{*"):
        redis.delete(key)
    of_sync = Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk)
    of_sync.update(claimed_until=None, not_before=None)
    of_sync.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(minutes=5))


def _busy(sync: Sync) -> QuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, state__in=_BUSY)


def _has_open_attempts(sync: Sync) -> bool:
    return Attempt.objects.for_tenant(sync.tenant_id).filter(closed_at=None).exists()

"""What RQ runs: functions of a few lines that take ids and call the engine, and the one helper that enqueues."""

from collections.abc import Callable
from functools import partial
from typing import Any

import django_rq
import structlog
from django.db import transaction
from redis.exceptions import RedisError
from rq.exceptions import DuplicateJobError

from integrations.engine import inbox, janitor, schedule
from integrations.engine.run import run_sync

log = structlog.get_logger()


def drain(connection_id: int) -> None:
    """Drain a connection's inbox and start the runs it asked for."""
    inbox.drain(connection_id)
    start_due()


def run(sync_id: int, trigger: str) -> None:
    """Run a sync for one slice, then start what it or others asked for meanwhile."""
    run_sync(sync_id, trigger=trigger)
    start_due()


def tick() -> None:
    """Find due syncs, undrained events and what was lost, and put them to work. Called every few seconds by the scheduler."""
    janitor.revive_syncs()
    janitor.wake_due_records()
    for connection_id in inbox.waiting_connections():
        enqueue_drain(connection_id)
    start_due()


def start_due() -> None:
    """Claim the syncs that are due and enqueue a run for each."""
    for sync_id, claim, trigger in schedule.claim_due():
        enqueue(run, sync_id, trigger, job_id=f"run-{sync_id}-{claim}", queue="default")


def enqueue_drain(connection_id: int) -> None:
    """Have a connection's inbox drained; many calls make one job."""
    enqueue(drain, connection_id, job_id=f"drain-{connection_id}", queue="high")


def enqueue(function: Callable[..., None], *args: Any, job_id: str, queue: str) -> None:
    """Enqueue after the commit. What Redis refuses or forgets, the tick finds again in PostgreSQL."""
    transaction.on_commit(partial(_enqueue, function, args, job_id, queue), robust=True)


def _enqueue(function: Callable[..., None], args: tuple[Any, ...], job_id: str, queue: str) -> None:
    try:
        django_rq.get_queue(queue).enqueue(function, *args, job_id=job_id, unique=True, result_ttl=0, failure_ttl=0)
    except DuplicateJobError:
        log.debug("job.already_queued", job=job_id)
    except RedisError as error:
        log.warning("job.not_queued", job=job_id, error=str(error))

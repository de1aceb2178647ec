"""The one helper that enqueues jobs: after the commit, once per job id, and never in the way of what was committed."""

from functools import partial
from typing import Any

import structlog
from django.db import transaction
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job

from integrations.engine.shared import shared_redis

log = structlog.get_logger()
_TIMEOUT_S = 600  # only the net: a run's slice ends by the clock well before


def enqueue_drain(connection_id: int) -> None:
    """Have a connection's inbox drained; many calls make one job."""
    enqueue("integrations.jobs.drain", connection_id, job_id=f"drain-{connection_id}", queue="high")


def enqueue_run(sync_id: int, claim: int, trigger: str) -> None:
    """Have a claimed sync run."""
    enqueue("integrations.jobs.run", sync_id, trigger, claim, job_id=f"run-{sync_id}-{claim}", queue="default")


def enqueue_look_after(connection_id: int) -> None:
    """Have a connection's webhook subscription looked after."""
    enqueue("integrations.jobs.look_after", connection_id, job_id=f"look-after-{connection_id}", queue="default")


def enqueue(function: str, *args: Any, job_id: str, queue: str, timeout_s: int = _TIMEOUT_S) -> None:
    """Enqueue a function by its dotted name. What Redis refuses or forgets, the tick finds again in PostgreSQL."""
    transaction.on_commit(partial(_enqueue, function, args, job_id, queue, timeout_s), robust=True)


def _enqueue(function: str, args: tuple[Any, ...], job_id: str, queue: str, timeout_s: int) -> None:
    try:
        redis = shared_redis()
        if Job.exists(job_id, connection=redis):  # one round trip where an enqueue takes many
            return
        Queue(queue, connection=redis, default_timeout=timeout_s).enqueue(
            function, *args, job_id=job_id, unique=True, result_ttl=0, failure_ttl=0
        )
    except DuplicateJobError:
        log.debug("job.already_queued", job=job_id)
    except RedisError as error:
        log.warning("job.not_queued", job=job_id, error=str(error))

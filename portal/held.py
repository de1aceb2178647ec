"""What a person does about all that a cause holds up: try it again, or give it up for one reason."""

from collections.abc import Callable

from django.db.models import QuerySet

from integrations.engine import decisions
from integrations.engine.syncs import replay
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Problem, SyncRecord
from portal.queries.causes import siblings

MOST_RETRIED = 5000
MOST_SKIPPED = 200


def held_records(problems: list[Problem]) -> QuerySet[SyncRecord]:
    """Give the records that problems of one cause hold up."""
    records: QuerySet[SyncRecord] = SyncRecord.objects.for_tenant(problems[0].tenant_id)
    return records.filter(problem_id__in=[problem.pk for problem in problems])


def retry_held(problem: Problem, *, actor: str) -> int:
    """Have all records of a cause tried again, at most 5,000; give how many. What is not mended comes back."""
    number = replay(problem.sync, record_ids=held_ids(problem), actor=actor)
    start_due()
    return number


def held_ids(problem: Problem) -> list[int]:
    """Give the records of a cause that are tried again at once, at most 5,000."""
    return list(held_records(siblings(problem)).order_by("id").values_list("id", flat=True)[:MOST_RETRIED])


def skip_all_held(problem: Problem, *, reason: str, actor: str) -> tuple[int, ConfigurationError | None]:
    """Give up what a cause holds up, at most 200 parked records at once; give how many, and what stopped it."""
    return _decide_all(problem, lambda record: decisions.skip_held(record, reason=reason, actor=actor))


def choose_period_for_all(problem: Problem, *, choice: str, actor: str) -> tuple[int, ConfigurationError | None]:
    """Say what becomes of all that a closed period holds up, at most 200 at once; give how many, and what ended it."""
    return _decide_all(problem, lambda record: decisions.choose_period(record, choice=choice, actor=actor))


def _decide_all(problem: Problem, decide: Callable[[SyncRecord], None]) -> tuple[int, ConfigurationError | None]:
    parked = held_records(siblings(problem)).filter(state=SyncRecord.State.PARKED).select_related("sync")
    number = 0
    try:
        for record in parked.order_by("id")[:MOST_SKIPPED]:
            decide(record)
            number += 1
    except ConfigurationError as refusal:
        return number, refusal
    return number, None

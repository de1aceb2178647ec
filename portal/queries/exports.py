"""Rows of files that people take out: records and the trail, read piece by piece, amounts and times exact."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet

from audit.models import Attempt
from audit.queries import drafted, parsed
from integrations.engine.reconcile.export import Amount, Cell
from integrations.models import SyncRecord
from portal.models import Tenant
from portal.queries.records import linked_ids
from portal.states import look_of
from portal.words import attempt_words

AT_ONCE = 1000
ModelT = TypeVar("ModelT", bound=Model)

RECORD_COLUMNS = (
    "Record", "Flow", "Key in the source", "Id in the target", "State", "Amount", "Currency", "Dated", "Code", "Reason",
    "Revision", "First seen (UTC)", "Changed (UTC)",
)  # fmt: skip
ATTEMPT_COLUMNS = (
    "Attempt", "Run", "Flow", "Key in the source", "Operation", "Outcome", "Code", "Message", "Id in the target",
    "Our reference", "Revision", "Mapping version", "Opened (UTC)", "Closed (UTC)",
)  # fmt: skip


def record_rows(records: QuerySet[SyncRecord]) -> Iterator[tuple[Cell, ...]]:
    """Give records, newest first, with their ids in the target; two queries for each thousand."""
    for page in _pages(records):
        ids = linked_ids(page)
        for record in page:
            amount = Amount(record.amount, record.currency) if record.amount is not None else None
            yield (
                str(record), record.flow, record.natural_key, ids.get(record.pk, ""),
                look_of(record.state).word, amount, record.currency, record.document_date, record.code, record.reason,
                record.revision, record.created_at, record.changed_at,
            )  # fmt: skip


def attempts_between(tenant: Tenant, start: date, end: date) -> QuerySet[Attempt]:
    """Give the trail of some days of the company's zone, both included."""
    zone = ZoneInfo(tenant.time_zone)
    first = datetime.combine(start, datetime.min.time(), tzinfo=zone)
    last = datetime.combine(end + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    attempts: QuerySet[Attempt] = Attempt.objects.for_tenant(tenant)
    return attempts.filter(opened_at__gte=first, opened_at__lt=last)


def attempt_rows(attempts: QuerySet[Attempt]) -> Iterator[tuple[Cell, ...]]:
    """Give attempts, newest first, without drafts and answers."""
    for page in _pages(attempts.defer("draft", "answer")):
        yield from (_attempt(each) for each in page)


def attempt_objects(attempts: QuerySet[Attempt]) -> Iterator[dict[str, object]]:
    """Give attempts, newest first, with drafts and answers, redacted, for files that can hold them."""
    for page in _pages(attempts):
        for each in page:
            values: dict[str, object] = dict(zip(ATTEMPT_COLUMNS, _attempt(each), strict=True))
            yield {**values, "Draft": drafted(each.draft), "Answer": parsed(each.answer) if each.answer else None}


def _attempt(each: Attempt) -> tuple[Cell, ...]:
    return (
        each.pk, each.run_id, each.flow, each.natural_key, attempt_words(each), look_of(each.outcome, "attempt").word,
        each.code, each.message, each.external_id, each.reference, each.revision, each.mapping_version,
        each.opened_at, each.closed_at,
    )  # fmt: skip


def _pages(rows: QuerySet[ModelT]) -> Iterator[list[ModelT]]:
    """Cut a queryset into lists by descending id: each a short query, so that no cursor stays open."""
    rows = rows.order_by("-pk")
    page = list(rows[:AT_ONCE])
    while page:
        yield page
        page = list(rows.filter(pk__lt=page[-1].pk)[:AT_ONCE]) if len(page) == AT_ONCE else []

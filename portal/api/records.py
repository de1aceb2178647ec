"""Records: search, one of them, its timeline, replay."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from audit.models import Attempt, ConfigChange
from audit.queries import attempts_of_record, drafted, parsed
from integrations.contracts import Facts
from integrations.engine.syncs import replay
from integrations.jobs import start_due
from integrations.models import Companion, Link, SyncRecord
from portal.api.access import Caller, caller_of, operation
from portal.api.problem import Refused
from portal.api.runs import AttemptShown, show_attempt
from portal.api.values import (
    Asked,
    CurrencyCode,
    Day,
    Id,
    Money,
    Number,
    Page,
    Paged,
    PageQuery,
    ShortText,
    money,
    page_of,
)
from portal.permissions import Ability
from portal.queries.records import Search, decisions_about, further_of, linked_ids, links_of, search_records, sync_of

router = Router(tags=["Records"])
RecordState = Literal["due", "open", "waiting", "parked", "unknown", "delivered", "different", "skipped"]


class RecordShown(Schema):
    """A record on its way from the source to the target."""

    id: int
    sync: int
    flow: str
    natural_key: str = Field(description="What identifies it in the source.")
    label: str
    state: str = Field(description="due, open, waiting, parked, unknown, delivered, different or skipped.")
    code: str
    reason: str
    money: Money | None
    document_date: date | None
    external_id: str = Field(description="Its newest id in the target; empty before it is booked.")
    problem: int | None
    created_at: datetime
    changed_at: datetime


class LinkShown(Schema):
    """A document in the target that stands for a record."""

    external_id: str
    reference: str
    revision: int
    state: str
    is_posted: bool
    is_as_drafted: bool
    is_ours: bool
    reversed_on: date | None
    reversal_id: str


class FurtherShown(Schema):
    """A further document in the target: a share of the record's amount, or one that stands beside its own."""

    external_id: str
    reference: str
    revision: int
    kind: str
    is_share: bool
    state: str
    is_posted: bool
    money: Money | None


class RecordInFull(RecordShown):
    """A record with its documents and what it waits for."""

    links: list[LinkShown]
    further_documents: list[FurtherShown]
    waits_for: list[str]


class AttemptInFull(AttemptShown):
    """An attempt with what was sent and answered, secrets taken out."""

    draft: Any = None
    answer: Any = None


class Decision(Schema):
    """What a person decided about a record."""

    at: datetime
    actor: str
    action: str
    reason: str


class Timeline(Page[AttemptInFull]):
    """What was tried, newest first, and what people decided (the newest 50)."""

    decisions: list[Decision]


class RecordQuery(Paged):
    """Which records."""

    q: ShortText = Field("", description="A number, key, id, reference, customer, amount or day.")
    sync: Number | None = None
    flow: ShortText = ""
    state: RecordState | None = None
    currency: CurrencyCode | None = None
    dated_from: Day | None = None
    dated_to: Day | None = None


@router.get("", **operation(Ability.VIEW, {200: Page[RecordShown]}))
def list_records(request: HttpRequest, wanted: Annotated[RecordQuery, Query()]) -> Page[RecordShown]:
    """Search records."""
    sought = Search(
        text=wanted.q.strip(),
        sync=str(wanted.sync or ""),
        flow=wanted.flow,
        state=wanted.state or "",
        currency=wanted.currency or "",
        start=str(wanted.dated_from or ""),
        end=str(wanted.dated_to or ""),
    )
    return page_of(request, search_records(caller_of(request).tenant, sought), wanted, _shown)


@router.get("/{record_id}", **operation(Ability.VIEW, {200: RecordInFull}, 404))
def get_record(request: HttpRequest, record_id: Id) -> RecordInFull:
    """Give one record with its documents in the target."""
    record = record_or_404(caller_of(request), record_id)
    links = links_of(record)
    external_id = links[0].external_id if links else ""
    return RecordInFull(
        **_values(record, external_id),
        links=[_link(each) for each in links],
        further_documents=[_further(*each) for each in further_of(record)],
        waits_for=record.waits_for,
    )


@router.get("/{record_id}/timeline", **operation(Ability.VIEW, {200: Timeline}, 404))
def get_timeline(request: HttpRequest, record_id: Id, paged: PageQuery) -> Timeline:
    """Give all that was tried with a record, and what people decided about it."""
    record = record_or_404(caller_of(request), record_id)
    attempts = attempts_of_record(record.tenant_id, record.pk)
    page = page_of(request, attempts, paged, lambda rows: [_in_full(each) for each in rows])
    decided = [_decision(each) for each in decisions_about(record)]
    return Timeline(items=page.items, next_before=page.next_before, next=page.next, decisions=decided)


@router.post("/{record_id}/replay", **operation(Ability.OPERATE, {202: Asked}, 404, 409))
def replay_record(request: HttpRequest, record_id: Id) -> Status[Asked]:
    """Have a record looked at again: a held one is tried anew, a delivered one only read back."""
    caller = caller_of(request)
    record = record_or_404(caller, record_id)
    number = replay(sync_of(record), record_ids=[record.pk], actor=caller.actor)
    if not number:
        raise Refused(409, "in_flight", f"{record} is in flight just now.", next_step="Ask again in a minute.")
    start_due()
    return Status(202, Asked(message=f"{record} is looked at again as soon as a worker is free.", number=number))


def record_or_404(caller: Caller, record_id: int) -> SyncRecord:
    """Give a record of the caller's company."""
    return get_object_or_404(SyncRecord.objects.for_tenant(caller.tenant).select_related("sync"), pk=record_id)


def _shown(rows: list[SyncRecord]) -> list[RecordShown]:
    ids = linked_ids(rows)
    return [RecordShown(**_values(row, ids.get(row.pk, ""))) for row in rows]


def _values(row: SyncRecord, external_id: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sync": row.sync_id,
        "flow": row.flow,
        "natural_key": row.natural_key,
        "label": row.label,
        "state": row.state,
        "code": row.code,
        "reason": row.reason,
        "money": money(row.amount, row.currency) if row.amount is not None and row.currency else None,
        "document_date": row.document_date,
        "external_id": external_id,
        "problem": row.problem_id,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }


def _link(link: Link) -> LinkShown:
    return LinkShown.model_validate(link)


def _further(row: Companion, facts: Facts) -> FurtherShown:
    return FurtherShown(
        external_id=row.external_id,
        reference=row.reference,
        revision=row.revision,
        kind=row.sink,
        is_share=row.is_share,
        state=row.state,
        is_posted=row.is_posted,
        money=money(facts.total, facts.currency) if facts.total is not None and facts.currency else None,
    )


def _in_full(attempt: Attempt) -> AttemptInFull:
    return AttemptInFull(
        **show_attempt(attempt).model_dump(),
        draft=_texts(drafted(attempt.draft)),
        answer=_texts(parsed(attempt.answer)) if attempt.answer else None,
    )


def _texts(value: Any) -> Any:
    """Write numbers as decimal strings, so that no reader rounds an amount."""
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return value if value is None or isinstance(value, bool | str) else str(value)


def _decision(change: ConfigChange) -> Decision:
    said = change.details.get("reason", "")
    reason = said if isinstance(said, str) else ""
    return Decision(at=change.at, actor=change.actor, action=change.action, reason=reason)

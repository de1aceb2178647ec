"""What only a person may decide: a look-alike, a document that stands differently, another system at the far end."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.record import change_config
from integrations.engine import schedule
from integrations.engine.problems import recount
from integrations.engine.standing import LINK, POST_ANEW
from integrations.engine.store import release_waiting
from integrations.errors import ConfigurationError
from integrations.models import Connection, Link, Sync, SyncRecord

State = SyncRecord.State


def link_found(record: SyncRecord, *, actor: str) -> None:
    """Link a record to the look-alike it is parked beside; it is looked up again, and linked only if the two agree."""
    _decide(record, LINK, "decided to link", actor)


def post_anew(record: SyncRecord, *, actor: str) -> None:
    """Have a record posted although a look-alike stands in the target."""
    _decide(record, POST_ANEW, "decided to post anew", actor)


def _decide(record: SyncRecord, decision: str, action: str, actor: str) -> None:
    if record.state != State.PARKED or record.code != "possible_duplicate":
        raise ConfigurationError(f"{record} is not held up by a look-alike in the target.", code="nothing_to_decide")
    with transaction.atomic():
        schedule.lock(record.sync_id)
        SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).update(
            decision=decision, state=State.DUE, due_at=timezone.now(), tries=0
        )
        schedule.ask_for_run(record.sync, trigger="replay")
        _note(record, action, actor, record.reason)


def accept_different(record: SyncRecord, *, reason: str, actor: str) -> None:
    """Take a document as delivered although it stands differently; what waits for it goes on. The reason is kept."""
    if record.state != State.DIFFERENT or not reason.strip():
        raise ConfigurationError(f"{record} can be accepted only while it stands differently, and with a reason.")
    problem_id = record.problem_id
    with transaction.atomic():
        schedule.lock(record.sync_id)
        SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).update(
            state=State.DELIVERED, problem=None, code="", reason=f"Accepted by {actor}: {reason.strip()}"
        )
        _links_of(record).update(is_as_drafted=True)
        release_waiting(record.sync, [f"{record.flow}:{record.natural_key}"])
        recount([problem_id] if problem_id else [])
        schedule.ask_for_run(record.sync, trigger="replay")
        _note(record, "accepted a difference", actor, reason.strip())


def skip_held(record: SyncRecord, *, reason: str, actor: str) -> None:
    """Give a parked record up: it is not posted, for the reason given."""
    if record.state != State.PARKED or not reason.strip():
        raise ConfigurationError(f"{record} can be skipped only while it is parked, and with a reason.")
    problem_id = record.problem_id
    with transaction.atomic():
        schedule.lock(record.sync_id)
        SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).update(
            state=State.SKIPPED, problem=None, code="skipped_by_hand", reason=f"Skipped by {actor}: {reason.strip()}"
        )
        release_waiting(record.sync, [f"{record.flow}:{record.natural_key}"])
        recount([problem_id] if problem_id else [])
        _note(record, "skipped", actor, reason.strip())


def _links_of(record: SyncRecord) -> QuerySet[Link]:
    return Link.objects.for_tenant(record.tenant_id).filter(
        source_identity=record.source_identity,
        target_identity=record.target_identity,
        flow=record.flow,
        natural_key=record.natural_key,
    )


def confirm_identity(connection: Connection, *, actor: str) -> None:
    """Accept that a connection leads to another system now. Its old links are not used: identity is part of every key.

    Syncs over it stay stopped until they are switched on again; the next ping stores the new identity.
    """
    if connection.state != Connection.State.CHANGED:
        raise ConfigurationError(f"{connection.name} has not become another system.", code="nothing_to_decide")
    before = connection.identity.get("name", "")
    with transaction.atomic():
        Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk).update(
            state=Connection.State.NEW, fingerprint="", identity={}, references_at=None
        )
        change_config(
            tenant_id=connection.tenant_id,
            actor=actor,
            subject=f"connection {connection.pk}",
            action="confirmed another system",
            details={"before": before},
        )


def archive(sync: Sync, *, actor: str) -> None:
    """Put a sync away for good, so that another may join the same two systems and go on with its records."""
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(
        state=Sync.State.ARCHIVED, wants_run="", next_run_at=None
    )
    change_config(tenant_id=sync.tenant_id, actor=actor, subject=f"sync {sync.pk}", action="archived")


def _note(record: SyncRecord, action: str, actor: str, reason: str) -> None:
    change_config(
        tenant_id=record.tenant_id,
        actor=actor,
        subject=f"record {record.pk}",
        action=action,
        details={"record": f"{record.flow} {record.natural_key}", "reason": reason},
    )

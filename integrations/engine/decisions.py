"""What only a person may decide: a look-alike, a document that stands differently, another system at the far end."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.models import Attempt
from audit.record import change_config
from integrations.approvals.gate import Deed, demand, holds
from integrations.approvals.replays import demand_replay
from integrations.engine import schedule
from integrations.engine.drafting import PAID_IN_TARGET
from integrations.engine.drafts import load_aim, load_draft
from integrations.engine.hits import LOOK_ALIKES
from integrations.engine.problems import recount
from integrations.engine.sessions import today_at
from integrations.engine.standing import LINK, POST_ANEW, UNDO
from integrations.engine.store import release_waiting
from integrations.engine.work import Aim
from integrations.errors import ConfigurationError
from integrations.models import Action, Companion, Connection, Link, Sync, SyncRecord
from integrations.periods import ASK, CODES, HOLD, NEXT_OPEN, SKIP

State = SyncRecord.State
_SEVERAL = "duplicate_in_target"
_CHANGED_NOTHING = (
    Attempt.Outcome.REJECTED, Attempt.Outcome.TRANSIENT, Attempt.Outcome.ABSENT, Attempt.Outcome.UNCHANGED,
)  # fmt: skip


def link_found(record: SyncRecord, *, actor: str, external_id: str = "") -> None:
    """Link a record to a look-alike that it is parked beside; it is looked up again, and linked only if the two agree.

    Of several look-alikes `external_id` names the one; the day of a document so chosen may be another. Raises
    ConfigurationError where it is another record's already.
    """
    if record.code in (_SEVERAL, PAID_IN_TARGET) and not external_id:
        raise ConfigurationError(f"{record} may be one of several documents. Choose one of them.", code="choose_one")
    if external_id and (owner := _owner_of(record, external_id)):
        raise ConfigurationError(
            f"{external_id} is linked to {owner} already. Choose another, or have {record} posted as a new one.",
            code="linked_already",
            value=external_id,
        )
    _decide(record, LINK, "decided to link", actor, external_id)


def _owner_of(record: SyncRecord, external_id: str) -> str:
    """Name the record that a document of this kind is linked to, if it is another one."""
    links = Link.objects.for_tenant(record.tenant_id).filter(
        source_identity=record.source_identity,
        target_identity=record.target_identity,
        flow=record.flow,
        external_id=external_id,
    )
    standing = links.exclude(natural_key=record.natural_key).exclude(state=Link.State.REVERSED)
    return standing.values_list("natural_key", flat=True).first() or _further_owner_of(record, external_id)


def _further_owner_of(record: SyncRecord, external_id: str) -> str:
    """Name the record of which a document is a share or companion."""
    rows = Companion.objects.for_tenant(record.tenant_id).filter(
        source_identity=record.source_identity,
        target_identity=record.target_identity,
        flow=record.flow,
        external_id=external_id,
    )
    return rows.exclude(state=Companion.State.REVERSED).values_list("natural_key", flat=True).first() or ""


def post_anew(record: SyncRecord, *, actor: str, approval: int | None = None) -> None:
    """Have a record posted although look-alikes stand in the target.

    Above the two-person rule's amount `approval` is the request granted for it; else ConfigurationError.
    """
    with transaction.atomic():
        schedule.lock(record.sync_id)
        demand_replay(record.sync, way="post anew", record_ids=(), anew=[record.pk], approval=approval)
        _decide(record, POST_ANEW, "decided to post anew", actor)


def _decide(record: SyncRecord, decision: str, action: str, actor: str, value: str = "") -> None:
    if record.state != State.PARKED or record.code not in LOOK_ALIKES:
        raise ConfigurationError(f"{record} is not held up by a look-alike in the target.", code="nothing_to_decide")
    _take_up(record, decision, value, action, actor)


def choose_period(record: SyncRecord, *, choice: str, actor: str) -> None:
    """Say what becomes of a record whose period is closed: "next_open", "hold" or "skip"; of this record only."""
    if choice not in (NEXT_OPEN, HOLD, SKIP):
        raise ConfigurationError(f"“{choice}” is no choice for a closed period.", code="nothing_to_decide")
    if record.state not in (State.PARKED, State.WAITING) or record.code not in (CODES[ASK], CODES[HOLD]):
        raise ConfigurationError(f"{record} is not held up by a closed period.", code="nothing_to_decide")
    _take_up(record, choice, "", f"chose {choice} for a closed period", actor)


def _take_up(record: SyncRecord, decision: str, value: str, action: str, actor: str) -> None:
    """Keep a decision and have its record judged anew."""
    if record.decision == UNDO:
        raise ConfigurationError(f"{record} is being undone. {record.decision_value}", code="nothing_to_decide")
    with transaction.atomic():
        _lock(record)
        SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).update(
            decision=decision, decision_value=value, state=State.DUE, due_at=timezone.now(), tries=0
        )
        schedule.ask_for_run(record.sync, trigger="replay")
        _note(record, action, actor, value or record.reason)


def _lock(record: SyncRecord) -> None:
    """Lock a record's sync, as runs do. Raises ConfigurationError where the record is no longer as it was shown."""
    schedule.lock(record.sync_id)
    now = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).values_list("state", "code").first()
    if now != (record.state, record.code):
        raise ConfigurationError(f"{record} has changed meanwhile. Look at it again.", code="changed_meanwhile")


def accept_different(record: SyncRecord, *, reason: str, actor: str) -> None:
    """Take a document as it stands, though differently: its further operations and what waits for it go on.

    It is not amended again before its details change in the source. The reason is kept.
    """
    if record.state != State.DIFFERENT or not reason.strip():
        raise ConfigurationError(f"{record} can be accepted only while it stands differently, and with a reason.")
    problem_id, following = record.problem_id, _operation_after(record)
    with transaction.atomic():
        _lock(record)
        _links_of(record).update(is_as_drafted=True)
        reversing = _links_of(record).filter(state=Link.State.REVERSING).exclude(reversal_id="")
        goes_on = bool(following)
        if not following:  # what follows a reversal is still to be done
            standing = _links_of(record).filter(revision=record.revision, state=Link.State.STANDING)
            standing.update(details_version=_details_of(record))
            goes_on = bool(reversing.update(state=Link.State.REVERSED, reversed_on=_reversal_day(record)))
            if goes_on:
                _further_of(record).filter(revision=record.revision).update(state=Companion.State.REVERSED)
        own = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)
        own.filter(decision__in=(LINK, POST_ANEW)).update(decision="", decision_value="")  # it is carried out
        own.update(
            state=State.DUE if goes_on else State.DELIVERED,
            due_at=timezone.now() if goes_on else None,
            next_operation=following,
            problem=None,
            code="",
            reason=f"Accepted by {actor}: {reason.strip()}",
            look_again_at=timezone.now(),  # whether it is posted was not looked at while it stood differently
        )
        release_waiting(record.sync, [f"{record.flow}:{record.natural_key}"])
        recount([problem_id] if problem_id else [])
        schedule.ask_for_run(record.sync, trigger="replay")
        _note(record, "accepted a difference", actor, reason.strip())


def _reversal_day(record: SyncRecord) -> date:
    """Give the day a reversal that stands differently was drafted for; today at the source where it names none."""
    different = _different(record)
    on = Aim.read(load_aim(different.draft)).on if different else None
    return on or today_at(record.sync.source)


def _details_of(record: SyncRecord) -> str:
    """Give the details version that was to stand; with what the document lacks, if it does."""
    different = _different(record)
    kept = load_aim(different.draft) if different else {}
    return kept.get("token") or kept.get("details") or record.details_version


def _different(record: SyncRecord) -> Attempt | None:
    attempts = Attempt.objects.for_tenant(record.tenant_id).filter(record_id=record.pk)
    return attempts.filter(outcome=Attempt.Outcome.DIFFERENT).order_by("-id").first()


def _operation_after(record: SyncRecord) -> str:
    """Name the operation that follows the one whose document stands differently; empty where it was the last."""
    different = _different(record)
    return load_draft(different.draft)[1] if different else ""


def skip_held(record: SyncRecord, *, reason: str, actor: str) -> None:
    """Give a parked record up: it is not posted, for the reason given.

    What stands of it and was about to be reversed stays, and what is applied to it goes on.
    """
    if record.state != State.PARKED or not reason.strip():
        raise ConfigurationError(f"{record} can be skipped only while it is parked, and with a reason.")
    problem_id = record.problem_id
    with transaction.atomic():
        _lock(record)
        SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk).update(
            decision="",
            decision_value="",
            state=State.SKIPPED,
            problem=None,
            code="skipped_by_hand",
            reason=f"Skipped by {actor}: {reason.strip()}",
        )
        if not _has_begun_reversal(record):
            _links_of(record).filter(state=Link.State.REVERSING, reversal_id="").update(state=Link.State.STANDING)
        release_waiting(record.sync, [f"{record.flow}:{record.natural_key}"])
        recount([problem_id] if problem_id else [])
        _note(record, "skipped", actor, reason.strip())


def _has_begun_reversal(record: SyncRecord) -> bool:
    """Tell whether something of its reversal was sent and stands, or may stand; so of attempts that were erased."""
    sent = Attempt.objects.for_tenant(record.tenant_id).filter(record_id=record.pk, revision=record.revision)
    drafts = sent.exclude(outcome__in=_CHANGED_NOTHING).values_list("draft", flat=True)
    return any(not draft or Aim.read(load_aim(draft)).mode == "reverse" for draft in drafts.iterator())


def _links_of(record: SyncRecord) -> QuerySet[Link]:
    return Link.objects.for_tenant(record.tenant_id).filter(
        source_identity=record.source_identity,
        target_identity=record.target_identity,
        flow=record.flow,
        natural_key=record.natural_key,
    )


def _further_of(record: SyncRecord) -> QuerySet[Companion]:
    return Companion.objects.for_tenant(record.tenant_id).filter(
        source_identity=record.source_identity,
        target_identity=record.target_identity,
        flow=record.flow,
        natural_key=record.natural_key,
    )


def identity_deed(connection: Connection) -> Deed:
    """Give what confirming another system comes to: what it was, and what it has become."""
    return Deed(
        tenant_id=connection.tenant_id,
        action=Action.IDENTITY,
        subject=f"connection {connection.pk}",
        content=[connection.fingerprint, connection.identity, connection.became, connection.values],
    )


def confirm_identity(connection: Connection, *, actor: str, approval: int | None = None) -> None:
    """Accept that a connection leads to another system now. Its old links are not used: identity is part of every key.

    Syncs over it stay stopped until they are switched on again; the next ping stores the new identity, and only the one
    that was found. Under the two-person rule `approval` is the request granted for it; else ConfigurationError.
    """
    with transaction.atomic():
        connection = Connection.objects.for_tenant(connection.tenant_id).select_for_update().get(pk=connection.pk)
        if connection.state != Connection.State.CHANGED:
            raise ConfigurationError(f"{connection.name} has not become another system.", code="nothing_to_decide")
        demand(identity_deed(connection), approval, is_held=holds(connection.tenant_id, Action.IDENTITY))
        before = connection.identity.get("name", "")
        Connection.objects.for_tenant(connection.tenant_id).filter(pk=connection.pk).update(
            state=Connection.State.NEW, fingerprint="", identity={}, references_at=None
        )
        change_config(
            tenant_id=connection.tenant_id,
            actor=actor,
            subject=f"connection {connection.pk}",
            action="confirmed another system",
            details={"before": before, "after": connection.became.get("name", "")},
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

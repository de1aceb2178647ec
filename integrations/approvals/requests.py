"""Requests for a second person, on record: asked, granted, declined, withdrawn, lapsed; each ends once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.record import change_config
from integrations.approvals.gate import Deed, rule_of
from integrations.errors import ConfigurationError
from integrations.models import ApprovalRequest

State = ApprovalRequest.State
REASON_CHARS = 500
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks or decides: the account, and the name that the trail keeps."""

    id: int
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says beside its deed: how it is made out again, and what people see of it later."""

    kind: str
    what: dict[str, Any]
    title: str
    facts: Sequence[tuple[str, str]] = ()


def ask(deed: Deed, asked: Asked, *, person: Person, reason: str) -> ApprovalRequest:
    """Keep a request until another person approves it. One about the same that has changed since lapses for it.

    Raises ConfigurationError without a reason, and where the same is asked for already.
    """
    if not reason.strip():
        raise ConfigurationError("Say why: whoever approves it reads your reason.", code="no_reason", field="reason")
    with transaction.atomic():
        for earlier in _waiting(deed).select_for_update():
            if earlier.digest == deed.digest and earlier.lapses_at > timezone.now():
                raise _asked_already(earlier.asker)
            lapse(earlier, "It was asked for anew, as it is now.")
        try:
            with transaction.atomic():
                made = _make(deed, asked, person, reason.strip()[:REASON_CHARS])
        except IntegrityError as error:
            raise _asked_already("Somebody") from error
        _note(made, "asked for approval", person.email, {"reason": made.reason, "facts": made.facts})
    return made


def _waiting(deed: Deed) -> Any:
    rows = ApprovalRequest.objects.for_tenant(deed.tenant_id)
    return rows.filter(action=deed.action, subject=deed.subject, state=State.WAITING)


def _asked_already(asker: str) -> ConfigurationError:
    return ConfigurationError(
        f"{asker} has asked for exactly this already. It waits under Approvals.", code="asked_already"
    )


def _make(deed: Deed, asked: Asked, person: Person, reason: str) -> ApprovalRequest:
    days = rule_of(deed.tenant_id).lapse_days
    return ApprovalRequest.objects.create(
        tenant_id=deed.tenant_id,
        action=deed.action,
        kind=asked.kind,
        what=asked.what,
        subject=deed.subject,
        digest=deed.digest,
        title=asked.title[:300],
        facts=[list(fact) for fact in asked.facts],
        reason=reason,
        asked_by_id=person.id,
        asker=person.email,
        lapses_at=timezone.now() + timedelta(days=days),
    )


def grant(request: ApprovalRequest, *, person: Person) -> None:
    """Give a waiting request to its deed, in the transaction that carries it out; once only, never by who asked.

    Put it on record with `note_approval` when the deed is done. Raises ConfigurationError saying why not: it is one's
    own, over, or somebody was faster.
    """
    if request.asked_by_id is None or person.id == request.asked_by_id or person.email == request.asker:
        raise ConfigurationError("Somebody else than who asked approves it.", code="own_request")
    _end(request, State.GRANTED, person)


def note_approval(request: ApprovalRequest) -> None:
    """Put on record who approved what was just done, in its transaction; last, as runs lock the trail last, too."""
    names = {"asked_by": request.asker, "approved_by": request.decider}
    _note(request, "approved", request.decider, names)


def decline(request: ApprovalRequest, *, person: Person, reason: str) -> None:
    """Refuse a waiting request, with a reason. Raises ConfigurationError without one, or where it is over."""
    if not reason.strip():
        raise ConfigurationError("Say why you decline it: who asked reads your reason.", code="no_reason")
    with transaction.atomic():
        _end(request, State.DECLINED, person, reason.strip()[:REASON_CHARS])
        said = {"asked_by": request.asker, "declined_by": person.email, "reason": request.said}
        _note(request, "declined", person.email, said)


def withdraw(request: ApprovalRequest, *, person: Person) -> None:
    """Take one's own waiting request back. Raises ConfigurationError where it is another's, or over."""
    if person.id != request.asked_by_id:
        raise ConfigurationError("Only who asked for it takes it back.", code="not_own_request")
    with transaction.atomic():
        _end(request, State.WITHDRAWN, person)
        _note(request, "withdrew", person.email, {})


def lapse(request: ApprovalRequest, said: str, *, person: Person | None = None) -> None:
    """End a waiting request that cannot be carried out any more, with what to tell its asker; safe to call twice."""
    with transaction.atomic():
        rows = ApprovalRequest.objects.for_tenant(request.tenant_id).filter(pk=request.pk, state=State.WAITING)
        if rows.update(state=State.LAPSED, said=said, decided_at=timezone.now()):
            tried = {"asked_by": request.asker, "tried_by": person.email if person else "", "reason": said}
            _note(request, "lapsed", person.email if person else "system", tried)
    request.refresh_from_db()


def lapse_over() -> int:
    """End the requests whose time is over, of every company; give how many. Safe to call twice."""
    over = ApprovalRequest.objects.filter(state=State.WAITING, lapses_at__lte=timezone.now()).order_by("lapses_at")
    rows = list(over[:_AT_ONCE])
    for request in rows:
        lapse(request, "Nobody decided in time.")
    return len(rows)


def _end(request: ApprovalRequest, state: str, person: Person, said: str = "") -> None:
    """Take a request out of those that wait, by a conditional update: whoever comes second is told who was first."""
    now = timezone.now()
    rows = ApprovalRequest.objects.for_tenant(request.tenant_id).filter(pk=request.pk, state=State.WAITING)
    values = {"state": state, "decided_at": now, "said": said, "decided_by_id": person.id, "decider": person.email}
    ended = rows.filter(lapses_at__gt=now).update(**values)
    request.refresh_from_db()
    if not ended:
        raise ConfigurationError(_over(request), code="over")


def _over(request: ApprovalRequest) -> str:
    if request.state == State.WAITING:
        return "Nobody decided in time: the request has lapsed. Ask anew."
    by = f" by {request.decider}" if request.decider else ""
    return f"This request is over: {request.get_state_display().lower()}{by}."


def _note(request: ApprovalRequest, action: str, actor: str, details: dict[str, Any]) -> None:
    about = {"request": request.pk, "title": request.title, "subject": request.subject, "digest": request.digest}
    change_config(
        tenant_id=request.tenant_id,
        actor=actor,
        subject=f"approval {request.pk}",
        action=action,
        details={**about, **details},
    )

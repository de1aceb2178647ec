"""The verbs of the two-person rule for people: ask, approve, decline, withdraw; who may is judged anew each time."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from integrations.approvals import requests
from integrations.approvals.gate import CHANGED
from integrations.errors import ConfigurationError
from integrations.models import ApprovalRequest
from mappings.errors import InvalidMappingError, MappingStateError
from portal.approvals.kinds import make_out
from portal.approvals.people import NEEDS, is_eligible, person_of
from portal.approvals.wanted import Wanted
from portal.models import Membership, Tenant

_LATER = ("not_active",)  # refusals that pass: the request goes on waiting
_ACTOR_CHARS = 254
_CHANGED_SINCE = "What it is about has changed since it was asked for. Ask anew."


def ask_for(wanted: Wanted, *, membership: Membership, reason: str) -> ApprovalRequest:
    """Ask a second person for something. Raises ConfigurationError, and PermissionDenied for who may not do it."""
    _demand_ability(membership, wanted.kind)
    return requests.ask(wanted.deed, wanted.asked, person=person_of(membership.user), reason=reason)


def approve(request: ApprovalRequest, *, membership: Membership) -> str:
    """Do what was asked for, once, if it is still exactly that; say what happened.

    Raises PermissionDenied for who may not do it, ConfigurationError for one's own request, one that is over, and one
    that has changed since: it lapses, and its asker sees why.
    """
    _demand_ability(membership, request.kind)
    person = person_of(membership.user)
    if request.state == ApprovalRequest.State.WAITING and not _is_still_member(request):
        requests.lapse(request, f"{request.asker} may not ask for it any more.", person=person)
        raise ConfigurationError(f"It has lapsed. {request.said}", code="lapsed")
    try:
        with transaction.atomic():
            requests.grant(request, person=person)
            said = _carry_out(request, membership.tenant, f"{request.asker}, approved by {person.email}")
            requests.note_approval(request)
            return said
    except (ConfigurationError, InvalidMappingError, MappingStateError, Http404) as refusal:
        request.refresh_from_db()
        if getattr(refusal, "code", "") in (*_LATER, "own_request", "over"):
            raise
        requests.lapse(request, _why(refusal), person=person)
        raise ConfigurationError(f"Nothing was done, and the request has lapsed. {request.said}", code="lapsed") from (
            refusal
        )


def _carry_out(request: ApprovalRequest, tenant: Tenant, actor: str) -> str:
    wanted = make_out(tenant, request.kind, {**request.what, "reason": request.reason})
    if wanted.deed.digest != request.digest:
        raise ConfigurationError(_CHANGED_SINCE, code=CHANGED)
    said = wanted.run(actor[:_ACTOR_CHARS], request.pk)
    request.refresh_from_db()
    if request.state != ApprovalRequest.State.DONE:
        raise ConfigurationError(_CHANGED_SINCE, code=CHANGED)
    return said


def _why(refusal: Exception) -> str:
    if isinstance(refusal, InvalidMappingError):
        return refusal.problems[0].sentence if refusal.problems else "The mapping is not right."
    return str(refusal) or "What it is about is not there any more."


def _is_still_member(request: ApprovalRequest) -> bool:
    asker = Membership.objects.for_tenant(request.tenant_id).filter(user=request.asked_by_id).select_related("user")
    found = asker.first()
    return found is not None and is_eligible(found, NEEDS[request.kind])


def decline(request: ApprovalRequest, *, membership: Membership, reason: str) -> None:
    """Refuse what another asked for. Errors as `approve`."""
    _demand_ability(membership, request.kind)
    requests.decline(request, person=person_of(membership.user), reason=reason)


def withdraw(request: ApprovalRequest, *, membership: Membership) -> None:
    """Take one's own request back. Raises ConfigurationError."""
    requests.withdraw(request, person=person_of(membership.user))


def _demand_ability(membership: Membership, kind: str) -> None:
    if not is_eligible(membership, NEEDS[kind]):
        raise PermissionDenied("Your role here may not do this, so it may not approve it either.")

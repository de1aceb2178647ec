"""Requests that wait for a second person: whose they are, and who may decide them."""

from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import ApprovalRequest
from portal.approvals.people import NEEDS, eligible_of, is_eligible, members_of
from portal.models import Membership, Tenant, User


def waiting(tenant: Tenant) -> QuerySet[ApprovalRequest]:
    """Give a company's requests that nobody decided yet, the newest first."""
    rows = ApprovalRequest.objects.for_tenant(tenant).filter(state=ApprovalRequest.State.WAITING)
    return rows.filter(lapses_at__gt=timezone.now()).order_by("-id")


def may_decide(request: ApprovalRequest, membership: Membership) -> bool:
    """Tell whether a member may approve or decline a request: able to do the thing, and not who asked."""
    return request.asked_by_id != membership.user_id and is_eligible(membership, NEEDS[request.kind])


def waiting_for(membership: Membership) -> list[ApprovalRequest]:
    """Give the requests that wait for this member, the newest first."""
    return [each for each in waiting(membership.tenant) if may_decide(each, membership)]


def deciders_of(request: ApprovalRequest) -> list[User]:
    """Give who may decide a request."""
    members = members_of(request.tenant_id)
    return [each for each in eligible_of(members, request.kind) if each.pk != request.asked_by_id]


def waiting_with_people(tenant: Tenant) -> list[tuple[ApprovalRequest, list[User]]]:
    """Give each waiting request of a company with who may decide it."""
    rows = list(waiting(tenant))
    members = members_of(tenant) if rows else []
    return [(row, [each for each in eligible_of(members, row.kind) if each.pk != row.asked_by_id]) for row in rows]

"""Who takes care of a cause of problems, and what people write about it; both are put on record."""

from django.db import transaction

from audit.record import change_config
from integrations.models import Problem
from portal.models import CauseAssignment, CauseComment, Membership, Role, User
from portal.permissions import Ability, is_allowed
from portal.queries.causes import name_of


def assign(problem: Problem, *, to: User | None, actor: str) -> None:
    """Give a problem's cause to a member of its company, or to nobody; safe to call twice."""
    sync_id, code, field, value = name_of(problem)
    with transaction.atomic():
        held = CauseAssignment.objects.for_tenant(problem.tenant_id)
        held.filter(sync_id=sync_id, code=code, field=field, value=value).delete()
        if to is not None:
            CauseAssignment.objects.create(
                tenant_id=problem.tenant_id,
                sync_id=sync_id,
                code=code,
                field=field,
                value=value,
                assignee=to,
                assigned_by=actor,
            )
        change_config(
            tenant_id=problem.tenant_id,
            actor=actor,
            subject=f"sync {sync_id}",
            action="assigned a problem" if to else "unassigned a problem",
            details={"cause": " ".join(filter(None, (code, field, value))), "to": to.email if to else ""},
        )


def comment(problem: Problem, *, text: str, actor: str) -> CauseComment:
    """Write something about a problem's cause; it stays when the cause heals and comes back."""
    sync_id, code, field, value = name_of(problem)
    return CauseComment.objects.create(
        tenant_id=problem.tenant_id,
        sync_id=sync_id,
        code=code,
        field=field,
        value=value,
        author=actor,
        text=text,
    )


def members_of(problem: Problem) -> list[User]:
    """Give the people of a problem's company who may take care of it, by name."""
    able = [role for role in Role if is_allowed(role, Ability.OPERATE)]
    rows = Membership.objects.for_tenant(problem.tenant_id).filter(role__in=able).select_related("user")
    return sorted((row.user for row in rows), key=lambda user: user.display_name.lower())

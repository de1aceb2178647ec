"""The verbs that found companies and change who belongs to them; every change is put on record."""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from audit.record import change_config
from portal.models import Invitation, Membership, Role, Tenant, User
from portal.permissions import assignable_roles

INVITATION_DAYS = 14


@transaction.atomic
def found_tenant(*, owner: User, name: str, time_zone: str) -> Tenant:
    """Create a company with its first owner."""
    tenant = Tenant(name=name.strip(), slug=_free_slug(name), time_zone=time_zone)
    tenant.full_clean()
    tenant.save()
    Membership.objects.create(user=owner, tenant=tenant, role=Role.OWNER)
    note_team(tenant.pk, "founded", actor=owner.email, email=owner.email, role=Role.OWNER)
    return tenant


def _free_slug(name: str) -> str:
    slug = slugify(name)[:50] or "company"
    return f"{slug}-{secrets.token_hex(3)}" if Tenant.objects.filter(slug=slug).exists() else slug


@transaction.atomic
def invite_member(*, tenant: Tenant, inviter: Membership, email: str, role: Role) -> tuple[Invitation, str]:
    """Open an invitation and give it with its token, which is kept nowhere; a new one replaces the open one.

    Raises ValidationError for a role the inviter may not give and for someone who is a member already.
    """
    email = email.strip().lower()
    _check_assignable(inviter, role)
    if Membership.objects.for_tenant(tenant).filter(user__email=email).exists():
        raise ValidationError(f"{email} is a member already.")
    Invitation.objects.for_tenant(tenant).filter(email=email, accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        tenant=tenant,
        email=email,
        role=role,
        token_digest=digest_of(token),
        invited_by=inviter.user,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    note_team(tenant.pk, "invited", actor=inviter.user.email, email=email, role=role)
    return invitation, token


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: str) -> None:
    """Make the link of an open invitation worthless. Safe to call twice."""
    open_ones = Invitation.objects.for_tenant(invitation.tenant_id).filter(pk=invitation.pk, accepted_at=None)
    gone, _ = open_ones.delete()
    if gone:
        note_team(invitation.tenant_id, "invitation taken back", actor=actor, email=invitation.email)


def find_invitation(token: str) -> Invitation | None:
    """Give the open invitation a token belongs to."""
    # Not from a tenant: the token names the company, and the visitor is in none yet.
    invitation = Invitation.objects.filter(token_digest=digest_of(token)).select_related("tenant", "invited_by").first()
    return invitation if invitation and invitation.is_open else None


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """Make the invited person a member; a member already keeps the role they have. Safe to call twice.

    Raises ValidationError when the invitation is for another address.
    """
    if user.email != invitation.email:
        raise ValidationError(f"This invitation is for {invitation.email}.")
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=timezone.now())
    membership, is_new = Membership.objects.get_or_create(
        user=user, tenant=invitation.tenant, defaults={"role": invitation.role}
    )
    if is_new:
        note_team(invitation.tenant_id, "joined", actor=user.email, email=user.email, role=membership.role)
    return membership


@transaction.atomic
def change_role(*, actor: Membership, membership: Membership, role: Role) -> None:
    """Give a member another role; raises ValidationError where the actor may not, or for the last owner."""
    _check_assignable(actor, Role(membership.role))
    _check_assignable(actor, role)
    if role is not Role.OWNER:
        _check_not_last_owner(membership)
    Membership.objects.for_tenant(membership.tenant_id).filter(pk=membership.pk).update(role=role)
    before, email = membership.role, membership.user.email
    note_team(membership.tenant_id, "role changed", actor=actor.user.email, email=email, before=before, role=role)


@transaction.atomic
def remove_member(*, actor: Membership, membership: Membership) -> None:
    """Take a member out of the company; raises ValidationError where the actor may not, or for the last owner."""
    if actor.pk != membership.pk:
        _check_assignable(actor, Role(membership.role))
    _check_not_last_owner(membership)
    Membership.objects.for_tenant(membership.tenant_id).filter(pk=membership.pk).delete()
    action = "left" if actor.pk == membership.pk else "removed"
    email = membership.user.email
    note_team(membership.tenant_id, action, actor=actor.user.email, email=email, role=membership.role)


def note_team(tenant_id: int, action: str, *, actor: str, **details: str) -> None:
    """Put a change of the team on record; safe texts only."""
    change_config(
        tenant_id=tenant_id,
        actor=actor,
        subject="team",
        action=action,
        details={name: str(text) for name, text in details.items()},
    )


def digest_of(token: str) -> str:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check_assignable(actor: Membership, role: Role) -> None:
    if role not in assignable_roles(actor.role):
        raise ValidationError(f"As {actor.get_role_display()} you cannot give or take the role {role.label}.")


def _check_not_last_owner(membership: Membership) -> None:
    owners = Membership.objects.for_tenant(membership.tenant_id).filter(role=Role.OWNER).select_for_update()
    if [owner.pk for owner in owners] == [membership.pk]:
        raise ValidationError("A company needs an owner. Make someone else owner first.")

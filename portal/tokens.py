"""API tokens: made, shown once, found again by their digest, revoked; every change is put on record."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.record import change_config
from integrations.errors import ConfigurationError
from portal.accounts import digest_of
from portal.models import ApiToken, Membership, Role, Tenant
from portal.permissions import ROLE_ABILITIES, Ability, is_allowed

PREFIX = "mlc_"
LIFETIMES_DAYS = (30, 90, 365)
MOST_OPEN = 50
_SHOWN = 10  # characters of a token that are kept: too few to guess the rest
_NOTED_EVERY = timedelta(minutes=1)


def token_roles(maker_role: str) -> tuple[Role, ...]:
    """List the roles that a token may have whose maker has this one: never more than the maker's own abilities."""
    if not is_allowed(maker_role, Ability.MANAGE):
        return ()
    return tuple(role for role in Role if role is not Role.OWNER)


@transaction.atomic
def make_token(*, maker: Membership, name: str, role: Role, days: int) -> tuple[ApiToken, str]:
    """Make a token and give it with its text, which is kept nowhere. Raises ConfigurationError."""
    if role not in token_roles(maker.role):
        raise ConfigurationError(f"As {maker.get_role_display()} you cannot make a token of this role.", field="role")
    if ApiToken.objects.for_tenant(maker.tenant_id).filter(_is_open()).count() >= MOST_OPEN:
        raise ConfigurationError(f"There are {MOST_OPEN} tokens already. Revoke one that is not used.", field="name")
    text = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        tenant_id=maker.tenant_id,
        membership=maker,
        name=name.strip(),
        prefix=text[:_SHOWN],
        token_digest=digest_of(text),
        role=role,
        expires_at=timezone.now() + timedelta(days=days),
    )
    _note(made, "made an API token", maker.user.email)
    return made, text


def tokens_of(tenant: Tenant) -> list[ApiToken]:
    """Give a company's tokens that work, then the last ones that do so no longer."""
    rows = ApiToken.objects.for_tenant(tenant).select_related("membership__user")
    spent = rows.exclude(_is_open()).order_by("-id")
    return [*rows.filter(_is_open()).order_by("-id"), *spent[:MOST_OPEN]]


def find_token(text: str) -> ApiToken | None:
    """Give the token that a text is, if it still works; whose company may be suspended."""
    if not text.startswith(PREFIX):
        return None
    # Not from a tenant: the token names the company.
    rows = ApiToken.objects.filter(token_digest=digest_of(text))
    found = rows.select_related("tenant", "membership__user").first()
    return found if found and found.is_open and found.membership.user.is_active else None


def abilities_of(token: ApiToken) -> frozenset[Ability]:
    """Give what a token may do now: what its role may and its maker's role may as well."""
    return ROLE_ABILITIES[Role(token.role)] & ROLE_ABILITIES[Role(token.membership.role)]


def bound_of(token: ApiToken) -> str:
    """Name the role of a token's maker where that may less than the token's own; empty where it does not."""
    maker = token.membership
    return "" if abilities_of(token) == ROLE_ABILITIES[Role(token.role)] else str(maker.get_role_display())


def note_use(token: ApiToken) -> None:
    """Keep when a token was last used, to the minute."""
    now = timezone.now()
    if token.last_used_at and token.last_used_at >= now - _NOTED_EVERY:
        return
    seen = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
    ApiToken.objects.for_tenant(token.tenant_id).filter(seen, pk=token.pk).update(last_used_at=now)


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: str) -> None:
    """Make a token worthless at once. Safe to call twice."""
    rows = ApiToken.objects.for_tenant(token.tenant_id).filter(pk=token.pk, revoked_at=None)
    if rows.update(revoked_at=timezone.now()):
        _note(token, "revoked an API token", actor)


def _is_open() -> Q:
    return Q(revoked_at=None, expires_at__gt=timezone.now())


def _note(token: ApiToken, action: str, actor: str) -> None:
    details = {"name": token.name, "prefix": token.prefix, "role": str(token.role)}
    change_config(tenant_id=token.tenant_id, actor=actor, subject="api tokens", action=action, details=details)

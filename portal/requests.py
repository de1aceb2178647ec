"""Pages sent to a system's administrator, who fills in a connection without an account here."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.record import change_config
from integrations.engine.connections import create_connection
from integrations.models import Connection
from portal.accounts import digest_of
from portal.models import ConnectionRequest, Tenant, User

REQUEST_DAYS = 7


@transaction.atomic
def open_request(*, tenant: Tenant, connector_slug: str, actor: User) -> tuple[ConnectionRequest, str]:
    """Open a page for an administrator and give it with its token, which is kept nowhere; older ones stay open."""
    token = secrets.token_urlsafe(32)
    made = ConnectionRequest.objects.create(
        tenant=tenant,
        connector=connector_slug,
        token_digest=digest_of(token),
        requested_by=actor,
        expires_at=timezone.now() + timedelta(days=REQUEST_DAYS),
    )
    _note(made, "asked an administrator", actor.email)
    return made, token


def find_request(token: str) -> ConnectionRequest | None:
    """Give the open page that a token belongs to; none of a company that is suspended."""
    # Not from a tenant: the token names the company, and whoever opens the page is in none.
    rows = ConnectionRequest.objects.filter(token_digest=digest_of(token), tenant__is_suspended=False)
    found = rows.select_related("tenant", "requested_by").first()
    return found if found and found.is_open else None


def open_requests(tenant: Tenant, connectors: tuple[str, ...]) -> list[ConnectionRequest]:
    """Give the pages that still wait for an administrator, newest first."""
    rows = ConnectionRequest.objects.for_tenant(tenant).filter(filled_at=None, expires_at__gt=timezone.now())
    return list(rows.filter(connector__in=connectors).order_by("-id"))


@transaction.atomic
def fill_request(
    request: ConnectionRequest, *, name: str, environment: str, values: Mapping[str, str]
) -> Connection | None:
    """Make the connection that was asked for and close the page; None where somebody was faster.

    Raises ConfigurationError naming the field, and IntegrityError for a name that is taken.
    """
    mine = ConnectionRequest.objects.for_tenant(request.tenant_id).filter(pk=request.pk, filled_at=None)
    if not mine.update(filled_at=timezone.now()):
        return None
    asked = request.requested_by.email if request.requested_by else "somebody who has left"
    return create_connection(
        tenant_id=request.tenant_id,
        connector_slug=request.connector,
        name=name,
        environment=environment,
        values=dict(values),
        actor=f"administrator asked by {asked}",
    )


@transaction.atomic
def withdraw_request(request: ConnectionRequest, *, actor: str) -> None:
    """Make an open page's link worthless. Safe to call twice."""
    rows = ConnectionRequest.objects.for_tenant(request.tenant_id).filter(pk=request.pk, filled_at=None)
    if rows.delete()[0]:
        _note(request, "took back the page for an administrator", actor)


def _note(request: ConnectionRequest, action: str, actor: str) -> None:
    change_config(
        tenant_id=request.tenant_id,
        actor=actor,
        subject="connections",
        action=action,
        details={"system": request.connector},
    )

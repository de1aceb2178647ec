"""Leaving: a company's whole export, closing its account, and deleting a person's own."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.models import Attempt, ConfigChange, Run
from audit.record import change_config
from audit.redact import redact
from integrations.engine import decisions, syncs
from integrations.models import ApprovalRequest, Companion, Connection, Link, Sync, SyncRecord
from mappings.models import Mapping, ValueMap
from portal.accounts import note_team
from portal.models import ConnectionRequest, Invitation, Membership, Role, Tenant, User
from portal.notifications.models import Channel, Event

# Never exported: what opens something, and what only our own machinery reads.
HIDDEN = frozenset({"credentials", "inbound_secrets", "secrets", "webhook_token", "token_digest", "tenant"})
BATCH = 500


def export_tenant(tenant: Tenant) -> Iterator[str]:
    """Give everything of a company as the pieces of one JSON object, row by row; secrets are left out or redacted."""
    head = {"name": tenant.name, "time_zone": tenant.time_zone, "exported_at": timezone.now().isoformat()}
    yield f'{{"company": {json.dumps(head)}'
    for name, rows in _parts(tenant):
        yield f', "{name}": ['
        for number, row in enumerate(rows.iterator(chunk_size=BATCH)):
            yield f"{',' if number else ''}\n{json.dumps(redact(row), default=str)}"
        yield "]"
    yield "}\n"


def _parts(tenant: Tenant) -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    yield "members", Membership.objects.for_tenant(tenant).order_by("id").values("user__email", "user__name", "role")
    for name, model in (
        ("connections", Connection),
        ("syncs", Sync),
        ("mappings", Mapping),
        ("value_maps", ValueMap),
        ("records", SyncRecord),
        ("links", Link),
        ("further_documents", Companion),
        ("runs", Run),
        ("attempts", Attempt),
        ("changes", ConfigChange),
        ("approval_requests", ApprovalRequest),
        ("channels", Channel),
        ("notifications", Event),
    ):
        shown = [field.attname for field in model._meta.concrete_fields if field.name not in HIDDEN]
        yield name, model.objects.for_tenant(tenant).order_by("pk").values(*shown)


@transaction.atomic
def close_tenant(*, tenant: Tenant, owner: Membership) -> None:
    """Close a company's account: syncs are archived, secrets wiped, everybody is let go; only the trail is left.

    Raises ValidationError for anybody but an owner. Cannot be taken back.
    """
    if owner.tenant_id != tenant.pk or owner.role != Role.OWNER:
        raise ValidationError("Only an owner closes a company's account.")
    actor = owner.user.email
    _stop_syncs(tenant, actor)
    for connection in Connection.objects.for_tenant(tenant).select_for_update():
        connection.credentials = connection.inbound_secrets = {}  # type: ignore[assignment]  # the sealed field's plain value
        connection.webhook_token = secrets.token_urlsafe(32)  # whoever still calls the old one finds nothing
        connection.state = Connection.State.NEW
        connection.save(update_fields=["credentials", "inbound_secrets", "webhook_token", "state"])
    Channel.objects.for_tenant(tenant).delete()
    Invitation.objects.for_tenant(tenant).delete()
    ConnectionRequest.objects.for_tenant(tenant).delete()
    change_config(tenant_id=tenant.pk, actor=actor, subject="company", action="closed", details={"name": tenant.name})
    Membership.objects.for_tenant(tenant).delete()
    tenant.is_suspended, tenant.closed_at = True, timezone.now()
    tenant.save(update_fields=["is_suspended", "closed_at"])


def _stop_syncs(tenant: Tenant, actor: str) -> None:
    for sync in Sync.objects.for_tenant(tenant).exclude(state=Sync.State.ARCHIVED).select_related("source", "target"):
        if sync.state == Sync.State.ACTIVE:
            syncs.pause(sync, actor=actor)
        decisions.archive(sync, actor=actor)


def sole_ownerships(user: User) -> list[Membership]:
    """Give the companies that would be left without an owner."""
    mine = Membership.objects.filter(user=user, role=Role.OWNER).select_related("tenant").order_by("tenant__name")
    return [each for each in mine if not _other_owners(each).exists()]


@transaction.atomic
def delete_user(user: User) -> None:
    """Delete a person's own account; the trail keeps the address under which they acted.

    Raises ValidationError where a company would be left without an owner.
    """
    left = sole_ownerships(user)
    if left:
        names = ", ".join(each.tenant.name for each in left)
        raise ValidationError(
            f"You are the only owner of {names}. Make someone else owner, or close the company first."
        )
    for membership in Membership.objects.filter(user=user):
        note_team(membership.tenant_id, "left", actor=user.email, email=user.email, role=membership.role)
    user.delete()


def _other_owners(membership: Membership) -> QuerySet[Membership]:
    owners = Membership.objects.for_tenant(membership.tenant_id).filter(role=Role.OWNER)
    return owners.exclude(pk=membership.pk)

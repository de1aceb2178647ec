"""Makes and changes channels: addresses judged before they are kept, sealed, every change on record."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone

from audit.models import ConfigChange
from audit.record import change_config
from integrations.errors import ConfigurationError
from integrations.vault import Sealed, unseal
from portal.models import Tenant
from portal.notifications import outbox
from portal.notifications.calling import host_of
from portal.notifications.models import Channel, Message

MOST_CHANNELS = 20  # of a company
MOST_TESTS = 5  # of a company, in ten minutes: each may be a letter to strangers
TOO_MANY = "too_many"
TESTED = "channel tested"
_TESTS_WITHIN = timedelta(minutes=10)
_SUBJECT = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person chose for a channel. An empty `url` keeps the one that is set."""

    name: str
    kinds: Sequence[str]
    timing: str
    digest_at: time
    recipients: Sequence[str] = ()
    url: str = ""


def secrets_of(channel: Channel) -> dict[str, str]:
    """Open a channel's address and signing key. Raises ConfigurationError when their key is gone."""
    kept = channel.secrets
    if isinstance(kept, Sealed):
        kept = json.loads(unseal(kept.token))
    return dict(kept or {})


def add_channel(*, tenant: Tenant, medium: str, wishes: Wishes, actor: str) -> Channel:
    """Make a channel; a signed webhook gets its key.

    Raises ConfigurationError for an address that is not called, and where the company has enough channels.
    """
    made = Channel(tenant=tenant, medium=medium)
    _fill(made, wishes)
    if medium == Channel.Medium.WEBHOOK:
        made.secrets = {**secrets_of(made), "key": secrets.token_urlsafe(32)}  # type: ignore[assignment]  # sealed on save
    with transaction.atomic():
        _lock(tenant.pk)
        if Channel.objects.for_tenant(tenant).count() >= MOST_CHANNELS:
            raise ConfigurationError(
                f"{tenant.name} has {MOST_CHANNELS} channels already: no more can be added. Delete one that nobody "
                "needs, or add addresses to another.",
                code=TOO_MANY,
            )
        made.save()
        _note(made, "channel added", actor)
    return made


def change_channel(channel: Channel, *, wishes: Wishes, actor: str) -> None:
    """Change a channel. Raises ConfigurationError for an address that is not called."""
    _fill(channel, wishes)
    with transaction.atomic():
        channel.save()
        _note(channel, "channel changed", actor)


def _fill(channel: Channel, wishes: Wishes) -> None:
    channel.name, channel.kinds, channel.timing = wishes.name, list(wishes.kinds), wishes.timing
    channel.digest_at, channel.recipients = wishes.digest_at, list(wishes.recipients)
    if wishes.url:
        channel.host = host_of(wishes.url, channel.tenant.slug)
        channel.secrets = {**secrets_of(channel), "url": wishes.url}  # type: ignore[assignment]  # sealed on save


@transaction.atomic
def pause_channel(channel: Channel, *, actor: str) -> None:
    """Tell this channel nothing for now; what waits for it is dropped."""
    Channel.objects.for_tenant(channel.tenant_id).filter(pk=channel.pk).update(is_paused=True)
    dropped = outbox.drop_waiting(channel)
    _note(channel, "channel paused", actor, {"dropped": dropped})


@transaction.atomic
def resume_channel(channel: Channel, *, actor: str) -> None:
    """Tell this channel what happens from now on; what slipped into the outbox while it was being paused is dropped."""
    outbox.drop_waiting(channel, but_tests=True)
    Channel.objects.for_tenant(channel.tenant_id).filter(pk=channel.pk).update(is_paused=False)
    _note(channel, "channel resumed", actor)


@transaction.atomic
def delete_channel(channel: Channel, *, actor: str) -> None:
    """Delete a channel with its messages; what was told stays listed."""
    _note(channel, "channel deleted", actor)
    channel.delete()


@transaction.atomic
def ask_for_test(channel: Channel, *, actor: str) -> Message:
    """Put a test in the outbox, on record.

    Raises ConfigurationError after several of a company in a few minutes, whatever became of their channels.
    """
    _lock(channel.tenant_id)
    changes = ConfigChange.objects.for_tenant(channel.tenant_id).filter(subject=_SUBJECT, action=TESTED)
    asked = changes.filter(at__gt=timezone.now() - _TESTS_WITHIN).count()
    if asked >= MOST_TESTS:
        raise ConfigurationError(f"Channels were tested {asked} times of late. Wait ten minutes.", code=TOO_MANY)
    _note(channel, TESTED, actor)
    return outbox.put_test(channel)


def _lock(tenant_id: int) -> None:
    """Let one change of a company count at a time."""
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)


def show_key(channel: Channel, *, actor: str) -> str:
    """Give the key that a channel's calls are signed with; that somebody saw it is on record."""
    _note(channel, "signing key shown", actor)
    return secrets_of(channel).get("key", "")


def _note(channel: Channel, action: str, actor: str, more: Mapping[str, int] | None = None) -> None:
    details = {"name": channel.name, "medium": channel.medium, "kinds": list(channel.kinds), **(more or {})}
    change_config(tenant_id=channel.tenant_id, actor=actor, subject=_SUBJECT, action=action, details=details)

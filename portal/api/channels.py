"""Notification channels: where people are told what needs them. Read-only: addresses and keys are set in the portal."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from portal.api.access import caller_of, operation
from portal.api.values import Page, PageQuery, page_of
from portal.notifications.kinds import Kind
from portal.notifications.models import Channel
from portal.permissions import Ability

router = Router(tags=["Notifications"])


class ChannelShown(Schema):
    """One way to tell people, without its address and key."""

    id: int
    name: str
    medium: Channel.Medium
    kinds: list[Kind] = Field(description="What it is told of.")
    timing: Channel.Timing
    digest_at: str = Field(description="The hour of a daily digest in the company's time zone, as 07:00; else empty.")
    recipients: list[str]
    host: str = Field(description="Of the address that is called.")
    is_paused: bool
    last_at: datetime | None
    last_ok: bool | None = Field(description="Whether the last message was taken; null before the first.")
    last_said: str


@router.get("", **operation(Ability.VIEW, {200: Page[ChannelShown]}))
def list_channels(request: HttpRequest, paged: PageQuery) -> Page[ChannelShown]:
    """List the company's notification channels."""
    rows = Channel.objects.for_tenant(caller_of(request).tenant)
    return page_of(request, rows, paged, lambda found: [_shown(each) for each in found])


def _shown(channel: Channel) -> ChannelShown:
    timing = Channel.Timing(channel.timing)
    return ChannelShown(
        id=channel.pk,
        name=channel.name,
        medium=Channel.Medium(channel.medium),
        kinds=[Kind(kind) for kind in channel.kinds],
        timing=timing,
        digest_at=f"{channel.digest_at:%H:%M}" if timing == Channel.Timing.DAILY else "",
        recipients=channel.recipients,
        host=channel.host,
        is_paused=channel.is_paused,
        last_at=channel.last_at,
        last_ok=channel.last_ok,
        last_said=channel.last_said,
    )

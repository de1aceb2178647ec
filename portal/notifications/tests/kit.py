"""Channels and events that tests of notifications start from."""

from datetime import time

from portal.models import Tenant
from portal.notifications.channels import Wishes, add_channel
from portal.notifications.kinds import Kind
from portal.notifications.models import Channel

ACTOR = "owner@acme.example"
ALL = tuple(kind.value for kind in Kind)


def make_channel(tenant: Tenant, medium: str = "email", **wishes) -> Channel:
    """Add a channel that wants everything at once, unless said otherwise."""
    usual = {
        "name": f"{medium} channel",
        "kinds": ALL,
        "timing": "immediate",
        "digest_at": time(7),
        "recipients": ("ap@acme.example",) if medium == "email" else (),
    }
    return add_channel(tenant=tenant, medium=medium, wishes=Wishes(**{**usual, **wishes}), actor=ACTOR)

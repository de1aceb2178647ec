"""Rows that engine tests start from."""

import secrets
from typing import Any

from integrations.models import Connection, Sync
from portal.models import Tenant


def make_tenant(*, time_zone: str = "UTC") -> Tenant:
    """Make a company."""
    slug = f"company-{secrets.token_hex(4)}"
    return Tenant.objects.create(name=slug, slug=slug, time_zone=time_zone)


def make_connection(tenant: Tenant, connector: str, **fields: Any) -> Connection:
    """Make a connection that was pinged."""
    defaults = {
        "name": f"{connector} {secrets.token_hex(3)}",
        "environment": "sandbox",
        "webhook_token": secrets.token_urlsafe(16),
        "state": "good",
        "fingerprint": f"{connector}:test",
        "identity": {"fingerprint": "test", "name": "test", "base_currency": "USD", "time_zone": "UTC"},
    }
    return Connection.objects.create(tenant=tenant, connector=connector, **{**defaults, **fields})


def make_sync(*, tenant: Tenant | None = None, time_zone: str = "UTC", **fields: Any) -> Sync:
    """Make a sync between two pinged connections; switched off unless said otherwise."""
    tenant = tenant or make_tenant(time_zone=time_zone)
    source, target = make_connection(tenant, "chargebee"), make_connection(tenant, "netsuite")
    defaults = {
        "pair": "chargebee_to_netsuite",
        "name": "Chargebee to NetSuite",
        "source": source,
        "target": target,
        "source_identity": source.fingerprint,
        "target_identity": target.fingerprint,
    }
    return Sync.objects.create(tenant=tenant, **{**defaults, **fields})

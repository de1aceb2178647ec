"""What the pages of connections show."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from integrations.models import Connection, Ping, Sync
from portal.models import Tenant
from portal.systems import System, system


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One line of the list of connections."""

    connection: Connection
    system: System
    pinged_at: datetime | None
    used_by: int


def connection_rows(tenant: Tenant) -> list[ConnectionRow]:
    """List a company's connections by name, with their last ping and how many syncs use them."""
    newest = Ping.objects.for_tenant(tenant).filter(connection=OuterRef("pk")).order_by("-id")
    connections = Connection.objects.for_tenant(tenant).annotate(pinged_at=Subquery(newest.values("at")[:1]))
    used: Counter[int] = Counter()
    for sides in Sync.objects.for_tenant(tenant).filter(trial_of=None).values_list("source_id", "target_id"):
        used.update(sides)
    return [
        ConnectionRow(connection=each, system=system(each.connector), pinged_at=each.pinged_at, used_by=used[each.pk])
        for each in connections.order_by("name")
    ]


def syncs_of(connection: Connection) -> QuerySet[Sync]:
    """Give the syncs that read or write through a connection."""
    syncs = Sync.objects.for_tenant(connection.tenant_id).filter(
        Q(source=connection) | Q(target=connection), trial_of=None
    )
    return syncs.order_by("name")

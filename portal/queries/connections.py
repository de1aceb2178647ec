"""What the pages of connections show."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from integrations.models import Connection, InboxEvent, Ping, RefusedCalls, Sync
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfCalls:
    """Webhooks of one day (UTC): those stored, and the calls that were not genuine."""

    day: date
    accepted: int
    refused: int


def webhook_days(connection: Connection, *, days: int = 7) -> list[DayOfCalls]:
    """Give the last days on which a connection's webhook address was called, the newest first."""
    since = timezone.now().date() - timedelta(days=days - 1)
    midnight = datetime.combine(since, time.min, UTC)
    stored = InboxEvent.objects.for_tenant(connection.tenant_id).filter(
        connection=connection, received_at__gte=midnight
    )
    accepted = dict(stored.annotate(day=TruncDate("received_at", tzinfo=UTC)).values_list("day").annotate(Count("pk")))
    calls = RefusedCalls.objects.for_tenant(connection.tenant_id).filter(connection=connection, day__gte=since)
    refused = dict(calls.values_list("day", "number"))
    return [
        DayOfCalls(day=day, accepted=accepted.get(day, 0), refused=refused.get(day, 0))
        for day in sorted({*accepted, *refused}, reverse=True)
    ]

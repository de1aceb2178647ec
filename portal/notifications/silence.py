"""What ought to have happened and did not: overdue runs, syncs that fell silent, webhooks that stay away."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from integrations import registry
from integrations.engine.schedule import starts_at
from integrations.models import Connection, InboxEvent, Sync
from portal.models import Tenant
from portal.notifications.conditions import Condition
from portal.notifications.kinds import Kind
from portal.words import ACTORS

OVERDUE = timedelta(minutes=15)
DAYS_LOOKED_AT = 35
EXPECTED_DAYS = 2  # so many days on which it usually delivers, and did not
WEBHOOK_QUIET = timedelta(days=1)
WEBHOOK_KNOWN = timedelta(days=14)
POLLS = 2  # scheduled runs that found changes meanwhile: one alone may have been quicker than its webhook
_OWNER = ACTORS["portal_owner"]

_DELIVERED = """
SELECT DISTINCT r.sync_id, (r.started_at AT TIME ZONE %s)::date
FROM audit_run r, jsonb_each(r.counts) f, jsonb_each_text(f.value) s
WHERE r.tenant_id = %s AND r.started_at >= %s AND s.key IN ('delivered', 'linked') AND s.value::int > 0
"""
_POLLED = """
SELECT r.sync_id, count(DISTINCT r.id)
FROM audit_run r, jsonb_each(r.counts) f, jsonb_each_text(f.value) s
WHERE r.tenant_id = %s AND r.started_at >= %s AND r.trigger IN ('schedule', 'sweep')
  AND s.key IN ('delivered', 'linked') AND s.value::int > 0
GROUP BY 1
"""


def overdue(tenant: Tenant) -> Iterator[Condition]:
    """Give the syncs whose planned run has not started though it may."""
    now = timezone.now()
    rows = Sync.objects.for_tenant(tenant).filter(state=Sync.State.ACTIVE, next_run_at__lt=now - OVERDUE)
    free = rows.filter(Q(lease_until=None) | Q(lease_until__lt=now - OVERDUE)).select_related("tenant")
    for sync in free:
        starts = starts_at(sync)
        if starts is not None and starts < now - OVERDUE:
            yield Condition(
                kind=Kind.OVERDUE,
                about=str(sync.pk),
                title=f"{sync.name}: a run is overdue",
                text="Its time is past and no worker has started it. Nothing is lost: it runs as soon as a worker is "
                "free. Look at the status page; if workers run, tell our support.",
                who=ACTORS["support"],
                path=reverse("sync_detail", args=[sync.pk]),
            )


def silent(tenant: Tenant) -> Iterator[Condition]:
    """Give the syncs that are on, and delivered nothing on the last days on which they usually do."""
    today = timezone.now().astimezone(tenant.zone).date()
    delivered = _days_of_delivery(tenant, today)
    for sync in Sync.objects.for_tenant(tenant).filter(state=Sync.State.ACTIVE, pk__in=list(delivered)):
        missed = missed_days(delivered[sync.pk], today)
        if len(missed) >= EXPECTED_DAYS:
            yield Condition(
                kind=Kind.SILENCE,
                about=f"{sync.pk}:{max(delivered[sync.pk])}",
                title=f"{sync.name} has delivered nothing since {max(delivered[sync.pk]):%d %B}",
                text=f"It usually delivers on days like {' and '.join(f'{day:%A}' for day in sorted(missed)[-2:])}. "
                "Its runs go through and find nothing. Was anything billed? If so, see whether the source's site, its "
                "filters and the start date are still right.",
                who=ACTORS["accountant"],
                path=reverse("sync_detail", args=[sync.pk]),
            )


def missed_days(delivered: Collection[date], today: date) -> list[date]:
    """Give the days since the last delivery on which one was to be expected: so it was one and two weeks before."""
    last = max(delivered)
    days = [last + timedelta(days=number) for number in range(1, (today - last).days)]
    return [day for day in days if {day - timedelta(days=7), day - timedelta(days=14)} <= set(delivered)]


def _days_of_delivery(tenant: Tenant, today: date) -> dict[int, set[date]]:
    since = datetime.combine(today - timedelta(days=DAYS_LOOKED_AT), datetime.min.time(), tenant.zone)
    found = defaultdict[int, set[date]](set)
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED, [tenant.time_zone, tenant.pk, since])
        for sync_id, day in cursor.fetchall():
            found[sync_id].add(day)
    return dict(found)


def quiet_webhooks(tenant: Tenant) -> Iterator[Condition]:
    """Give the connections whose webhooks came, and stay away while scheduled reads find changes."""
    since = timezone.now() - WEBHOOK_QUIET
    polled = _polled(tenant, since)
    rows = Sync.objects.for_tenant(tenant).filter(state=Sync.State.ACTIVE, webhooks_on=True)
    found = rows.filter(pk__in=[pk for pk, number in polled.items() if number >= POLLS])
    sides = {sync.source_id: sync.source for sync in found.select_related("source") if _calls_us(sync.source)}
    for side in sides.values():
        events = InboxEvent.objects.for_tenant(tenant).filter(connection=side)
        was_heard = events.filter(received_at__range=(since - WEBHOOK_KNOWN, since)).exists()
        if was_heard and not events.filter(received_at__gt=since).exists():
            yield _quiet(side)


def _calls_us(side: Connection) -> bool:
    connector = registry.connectors().get(side.connector)
    return connector is not None and connector.inbound is not None


def _quiet(side: Connection) -> Condition:
    return Condition(
        kind=Kind.WEBHOOK,
        about=str(side.pk),
        title=f"{side.name}: no webhook for a day",
        text="Scheduled reads find changes that it no longer tells us of. Documents arrive later than they could; "
        "nothing is lost. See whether the webhook is still set up there, with our address and its secrets.",
        who=_OWNER,
        path=reverse("connection_detail", args=[side.pk]) + "#webhook",
    )


def _polled(tenant: Tenant, since: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_POLLED, [tenant.pk, since])
        return dict(cursor.fetchall())

"""Compares what holds now with what people were told; what is new becomes an event with its messages, at once."""

from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.utils import timezone

from portal.models import Tenant
from portal.notifications import conditions, outbox, silence
from portal.notifications.conditions import Condition
from portal.notifications.kinds import Kind
from portal.notifications.models import Event

Finder = Callable[[Tenant], Iterator[Condition]]

# Which finder speaks for which kinds: only what was looked for can be found to have ended.
QUICK: dict[Finder, tuple[Kind, ...]] = {
    conditions.problems: (Kind.PROBLEM, Kind.WAITING),
    conditions.stopped: (Kind.STOPPED,),
    conditions.failed: (Kind.FAILED,),
    conditions.connections: (Kind.CONNECTION,),
    conditions.periods: (Kind.STALE, Kind.DIFFERENCE),
    conditions.approvals: (Kind.APPROVAL,),
    silence.overdue: (Kind.OVERDUE,),
}
SLOW: dict[Finder, tuple[Kind, ...]] = {
    conditions.expiring: (Kind.EXPIRY,),
    silence.silent: (Kind.SILENCE,),
    silence.quiet_webhooks: (Kind.WEBHOOK,),
}
LOCK = 7_202_611  # the advisory locks' first number; the second is the tenant's


@transaction.atomic
def watch(tenant: Tenant, finders: dict[Finder, tuple[Kind, ...]]) -> list[Event]:
    """Look once, and give the events that are new. Safe to call at the same time and as often as one likes."""
    if not _lock(tenant):
        return []
    found = {(each.kind.value, each.cause): each for finder in finders for each in finder(tenant)}
    kinds = [kind for told in finders.values() for kind in told]
    standing = Event.objects.for_tenant(tenant).filter(ended_at=None, kind__in=kinds)
    known = {(event.kind, event.cause): event.pk for event in standing}
    over = [pk for name, pk in known.items() if name not in found]
    Event.objects.for_tenant(tenant).filter(pk__in=over).update(ended_at=timezone.now())
    news = [(condition, _tell(tenant, condition)) for name, condition in found.items() if name not in known]
    told = [(event, condition.people) for condition, event in news if event is not None]
    outbox.put(tenant, told)
    return [event for event, _ in told]


def _lock(tenant: Tenant) -> bool:
    """Let one worker at a time look; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, tenant.pk % 2**31])
        return bool(cursor.fetchone()[0])


def _tell(tenant: Tenant, condition: Condition) -> Event | None:
    """Write the event of a cause; None where it was told today already and only came back."""
    event, is_new = Event.objects.get_or_create(
        tenant=tenant,
        kind=condition.kind,
        cause=condition.cause,
        day=timezone.now().astimezone(tenant.zone).date(),
        defaults={
            "title": condition.title[:300],
            "text": condition.text,
            "who": condition.who[:120],
            "path": condition.path[:300],
        },
    )
    if not is_new:
        Event.objects.for_tenant(tenant).filter(pk=event.pk).update(ended_at=None)
    return event if is_new else None

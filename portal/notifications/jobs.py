"""What RQ runs for notifications: ticks that find work, a look at one company, one message."""

from django.db.models import QuerySet

from integrations.engine.queue import enqueue
from portal.models import Tenant
from portal.notifications import outbox
from portal.notifications.sending import send as send_message
from portal.notifications.watching import QUICK, SLOW
from portal.notifications.watching import watch as watch_tenant


def tick() -> None:
    """Have every company looked at, and what is due sent. The scheduler calls it every 30 seconds."""
    for tenant_id in _live().values_list("pk", flat=True):
        enqueue("portal.notifications.jobs.watch", tenant_id, job_id=f"watch-{tenant_id}", queue="default")
    start_due()


def tick_slow() -> None:
    """Have every company looked at for what changes by the day; forget what is old. The scheduler calls it hourly."""
    outbox.forget_old()
    for tenant_id in _live().values_list("pk", flat=True):
        enqueue("portal.notifications.jobs.watch_slow", tenant_id, job_id=f"watch-slow-{tenant_id}", queue="default")


def watch(tenant_id: int) -> None:
    """Look at one company for what must be told at once."""
    if watch_tenant(Tenant.objects.get(pk=tenant_id), QUICK):
        start_due()


def watch_slow(tenant_id: int) -> None:
    """Look at one company for credentials that end, and for silence."""
    if watch_tenant(Tenant.objects.get(pk=tenant_id), SLOW):
        start_due()


def start_due() -> None:
    """Enqueue a job for each message that is due."""
    for message_id in outbox.due():
        start(message_id)


def start(message_id: int) -> None:
    """Enqueue a job for one message."""
    enqueue("portal.notifications.jobs.send", message_id, job_id=f"notify-{message_id}", queue="default")


def send(message_id: int) -> None:
    """Send one message."""
    send_message(message_id)


def _live() -> QuerySet[Tenant]:
    """List the companies with a connection: elsewhere nothing can happen."""
    rows = Tenant.objects.filter(is_suspended=False, closed_at=None, connections__isnull=False)
    return rows.distinct()

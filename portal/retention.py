"""How long a company keeps payloads: the choice, put on record, and the daily erasing of what is over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit.record import change_config
from integrations.engine.queue import enqueue
from integrations.engine.retention import erase_over
from portal.models import Retention, Tenant

TRIED_DAYS = (30, 90, 180, 365)
BOOKED_DAYS = (400, 730, 1825, 3650)
_DAILY = timedelta(days=1)
_AT_ONCE = 20


def retention_of(tenant: Tenant) -> Retention:
    """Give a company's choice, or an unsaved one that keeps everything."""
    return Retention.objects.for_tenant(tenant).first() or Retention(tenant=tenant)


@transaction.atomic
def choose_retention(*, tenant: Tenant, tried_days: int | None, booked_days: int | None, actor: str) -> None:
    """Keep a company's choice; it takes effect at the next daily erasing. Safe to call twice."""
    before = retention_of(tenant)
    if (before.tried_days, before.booked_days) == (tried_days, booked_days):
        return
    chosen = {"tried_days": tried_days, "booked_days": booked_days}
    Retention.objects.update_or_create(tenant=tenant, defaults={**chosen, "next_at": timezone.now() + _DAILY})
    details = {"before": [before.tried_days, before.booked_days], **chosen}
    change_config(tenant_id=tenant.pk, actor=actor, subject="retention", action="chose a retention", details=details)


def tick() -> None:
    """Put the companies to work whose daily erasing is due. The scheduler calls it every few minutes."""
    for retention_id in due():
        enqueue("portal.retention.erase", retention_id, job_id=f"retention-{retention_id}", queue="default")


def due() -> list[int]:
    """Find what is due, of every company."""
    rows = Retention.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    return list(rows.values_list("pk", flat=True)[:_AT_ONCE])


def erase(retention_id: int) -> int:
    """Erase what a company keeps no longer, once a day; give how many payloads."""
    now = timezone.now()
    claimed = Retention.objects.filter(pk=retention_id, next_at__lte=now)  # the job's id is the bound
    if not claimed.update(next_at=now + _DAILY):
        return 0
    kept = Retention.objects.get(pk=retention_id)
    number = erase_over(
        tenant_id=kept.tenant_id,
        tried_before=_before(now, kept.tried_days),
        booked_before=_before(now, kept.booked_days),
    )
    Retention.objects.filter(pk=retention_id).update(erased_at=now)
    return number


def _before(now: datetime, days: int | None) -> datetime | None:
    return now - timedelta(days=days) if days is not None else None

"""Counts calls at webhook addresses that were not genuine: one row per connection and day, however many there are."""

from django.db.models import F
from django.utils import timezone

from integrations.models import Connection, RefusedCalls

MOST = 10_000  # a day: beyond it a call writes nothing any more


def count_refused(receiver: Connection | None) -> None:
    """Count a call that was refused; without a receiver it went to an address that nobody has."""
    now = timezone.now()
    today = RefusedCalls.objects.filter(connection=receiver, day=now.date())  # the connection is the bound
    if not today.filter(number__lt=MOST).update(number=F("number") + 1, last_at=now):
        first = RefusedCalls(connection=receiver, tenant=receiver.tenant if receiver else None, day=now.date())
        RefusedCalls.objects.bulk_create([first], ignore_conflicts=True)
        today.filter(number__lt=MOST).update(number=F("number") + 1, last_at=now)

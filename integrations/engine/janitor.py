"""Finds again what Redis forgot and what lost workers left behind; PostgreSQL is the truth."""

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from integrations.models import Sync, SyncRecord


def revive_syncs() -> int:
    """Make due every active sync whose lease ran out without being given back: its open attempts must be settled."""
    lost = Sync.objects.filter(state=Sync.State.ACTIVE, lease_until__lt=Now(), wants_run="")  # every tenant's
    return lost.update(wants_run="recovery")


def wake_due_records() -> int:
    """Make due every active sync that has records due or unknown before its next planned run."""
    now = timezone.now()
    is_due = Q(state__in=["due", "unknown"], due_at__lte=now) | Q(look_again_at__lte=now)
    records = SyncRecord.objects.filter(is_due)  # every tenant's
    idle = Sync.objects.filter(state=Sync.State.ACTIVE, wants_run="", lease_until=None)
    free = idle.filter(Q(not_before=None) | Q(not_before__lte=now))
    late = free.filter(Q(next_run_at=None) | Q(next_run_at__gt=now), pk__in=records.values("sync_id"))
    return late.update(wants_run="recovery")

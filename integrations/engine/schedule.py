"""When a sync runs: its schedule in the tenant's zone, quiet hours, runs asked for, and the claim of due syncs."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from integrations.models import Sync

_CLAIM_S = 30  # a claimed sync whose run did not start by then is claimed again: its job was lost
_LOOK_AHEAD_DAYS = 8


def next_run_at(sync: Sync, after: datetime) -> datetime | None:
    """Give the next scheduled moment after `after`, outside the quiet hours; None for a sync run only by hand."""
    zone = ZoneInfo(sync.tenant.time_zone)
    planned = _scheduled(sync, after, zone)
    return None if planned is None else _after_quiet(sync, planned, zone)


def _scheduled(sync: Sync, after: datetime, zone: ZoneInfo) -> datetime | None:
    if sync.schedule == Sync.Schedule.MINUTES:
        return after + timedelta(minutes=sync.every_minutes)
    if sync.schedule == Sync.Schedule.HOURLY:
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    times = sorted(sync.at_times) or [time(6)]
    if sync.schedule == Sync.Schedule.DAILY:
        return _next_of(times[:1], after, zone)
    return _next_of(times, after, zone) if sync.schedule == Sync.Schedule.TIMES else None


def _next_of(times: list[time], after: datetime, zone: ZoneInfo) -> datetime:
    """Give the first of the wall-clock times after a moment; a time that a clock change skips comes an hour later."""
    today = after.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=day), each, tzinfo=zone).astimezone(ZoneInfo("UTC"))
        for day in range(_LOOK_AHEAD_DAYS)
        for each in times
    )
    return next(moment for moment in moments if moment > after)


def _after_quiet(sync: Sync, moment: datetime, zone: ZoneInfo) -> datetime:
    """Move a moment in the quiet hours to their end."""
    start, end = sync.quiet_from, sync.quiet_to
    if start is None or end is None or start == end:
        return moment
    local = moment.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    is_quiet = start <= clock < end if start < end else (clock >= start or clock < end)
    if not is_quiet:
        return moment
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def is_quiet(sync: Sync, moment: datetime) -> bool:
    """Tell whether a moment lies in the sync's quiet hours."""
    return _after_quiet(sync, moment, ZoneInfo(sync.tenant.time_zone)) != moment


def plan_next(sync: Sync, *, not_after: datetime | None = None, not_before: datetime | None = None) -> None:
    """Write when the sync runs next: by schedule, earlier for records that become due, later after a fault."""
    planned = next_run_at(sync, timezone.now())
    if not_after is not None:
        planned = min(planned or not_after, not_after)
    if not_before is not None:
        planned = max(planned or not_before, not_before)
    Sync.objects.filter(pk=sync.pk).update(next_run_at=planned)


def ask_for_run(sync: Sync, *, trigger: str) -> None:
    """Ask for a run once a worker is free; a webhook's wish never weakens a stronger one (that reads new records)."""
    wish = Sync.objects.filter(pk=sync.pk)
    if trigger == "webhook":
        wish = wish.filter(wants_run="")
    wish.update(wants_run=trigger)


def stop(sync: Sync, *, code: str, reason: str) -> None:
    """Stop a sync until the tenant acts."""
    Sync.objects.filter(pk=sync.pk, state=Sync.State.ACTIVE).update(
        state=Sync.State.STOPPED, stop_code=code, stop_reason=reason, next_run_at=None, wants_run=""
    )


_CLAIM = """
UPDATE integrations_sync SET claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (
    SELECT id FROM integrations_sync
    WHERE state = 'active' AND (wants_run <> '' OR next_run_at <= now())
      AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
      AND (lease_until IS NULL OR lease_until + make_interval(secs => lease_grace_s) < clock_timestamp())
    ORDER BY next_run_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id, extract(epoch FROM claimed_until)::bigint,
    CASE WHEN wants_run <> '' THEN wants_run WHEN next_sweep_at <= now() THEN 'sweep' ELSE 'schedule' END
"""


def claim_due(limit: int = 100) -> list[tuple[int, int, str]]:
    """Claim syncs that are due or asked for, each by one caller only; give (sync id, claim, trigger)."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_CLAIM_S, limit])
        return [(sync_id, claim, trigger) for sync_id, claim, trigger in cursor.fetchall()]


def sweep_done(sync: Sync) -> None:
    """Plan the next daily sweep."""
    Sync.objects.filter(pk=sync.pk).update(next_sweep_at=first_sweep(timezone.now()))


def first_sweep(now: datetime) -> datetime:
    """Give the moment of a new sync's first daily sweep."""
    return now + timedelta(days=1)

"""When a sync runs: its schedule in the tenant's zone, quiet hours, runs asked for, and the claim of due syncs."""

from collections.abc import Mapping
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


def starts_at(sync: Sync) -> datetime | None:
    """Give when the planned run may start at last: after a pause, outside the quiet hours."""
    if sync.next_run_at is None:
        return None
    moment = max(sync.next_run_at, sync.not_before) if sync.not_before else sync.next_run_at
    return _after_quiet(sync, moment, ZoneInfo(sync.tenant.time_zone))


def plan_next(sync: Sync, *, not_after: datetime | None = None) -> None:
    """Plan the next reading run by the schedule, or earlier for records that become due. Ends a pause."""
    planned = next_run_at(sync, timezone.now())
    Sync.objects.filter(pk=sync.pk).update(next_run_at=_earlier(planned, not_after), not_before=None)


def bring_forward(sync: Sync, moment: datetime | None) -> None:
    """Bring the planned run forward for records that become due; it is never put off. Ends a pause."""
    planned = Sync.objects.filter(pk=sync.pk).values_list("next_run_at", flat=True).first()
    if sync.schedule == Sync.Schedule.MANUAL and planned and planned <= timezone.now():
        planned = None  # no reading run is owed by a schedule: it would be due for ever
    Sync.objects.filter(pk=sync.pk).update(next_run_at=_earlier(planned, moment), not_before=None)


def _earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    moments = [moment for moment in (first, second) if moment is not None]
    return min(moments) if moments else None


def pause_until(sync: Sync, moment: datetime) -> None:
    """Let nothing but a person start a run before a moment; the run that failed is owed afterwards."""
    Sync.objects.filter(pk=sync.pk).update(not_before=moment, next_run_at=moment)


_RANK = {"": 0, "recovery": 1, "webhook": 1, "replay": 1, "schedule": 2, "backfill": 2, "manual": 2, "sweep": 3}


def lock(sync_id: int) -> None:
    """Lock a sync's row before its records, as runs do; inside the caller's transaction."""
    Sync.objects.select_for_update().filter(pk=sync_id).values_list("pk").first()


def ask_for_run(sync: Sync, *, trigger: str) -> None:
    """Ask for a run as soon as a worker is free; a wish that reads more is never replaced by one that reads less.

    What a person asks for does not wait out a pause.
    """
    weaker = [name for name, rank in _RANK.items() if rank <= _RANK[trigger]]
    wish = Sync.objects.filter(pk=sync.pk, wants_run__in=weaker)
    wish.update(wants_run=trigger)
    if trigger in ("manual", "replay", "backfill"):
        Sync.objects.filter(pk=sync.pk).update(not_before=None)


def stop(sync: Sync, *, code: str, reason: str) -> None:
    """Stop a sync until the tenant acts."""
    Sync.objects.filter(pk=sync.pk, state=Sync.State.ACTIVE).update(
        state=Sync.State.STOPPED, stop_code=code, stop_reason=reason, next_run_at=None, wants_run=""
    )


_IS_FREE = """s.state = 'active' AND (s.wants_run <> '' OR s.next_run_at <= now())
  AND (s.not_before IS NULL OR s.not_before <= now())
  AND (s.claimed_until IS NULL OR s.claimed_until < clock_timestamp())
  AND (s.lease_until IS NULL OR s.lease_until + make_interval(secs => s.lease_grace_s) < clock_timestamp())"""
_IS_LAST = "s.wants_run = 'backfill' AND coalesce(s.next_run_at > now(), TRUE)"

_FIND = f"""
SELECT s.id FROM integrations_sync s JOIN portal_tenant t ON t.id = s.tenant_id
CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE t.time_zone)::time AS clock) here
WHERE {_IS_FREE} AND (s.wants_run = 'manual' OR s.quiet_from IS NULL OR s.quiet_to IS NULL OR CASE
      WHEN s.quiet_from <= s.quiet_to
      THEN here.clock < s.quiet_from OR here.clock >= s.quiet_to
      ELSE here.clock < s.quiet_from AND here.clock >= s.quiet_to
      END)
ORDER BY {_IS_LAST}, row_number() OVER (PARTITION BY s.tenant_id, {_IS_LAST} ORDER BY s.next_run_at NULLS FIRST, s.id),
    s.next_run_at NULLS FIRST
LIMIT %s
"""  # noqa: S608 (constants)

# What was free when it was found is asked again once its row is locked.
_CLAIM = f"""
UPDATE integrations_sync SET claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (SELECT s.id FROM integrations_sync s WHERE s.id = ANY(%s) AND {_IS_FREE} FOR UPDATE SKIP LOCKED)
RETURNING id, (extract(epoch FROM claimed_until) * 1000000)::bigint, CASE
    WHEN next_sweep_at <= now() THEN 'sweep'
    WHEN wants_run IN ('manual', 'backfill', 'sweep') THEN wants_run
    WHEN next_run_at <= now() AND schedule <> 'manual' THEN 'schedule'
    WHEN wants_run <> '' THEN wants_run
    ELSE 'recovery' END
"""  # noqa: S608 (constants)


def claim_due(limit: int = 100) -> list[tuple[int, int, str]]:
    """Claim syncs that are due or asked for, each by one caller only; give (sync id, claim, trigger), in their order.

    Companies take turns: one with hundreds of due syncs keeps nobody waiting who has a few.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [limit])
        order = {row[0]: place for place, row in enumerate(cursor.fetchall())}
        if not order:
            return []
        cursor.execute(_CLAIM, [_CLAIM_S, list(order)])
        return sorted(cursor.fetchall(), key=lambda claimed: order[claimed[0]])


def sweep_done(sync: Sync, kept: Mapping[str, str]) -> None:
    """Plan the next daily sweep, which begins with what is kept of this one."""
    Sync.objects.filter(pk=sync.pk).update(next_sweep_at=first_sweep(timezone.now()), sweep_position=dict(kept))


def sweep_goes_on(sync: Sync, position: Mapping[str, str]) -> None:
    """Keep how far a sweep came, by flow; it stays due."""
    Sync.objects.filter(pk=sync.pk).update(sweep_position=dict(position))


def first_sweep(now: datetime) -> datetime:
    """Give the moment of a new sync's first daily sweep."""
    return now + timedelta(days=1)

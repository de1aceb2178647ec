"""What was delivered and held up, day by day: figures for Home's chart, added up in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from integrations.engine.trial.life import TRIAL
from portal.models import Tenant

DAYS = 30
# Of one viewBox: the chart is stretched to its card, so only proportions count.
_WIDTH, _SLOT, _BAR, _TALL, _SHORT, _LEAST = 300, 10, 7, 80, 24, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day in the company's zone."""

    day: date
    delivered: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart, with what it says."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Thirty days: bars of what was delivered, and below, on a scale of its own, of what was held up."""

    days: tuple[Day, ...]
    delivered: tuple[Bar, ...]
    held: tuple[Bar, ...]
    width: int = _WIDTH
    tall: int = _TALL
    short: int = _SHORT

    @property
    def total_delivered(self) -> int:
        """Give what was delivered in all."""
        return sum(each.delivered for each in self.days)

    @property
    def total_held(self) -> int:
        """Give what was held up in all."""
        return sum(each.held for each in self.days)

    @property
    def most(self) -> Day:
        """Give the day on which most was delivered."""
        return max(self.days, key=lambda each: each.delivered)

    @property
    def busy(self) -> tuple[Day, ...]:
        """Give the days on which anything happened, newest first."""
        return tuple(each for each in reversed(self.days) if each.delivered or each.held)


_SQL = """
SELECT (r.started_at AT TIME ZONE %s)::date, s.key IN ('delivered', 'linked'), sum(s.value::int)
FROM audit_run r, jsonb_each(r.counts) f, jsonb_each_text(f.value) s
WHERE r.tenant_id = %s AND r.started_at >= %s AND r.actor <> %s
  AND s.key IN ('delivered', 'linked', 'parked', 'different')
GROUP BY 1, 2
"""


def chart_of(tenant: Tenant) -> Chart:
    """Draw the last thirty days, today included; one query over the runs' own counts, without what proofs booked."""
    zone = ZoneInfo(tenant.time_zone)
    today = timezone.now().astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    with connection.cursor() as cursor:
        since = datetime.combine(first, time(), tzinfo=zone)
        cursor.execute(_SQL, [tenant.time_zone, tenant.pk, since, TRIAL])
        sums = {(day, is_delivered): number for day, is_delivered, number in cursor.fetchall()}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return draw([Day(day=day, delivered=sums.get((day, True), 0), held=sums.get((day, False), 0)) for day in days])


def draw(days: Sequence[Day]) -> Chart:
    """Draw bars; a day with anything has a visible one, however small beside the largest."""
    return Chart(
        days=tuple(days),
        delivered=_bars([each.delivered for each in days], _TALL),
        held=_bars([each.held for each in days], _SHORT),
    )


def _bars(numbers: Sequence[int], tall: int) -> tuple[Bar, ...]:
    most = max(numbers, default=0)
    heights = [max(round(number / most * tall), _LEAST) if number else 0 for number in numbers]
    return tuple(
        Bar(x=at * _SLOT + (_SLOT - _BAR) // 2, y=tall - height, width=_BAR, height=height)
        for at, height in enumerate(heights)
        if height
    )

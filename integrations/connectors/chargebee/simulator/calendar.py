"""A history in the making: things happen in the order of their moments, up to its end."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from integrations.connectors.chargebee.simulator.site import Site

DAY_S = 86_400
MARGIN_S = 600


class Calendar:
    """Runs what is planned up to its end, the last midnight before now (UTC); what falls behind it stays undone."""

    def __init__(self, site: Site, months: int) -> None:
        self.site = site
        self.zone = ZoneInfo(site.setup.timezone)
        midnight = site.clock.epoch_s() // DAY_S * DAY_S
        self.end_s = midnight - MARGIN_S
        self.start_s = midnight - months * 30 * DAY_S
        self.months = months
        self._planned: list[tuple[int, int, Callable[[], object]]] = []
        self._order = count()

    def at(self, moment_s: int, happen: Callable[[], object]) -> None:
        """Plan something for a moment."""
        heapq.heappush(self._planned, (moment_s, next(self._order), happen))

    def after(self, days: float, happen: Callable[[], object]) -> None:
        """Plan something for some days after the present moment."""
        self.at(self.site.now_s() + int(days * DAY_S), happen)

    def run(self) -> None:
        """Let it all happen."""
        while self._planned and self._planned[0][0] <= self.end_s:
            self.site.moment_s, _, happen = heapq.heappop(self._planned)
            happen()
        self._planned.clear()

    def month_starts(self) -> list[datetime]:
        """Give each month's first midnight in the site's zone, oldest first, that lies inside the history."""
        last = datetime.fromtimestamp(self.end_s, self.zone)
        first = last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        starts = []
        for _ in range(self.months):
            starts.append(first)
            first = (first - timedelta(days=1)).replace(day=1, hour=0)
        return starts[::-1]


def epoch_s(moment: datetime) -> int:
    """Give a moment as seconds since 1970."""
    return int(moment.astimezone(UTC).timestamp())

"""What a sweep compares: all once a month, whichever day that is, else what is dated of late."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from integrations.engine.sweep import since


@pytest.mark.parametrize(
    ("last_whole", "now", "days"),
    [("2026-10", "2026-11-02T00:05Z", None), ("2026-11", "2026-11-03T00:06Z", 35), ("", "2026-11-21T12:00Z", None)],
)
def test_it_compares_all_with_the_first_sweep_of_a_month(last_whole, now, days):
    moment = datetime.fromisoformat(now).astimezone(UTC)
    with time_machine.travel(moment, tick=False):
        assert since({"whole": last_whole}) == (moment - timedelta(days=days) if days else None)

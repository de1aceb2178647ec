"""Days and times are written one way, where Django writes them, too."""

from datetime import UTC, date, datetime

from django.utils.formats import localize


def test_it_writes_days_and_times_as_the_screens_do():
    assert localize(date(2026, 11, 21)) == "21 Nov 2026"
    assert localize(datetime(2026, 11, 21, 18, 5, tzinfo=UTC)) == "21 Nov 2026, 18:05"

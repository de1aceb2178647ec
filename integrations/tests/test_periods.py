"""Facts about periods: on which day a document is posted when its own is closed."""

from datetime import date

import pytest

from integrations.contracts import ReferenceEntry
from integrations.errors import ClosedPeriodError
from integrations.periods import is_same_period, posting_day

FOUR_FOUR_FIVE = (
    ("P08", "2026-08-01", "2026-08-28", "closed"),
    ("P09", "2026-08-29", "2026-09-25", "closed"),
    ("P10", "2026-09-26", "2026-10-30", "open"),
)


def published(rows=FOUR_FOUR_FIVE, module="ar"):
    entries = [
        ReferenceEntry(kind="period", code=n, number=n, name=n, details={"start": start, "end": end, module: state})
        for n, start, end, state in rows
    ]
    return {("period", entry.code): entry for entry in entries}


def test_it_posts_on_its_own_day_where_the_period_is_open_or_untold():
    assert posting_day(date(2026, 10, 1), published(), "ar", "hold", "Invoice 1") == date(2026, 10, 1)
    assert posting_day(date(2026, 8, 10), {}, "ar", "hold", "Invoice 1") == date(2026, 8, 10)
    assert posting_day(date(2026, 8, 10), published(), "gl", "hold", "Invoice 1") == date(2026, 8, 10)


def test_it_moves_to_the_first_open_day_of_a_fiscal_calendar():
    assert posting_day(date(2026, 8, 10), published(), "ar", "next_open", "Invoice 1") == date(2026, 9, 26)


@pytest.mark.parametrize(
    ("policy", "code"),
    [("hold", "closed_period"), ("ask", "closed_period_ask"), ("skip", "closed_period_skip")],
)
def test_it_tells_the_policy_by_the_errors_code(policy, code):
    with pytest.raises(ClosedPeriodError, match=r"Invoice 1 .* P08 is closed") as caught:
        posting_day(date(2026, 8, 10), published(), "ar", policy, "Invoice 1")
    assert (caught.value.code, caught.value.value) == (code, "P08")


def test_it_holds_what_no_later_open_period_can_take():
    closed = tuple((*row[:3], "closed") for row in FOUR_FOUR_FIVE)
    with pytest.raises(ClosedPeriodError, match="No later period is open"):
        posting_day(date(2026, 8, 10), published(closed), "ar", "next_open", "Invoice 1")


def test_it_judges_sameness_by_the_targets_periods_else_by_the_month():
    assert not is_same_period(date(2026, 8, 20), date(2026, 8, 30), published(), "ar")
    assert is_same_period(date(2026, 8, 20), date(2026, 8, 30), {}, "ar")

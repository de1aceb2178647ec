"""Values on their way in: derived kinds become plain ones, and texts are written one way only."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

import pytest

from mappings.bench import measure_mapping
from mappings.errors import FormulaError
from mappings.values import as_date, checked, shown, to_text


class Status(StrEnum):
    PAID = "paid"


class Count(IntEnum):
    TWO = 2


class Amount(Decimal):
    pass


class Day(date):
    pass


@pytest.mark.parametrize(
    ("value", "plain"),
    [(Status.PAID, "paid"), (Count.TWO, 2), (Amount("1.5"), Decimal("1.5")), (Day(2026, 1, 31), date(2026, 1, 31))],
)
def test_it_makes_derived_values_plain(value, plain):
    assert (checked(value), type(checked(value))) == (plain, type(plain))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("10.00"), "10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (Decimal("0.50"), "0.5"),
        (7, "7"),
        (True, "TRUE"),
        (None, ""),
        (date(2026, 1, 31), "2026-01-31"),
    ],
)
def test_it_writes_values_one_way(value, text):
    assert to_text(value) == text


def test_it_takes_the_day_in_the_zone():
    assert as_date(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == date(2026, 2, 1)


def test_it_refuses_days_beyond_the_calendar():
    with pytest.raises(FormulaError, match="outside the calendar"):
        as_date(datetime.max.replace(tzinfo=UTC), ZoneInfo("Asia/Tokyo"))


def test_it_shows_long_values_cut_short():
    assert shown("x" * 100) == f"'{'x' * 60}…'"


def test_it_maps_the_records_of_the_benchmark_without_a_problem():
    assert measure_mapping(records=20).problems == 0

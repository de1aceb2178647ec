"""Periods of companies: date patterns, a current period for each ledger, and customers who let us read neither."""

from datetime import date

import pytest

from integrations.periods import period_of, periods_of

QUARTERLY = ["2026-07-24", "2026-08-28", "2026-09-19", "2026-10-30", "2026-11-28", "2026-12-31"]


def told(bench, module="gl", company="00001", **typed):
    """Give the periods of a company's ledger as the engine sees them."""
    entries = {(one.kind, one.code): one for one in bench.session(**typed).reference_values()}
    return periods_of(entries, module, company)


def is_open(day, periods):
    found = period_of(date.fromisoformat(day), periods)
    return None if found is None else found.is_open


def use_pattern(bench, company="00001"):
    bench.control("POST calendar", company=company, pattern="F", year_begins="2026-07-01", ends=QUARTERLY)


def test_it_tells_the_periods_of_the_companys_date_pattern(bench):
    use_pattern(bench)
    bench.control("POST periods", current="2026-08-28", company="00001")
    assert [(one.name, one.start.isoformat(), one.is_open) for one in told(bench)][:3] == [
        ("2026 P01", "2026-07-01", False),
        ("2026 P02", "2026-07-25", True),
        ("2026 P03", "2026-08-29", True),
    ]


def test_it_leaves_other_companies_their_months(bench):
    use_pattern(bench)
    own = period_of(date(2026, 9, 20), told(bench, company="00020"))
    assert (own.name, own.start, own.end) == ("2026-09", date(2026, 9, 1), date(2026, 9, 30))


def test_it_judges_each_ledger_by_its_own_current_period(bench):
    bench.control("POST periods", current="2026-11", company="00001", module="ar")
    bench.control("POST periods", current="2026-10", company="00001", module="ap")
    states = {module: is_open("2026-10-15", told(bench, module)) for module in ("gl", "ap", "ar")}
    assert states == {"gl": True, "ap": True, "ar": False}


@pytest.mark.parametrize(
    "typed", [{"fiscal_periods": "months"}, {"username": "MLMONTHS", "password": "sandbox-MLMONTHS"}]
)
def test_it_takes_calendar_months_where_patterns_are_not_to_be_read(bench, typed):
    bench.control("POST periods", current="2026-10")
    periods = told(bench, **typed)
    assert [is_open(day, periods) for day in ("2026-09-30", "2026-10-01", "2027-01-10")] == [False, True, True]


def test_it_takes_calendar_months_where_the_companys_year_is_not_set_up(bench):
    bench.control("POST periods", current="2026-10", company="00001")
    enterprise = bench.world.simulators["jde"].enterprise
    enterprise.store["F0010"].put_quietly(enterprise.company("00001"), DTPN="Z")
    assert [is_open(day, told(bench)) for day in ("2026-09-30", "2026-10-01")] == [False, True]


def test_it_lets_prior_periods_of_the_year_pass_where_the_customer_says_so(bench):
    bench.control("POST periods", current="2026-10")
    periods = told(bench, prior_periods="open")
    assert [is_open(day, periods) for day in ("2025-12-31", "2026-01-01", "2026-10-01")] == [False, True, True]

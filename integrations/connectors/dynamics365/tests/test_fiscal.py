"""Fiscal periods as reference data: their days, and what each module may post in them."""

import pytest

from integrations.connectors.dynamics365.tests.kit import Bench, sandbox


@pytest.fixture
def bench():
    with sandbox() as running:
        yield running


def site_of(bench: Bench):
    return bench.world.simulators["dynamics365"].site


def periods(bench: Bench):
    return {one.number: one for one in bench.session().reference_values() if one.kind == "period"}


def test_it_tells_days_and_modules_of_every_period(bench: Bench):
    found = periods(bench)["2026-02"]
    assert found.is_active
    assert found.details == {"start": "2026-02-01", "end": "2026-02-28", "ar": "open", "ap": "open", "gl": "open"}


def test_it_tells_a_period_that_is_closed_in_its_own_company(bench: Bench):
    site = site_of(bench)
    for area, name in (("USMF", "Period 2"), ("DEMF", "Period 3")):
        site.row("LedgerFiscalPeriods", area, "Fiscal", "2026", name).values["PeriodStatus"] = "Closed"
    found = periods(bench)
    assert (found["2026-02"].is_active, found["2026-02"].details["ar"]) == (False, "closed")
    assert found["2026-03"].is_active


@pytest.mark.parametrize(
    ("level", "closed"),
    [("CustAccessLevel", {"ar"}), ("VendAccessLevel", {"ap"}), ("LedgerAccessLevel", {"ar", "ap", "gl"})],
)
def test_it_tells_which_modules_a_period_is_closed_for(bench: Bench, level: str, closed: set[str]):
    site_of(bench).row("LedgerFiscalPeriods", "USMF", "Fiscal", "2026", "Period 2").values[level] = "None"
    details = periods(bench)["2026-02"].details
    assert {name for name in ("ar", "ap", "gl") if details[name] == "closed"} == closed


def test_it_tells_a_period_that_is_restricted_to_a_user_group_as_open(bench: Bench):
    site_of(bench).row("LedgerFiscalPeriods", "USMF", "Fiscal", "2026", "Period 2").values |= {
        "CustAccessLevel": "UserGroup",
        "CustUserGroupInfo": "CLOSING",
    }
    assert periods(bench)["2026-02"].details["ar"] == "open"


@pytest.mark.parametrize("hidden", ["FiscalPeriods", "LedgerFiscalPeriods"])
def test_it_tells_none_where_the_environment_hides_them(bench: Bench, hidden: str):
    site_of(bench).options.denied_sets = [hidden]
    assert periods(bench) == {}

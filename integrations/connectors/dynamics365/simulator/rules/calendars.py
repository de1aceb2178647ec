"""The ledger calendar: whether a company's period takes postings at all, and of which modules."""

from collections.abc import Iterable
from datetime import date

from integrations.connectors.dynamics365.simulator.schema import Values
from integrations.connectors.dynamics365.simulator.site import Company, Invalid, Site
from integrations.sandbox.books import BooksRefusal

LEDGER, CUSTOMER = "Ledger", "Cust"
MODULES = {LEDGER: "General ledger", CUSTOMER: "Accounts receivable"}
_ANYBODY, _NOBODY = "All", "None"


def check_insert(site: Site, company: Company, on: date, field_name: str, modules: Iterable[str]) -> None:
    """Refuse a day whose period is not open, or not to the service user in each of the modules."""
    if site.options.checks_period_on_insert:
        _check(site, company, on, field_name, modules, site.options.user_groups)


def check_post(site: Site, company: Company, on: date, modules: Iterable[str]) -> None:
    """Refuse to post in a period that is not open; who posts is in every user group."""
    _check(site, company, on, "", modules, None)


def _check(
    site: Site, company: Company, on: date, field_name: str, modules: Iterable[str], groups: list[str] | None
) -> None:
    told = f"Fiscal period for {on.isoformat()} is not open"
    try:
        company.books.periods.require_open(on)
    except BooksRefusal as refusal:
        raise Invalid(field_name, f"{told}. {refusal.message}") from None
    row = _row(site, company, on)
    if row["PeriodStatus"] != "Open":
        raise Invalid(field_name, f"{told}. Its status is {row['PeriodStatus']}.")
    for module in modules:
        level, group = row[f"{module}AccessLevel"], row[f"{module}UserGroupInfo"]
        if level == _NOBODY or (level != _ANYBODY and groups is not None and group not in groups):
            raise Invalid(field_name, f"{told} for module {MODULES[module]}.")


def _row(site: Site, company: Company, on: date) -> Values:
    """Give what the company's ledger calendar says of the period of a day."""
    calendar = site.values("Ledgers", company.code)["FiscalCalendar"]
    for period in (one.values for one in site.store.table("FiscalPeriods")):
        if period["Calendar"] == calendar and period["StartDate"] <= on <= period["EndDate"]:
            key = (company.code, calendar, period["FiscalYear"], period["PeriodName"])
            return site.values("LedgerFiscalPeriods", *key) or {"PeriodStatus": "not known"}
    return {"PeriodStatus": "not known"}

"""Fiscal calendars: the periods of a company's date pattern (F0008), and which is current in each ledger (F0010)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from integrations.connectors.jde.simulator.reading.store import Row, Store
from integrations.sandbox.books import BooksRefusal, Reason

ENDS = tuple(f"D{number:02}J" for number in range(1, 15))
CURRENT = {"gl": ("DFYJ", "PNC"), "ar": ("ARFJ", "ARPN"), "ap": ("APFJ", "APPN")}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FiscalPeriod:
    """One period of a date pattern, both days included; in the order of time."""

    year_begins: date
    number: int
    start: date
    end: date


def add_year(store: Store, pattern: str, begins: date, ends: Sequence[date]) -> None:
    """Set up a fiscal year of a pattern, in place of one that began on the same day; what is left blank repeats."""
    days = [begins - timedelta(days=1), *ends]
    if not 1 <= len(ends) <= len(ENDS) or any(second <= first for first, second in pairwise(days)):
        raise ValueError("Give one to fourteen period ends, each after the one before.")
    for row in store["F0008"].find(DTPN=pattern, DFYJ=begins):
        store["F0008"].drop(row)
    filled: dict[str, Any] = dict(zip(ENDS, [*ends, *[ends[-1]] * (len(ENDS) - len(ends))], strict=True))
    store["F0008"].add(DTPN=pattern, DFYJ=begins, CTRY=begins.year // 100, FY=begins.year % 100, **filled)


def periods_of(store: Store, company: Row) -> list[FiscalPeriod]:
    """List the periods of a company's date pattern, earliest first."""
    return sorted(one for row in store["F0008"].find(DTPN=company["DTPN"]) for one in _year(row))


def _year(row: Row) -> Iterator[FiscalPeriod]:
    start = row["DFYJ"]
    for number, alias in enumerate(ENDS, 1):
        if row[alias] and row[alias] >= start:  # one that ends with the period before has no days
            yield FiscalPeriod(year_begins=row["DFYJ"], number=number, start=start, end=row[alias])
            start = row[alias] + timedelta(days=1)


def period_on(store: Store, company: Row, day: date) -> FiscalPeriod:
    """Give the period of a day. Refuses one that no date pattern record of the company holds."""
    for row in store["F0008"].find(DTPN=company["DTPN"]):
        found = next((one for one in _year(row) if one.start <= day <= one.end), None)
        if found:
            return found
    raise BooksRefusal(Reason.NO_PERIOD, f"No date pattern of company {company['CO']} holds {day}.", str(day))


def is_current(company: Row, period: FiscalPeriod) -> bool:
    """Tell whether a period is the general ledger's current one."""
    return (period.year_begins, period.number) == (company["DFYJ"], company["PNC"])


def make_current(store: Store, company: Row, day: date, modules: Sequence[str] = tuple(CURRENT)) -> None:
    """Make the period of a day the current one of these ledgers, as the period close does; else the earliest."""
    periods = periods_of(store, company)
    found = next((one for one in periods if one.start <= day <= one.end), periods[0] if periods else None)
    if found is None:
        return
    for module in modules:
        year, number = CURRENT[module]
        store["F0010"].put_quietly(company, **{year: found.year_begins, number: found.number})


def require_current(store: Store, company: Row, day: date, module: str, *, allows_prior: bool) -> str:
    """Refuse a G/L date before the ledger's current period (PYEB, PBCO); gives the warning where it is let pass."""
    found = period_on(store, company, day)
    begins, number = (company[alias] for alias in CURRENT[module])
    if not begins or (found.year_begins, found.number) >= (begins, number):
        return ""
    what = f"{found.start} to {found.end} of company {company['CO']} is before its current {module.upper()} period"
    if found.year_begins < begins:
        raise BooksRefusal(Reason.PERIOD_CLOSED, f"{what}, in a prior year (PYEB).", str(day))
    if not allows_prior:
        raise BooksRefusal(Reason.PERIOD_CLOSED, f"{what} (PBCO).", str(day))
    return f"G/L date {day} is before the cut-off (PBCO)."

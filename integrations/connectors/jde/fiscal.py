"""Fiscal calendars: the periods of companies' date patterns (F0008), judged by each ledger's current one (F0010)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.calendars import MONTHS, OPEN, Calendar
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.records import Company
from integrations.connectors.jde.streams.masters import read_all
from integrations.contracts import ReferenceEntry
from integrations.errors import ConfigurationError

ENDS = tuple(f"D{number:02}J" for number in range(1, 15))
PATTERN = ("DTPN", "DFYJ", *ENDS)
CONSTANTS = ("CO", "DTPN", "ARPN", "ARFJ", "APPN", "APFJ")
PERIODS_BACK, PERIODS_AHEAD = 24, 12  # told beside the current ones
_YEARS = 3  # of calendar months beside the current year, where no pattern tells
REGULAR = "R"  # the date pattern of companies that name none
_UNREADABLE = ("jde_permission_missing", "jde_table_differs")

Place = tuple[date, int]  # the year's first day and the period's number: periods in the order of time


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalPeriod:
    """One period of a company's calendar, both days included."""

    place: Place
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Fiscal:
    """What is known beside the company constants that every release has: date patterns, and each ledger's period."""

    patterns: Mapping[str, Sequence[FiscalPeriod]]
    constants: Mapping[str, Row]


def read_fiscal(client: Client) -> Fiscal:
    """Read date patterns and the periods of receivables and payables; nothing where the customer lets nobody.

    Source: F0008RetrieveFiscalDatePattern, F0010RetrieveCompanyConstant (business function pages), read 2026-11-21.
    """
    if client.credentials.calendar.read == MONTHS:
        return Fiscal(patterns={}, constants={})
    patterns = defaultdict[str, list[FiscalPeriod]](list)
    for row in _allowed(client, "F0008", PATTERN, "DTPN"):
        patterns[row.text("DTPN")] += _year(row)
    constants = {row.text("CO"): row for row in _allowed(client, "F0010", CONSTANTS, "CO")}
    ordered = {name: sorted(found, key=lambda one: one.place) for name, found in patterns.items()}
    return Fiscal(patterns=ordered, constants=constants)


def _allowed(client: Client, table: str, columns: tuple[str, ...], key: str) -> list[Row]:
    try:
        return list(read_all(client, table, columns, key))
    except ConfigurationError as error:
        if error.code in _UNREADABLE:
            return []
        raise


def _year(row: Row) -> Iterator[FiscalPeriod]:
    """Give the periods of one fiscal year; one that ends with the one before has no days of its own."""
    begins = start = row.day("DFYJ")
    for number, alias in enumerate(ENDS, 1):
        end = row.day(alias)
        if begins and start and end and end >= start:
            yield FiscalPeriod(place=(begins, number), start=start, end=end)
            start = end + timedelta(days=1)


def periods(company: Company, fiscal: Fiscal, calendar: Calendar) -> Iterator[ReferenceEntry]:
    """Give a company's periods by its date pattern, or by calendar months; none where it has no current period."""
    if company.year_begins is None or company.period < 1:
        return
    own, ledger = fiscal.constants.get(company.code), (company.year_begins, company.period)
    current = {"ar": _place(own, "ARFJ", "ARPN", ledger), "ap": _place(own, "APFJ", "APPN", ledger), "gl": ledger}
    known = fiscal.patterns.get((own.text("DTPN") if own else "") or REGULAR, ())
    if not any(period.place[0] == company.year_begins for period in known):  # its own year is not set up there
        known = _months(company)
    for period in _around(known, min(current.values()), max(current.values())):
        states = {module: _state(period, first, calendar) for module, first in current.items()}
        yield _entry(company, period, states)


def _around(found: Sequence[FiscalPeriod], first: Place, last: Place) -> Sequence[FiscalPeriod]:
    """Leave out what lies far before the first current period, or far after the last."""
    start = sum(period.place < first for period in found) - PERIODS_BACK
    end = sum(period.place <= last for period in found) + PERIODS_AHEAD
    return found[max(0, start) : end]


def _months(company: Company) -> list[FiscalPeriod]:
    """Give calendar months: twelve a year, counted from the day on which the current fiscal year begins."""
    begins = company.year_begins
    if begins is None or company.period > 12:
        return []
    made = []
    for at in range(-_YEARS * 12, (_YEARS + 1) * 12):
        start, following = _months_later(begins, at), _months_later(begins, at + 1)
        place = (_months_later(begins, at // 12 * 12), at % 12 + 1)
        made.append(FiscalPeriod(place=place, start=start, end=following - timedelta(days=1)))
    return made


def _place(row: Row | None, year: str, number: str, other: Place) -> Place:
    """Give a ledger's current period; where nothing is said, the general ledger's."""
    begins = row.day(year) if row else None
    return (begins, row.whole(number)) if row and begins and row.whole(number) else other


def _state(period: FiscalPeriod, current: Place, calendar: Calendar) -> str:
    """Tell whether a ledger takes a period: the current one and all later; prior ones of the year where they pass.

    Source: X0903 Edit Date (business function page), read 2026-11-21.
    """
    passes = calendar.prior_periods == OPEN and period.place[0] == current[0]
    return "open" if passes or period.place >= current else "closed"


def _entry(company: Company, period: FiscalPeriod, states: Mapping[str, str]) -> ReferenceEntry:
    start, end = period.start, period.end
    is_month = start.day == 1 and end == _months_later(start, 1) - timedelta(days=1)
    number = f"{start:%Y-%m}" if is_month else f"{period.place[0]:%Y} P{period.place[1]:02}"
    called = f"{start:%B %Y}" if is_month else f"Period {period.place[1]} ({start} to {end})"
    return ReferenceEntry(
        kind="period",
        code=f"{company.code}-{start:%Y-%m}" if start.day == 1 else f"{company.code}-{start.isoformat()}",
        number=number,
        name=f"{called} of {company.name}",
        is_active="open" in states.values(),
        details={"company": company.code, "start": start.isoformat(), "end": end.isoformat(), **states},
    )


def _months_later(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, min(day.day, 28))

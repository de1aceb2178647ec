"""Fiscal periods: the days of the calendar's, and what the company lets be posted in each."""

from collections.abc import Iterator, Mapping
from datetime import date

from integrations.connectors.dynamics365.odata import Query, Row, day, text, text_literal
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.contracts import ReferenceEntry
from integrations.errors import ConnectorError

MISSING = ("d365_entity_missing", "d365_privilege_missing")
_OPEN = "Open"
_NOBODY = "None"
_LEDGER = "LedgerAccessLevel"
_ACCESS = {"ar": "CustAccessLevel", "ap": "VendAccessLevel", "gl": _LEDGER}
Key = tuple[str, str]  # year, period


def periods(ground: Ground) -> Iterator[ReferenceEntry]:
    """Give the company's periods; none where the environment hides either of the two sets that tell of them.

    A period is open for a module where its status is Open, and neither the module's access level nor the ledger's is
    None: what customers owe is a general journal, too. One that is restricted to a user group counts as open, as it
    is not told whether the service user is of it: if not, F&O refuses the line.
    Source: public clients of `FiscalPeriods` and `LedgerFiscalPeriods`; learn.microsoft.com, "Specify which users can
    post to a period" (AX 2012), "Update module access" of F&O's ledger calendars; read 2026-11-21.
    """
    try:
        days, states = _days(ground), list(_states(ground))
    except ConnectorError as error:
        if error.code in MISSING:
            return
        raise
    for row in states:
        key = (text(row, "YearName"), text(row, "PeriodName"))
        if key in days:
            yield _entry(key, days[key], row)


def _days(ground: Ground) -> Mapping[Key, tuple[date, date]]:
    calendar = text(ground.setup.ledger, "FiscalCalendar")
    query = Query(
        entity_set="FiscalPeriods",
        filter=f"Calendar eq {text_literal(calendar)}",
        order="Calendar,FiscalYear,PeriodName",
    )
    found: dict[Key, tuple[date, date]] = {}
    for row in ground.client.rows(query):
        start, end = day(row, "StartDate"), day(row, "EndDate")
        if start and end and text(row, "Calendar").lower() == calendar.lower():
            found[text(row, "FiscalYear"), text(row, "PeriodName")] = (start, end)
    return found


def _states(ground: Ground) -> Iterator[Row]:
    query = Query(
        entity_set="LedgerFiscalPeriods",
        filter=f"LegalEntityId eq {text_literal(ground.company.upper())}",
        order="LedgerName,Calendar,YearName,PeriodName",
    )
    for row in ground.client.rows(query):
        if text(row, "LegalEntityId").lower() == ground.company:
            yield row


def _entry(key: Key, days: tuple[date, date], row: Row) -> ReferenceEntry:
    is_open = text(row, "PeriodStatus") == _OPEN
    module = {
        name: "open" if is_open and _NOBODY not in (text(row, level), text(row, _LEDGER)) else "closed"
        for name, level in _ACCESS.items()
    }
    year, period = key
    return ReferenceEntry(
        kind="period",
        code=f"{year}/{period}",
        number=f"{days[0]:%Y-%m}",
        name=f"{period} of {year}",
        is_active=is_open,
        details={"start": days[0].isoformat(), "end": days[1].isoformat(), **module},
    )

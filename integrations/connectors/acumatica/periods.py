"""Financial periods: the tenant's calendar, read once per session, by which posting dates and periods are compared."""

import threading
from dataclasses import dataclass
from datetime import date, timedelta

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.values import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period. `code` is MMYYYY as documents want it; `end` is its last day."""

    code: str
    start: date
    end: date
    name: str
    is_open: bool
    is_open_in_ar: bool
    is_open_in_ap: bool


class Calendar:
    """The periods of one tenant; safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._periods: tuple[Period, ...] | None = None

    def periods(self) -> tuple[Period, ...]:
        """Read all years' periods, in the order of time.

        Source: FinancialPeriod (GL201000) of the contract file, read 2026-11-21.
        """
        with self._lock:
            if self._periods is None:
                years = self._client.rows(Query(entity="FinancialPeriod", expand=("Details",)))
                found = [period for year in years for row in year.details("Details") if (period := _period(row))]
                self._periods = tuple(_closed_up(sorted(found, key=lambda period: period.start)))
            return self._periods

    def code_of(self, day: date) -> str:
        """Give the code of the period that holds a day; empty where none does."""
        return next((period.code for period in self.periods() if period.start <= day <= period.end), "")

    def posting_date(self, wanted: date, code: str) -> date | None:
        """Give the wanted day if it lies in the period of this code, else that period's first day."""
        if not code or self.code_of(wanted) == plain_code(code):
            return wanted if code else None
        return next((period.start for period in self.periods() if period.code == plain_code(code)), None)


def plain_code(text: str) -> str:
    """Give MMYYYY for a period written `03-2026` or `032026`."""
    return text.replace("-", "").strip()


def _period(row: Row) -> Period | None:
    code, start, end = plain_code(row.text("FinancialPeriodID")), row.day("StartDate"), row.day("EndDate")
    if not code or start is None or end is None or row.flag("AdjustmentPeriod"):
        return None
    is_open = row.text("Status").lower() in ("open", "")
    return Period(
        code=code,
        start=start,
        end=end,
        name=row.text("Description") or code,
        is_open=is_open,
        is_open_in_ar=is_open and not row.flag("ClosedInAR"),
        is_open_in_ap=is_open and not row.flag("ClosedInAP"),
    )


def _closed_up(periods: list[Period]) -> list[Period]:
    """Take the day off an end that is the next period's start."""
    starts = {period.start for period in periods}
    day = timedelta(days=1)
    return [
        period
        if period.end not in starts or period.end == period.start
        else Period(
            code=period.code,
            start=period.start,
            end=period.end - day,
            name=period.name,
            is_open=period.is_open,
            is_open_in_ar=period.is_open_in_ar,
            is_open_in_ap=period.is_open_in_ap,
        )
        for period in periods
    ]

"""Accounting periods: which one a date falls into and whether it takes postings."""

from bisect import bisect_right, insort
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from integrations.sandbox.books.refusal import BooksRefusal, Reason

Status = Literal["open", "closed", "locked"]


@dataclass(slots=True, kw_only=True)
class Period:
    """One accounting period; both dates belong to it."""

    id: str
    name: str
    start: date
    end: date
    status: Status = "open"

    def holds(self, day: date) -> bool:
        """Tell whether the day belongs to this period."""
        return self.start <= day <= self.end


class Periods:
    """The calendar of one organisation."""

    def __init__(self) -> None:
        self._by_id: dict[str, Period] = {}
        self._starts: list[tuple[date, str]] = []

    def add(self, period: Period) -> None:
        """Add a period; periods do not overlap."""
        self._by_id[period.id] = period
        insort(self._starts, (period.start, period.id))

    def add_months(self, first: date, count: int, first_id: int = 1) -> None:
        """Add calendar months named like "Mar 2026", with rising ids."""
        start = first.replace(day=1)
        for number in range(first_id, first_id + count):
            end = start.replace(day=monthrange(start.year, start.month)[1])
            self.add(Period(id=str(number), name=start.strftime("%b %Y"), start=start, end=end))
            start = end + timedelta(days=1)

    def get(self, period_id: str) -> Period | None:
        """Give the period with this id, or None."""
        return self._by_id.get(period_id)

    def named(self, text: str) -> Period | None:
        """Find a period by id, name ("Mar 2026"), month ("2026-03") or any date in it."""
        by_id = self._by_id.get(text)
        if by_id:
            return by_id
        for period in self._by_id.values():
            if text in (period.name, period.start.strftime("%Y-%m")):
                return period
        try:
            return self.of(date.fromisoformat(text))
        except ValueError:
            return None

    def of(self, day: date) -> Period | None:
        """Give the period of a day, or None outside the calendar."""
        at = bisect_right(self._starts, (day, "\uffff")) - 1
        period = self._by_id[self._starts[at][1]] if at >= 0 else None
        return period if period is not None and day <= period.end else None

    def all(self) -> list[Period]:
        """List the periods in the order of time."""
        return [self._by_id[period_id] for _, period_id in self._starts]

    def set_status(self, text: str, status: str) -> Period:
        """Open, close or lock a period; `LookupError` and `ValueError` say what was not understood."""
        if status not in get_args(Status):
            raise ValueError(f"Unknown period status {status!r}. Known: {', '.join(get_args(Status))}.")
        period = self.named(text)
        if period is None:
            raise LookupError(f"No accounting period {text!r}.")
        period.status = status  # type: ignore[assignment]
        return period

    def require_open(self, day: date) -> Period:
        """Give the period of a day if it takes postings; refuses otherwise."""
        period = self.of(day)
        if period is None:
            raise BooksRefusal(Reason.NO_PERIOD, f"No accounting period for {day}.", str(day))
        require_open(period)
        return period


def require_open(period: Period) -> None:
    """Refuse a closed or locked period."""
    if period.status == "closed":
        raise BooksRefusal(Reason.PERIOD_CLOSED, f"Period {period.name} is closed.", period.name)
    if period.status == "locked":
        raise BooksRefusal(Reason.PERIOD_LOCKED, f"Period {period.name} is locked.", period.name)

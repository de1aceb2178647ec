"""Financial periods with their status and the modules they are closed in."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

STATUSES = ("Inactive", "Open", "Closed", "Locked")
MODULES = ("AR", "AP", "CA", "IN", "FA")


@dataclass(slots=True, kw_only=True)
class FinPeriod:
    """One period, a month unless the tenant has other days; its id is MMYYYY."""

    id: str
    start: date
    end: date
    status: str = "Open"
    closed_in: set[str] = field(default_factory=set)


class Calendar:
    """The generated periods of a tenant."""

    def __init__(self, first_year: int, last_year: int) -> None:
        self._periods: dict[str, FinPeriod] = {}
        for year in range(first_year, last_year + 1):
            for month in range(1, 13):
                end = date(year, month, monthrange(year, month)[1])
                id = f"{month:02}{year}"
                self._periods[id] = FinPeriod(id=id, start=date(year, month, 1), end=end)

    def of(self, day: date) -> FinPeriod | None:
        """Give the period of a day, or None where none is generated."""
        usual = self._periods.get(f"{day.month:02}{day.year}")
        if usual is not None and usual.start <= day <= usual.end:
            return usual
        return next((one for one in self._periods.values() if one.start <= day <= one.end), None)

    def get(self, id: str) -> FinPeriod | None:
        """Give a period by MMYYYY, with or without a dash."""
        return self._periods.get(id.replace("-", "").strip())

    def all(self) -> list[FinPeriod]:
        """List the periods in the order of time."""
        return list(self._periods.values())

    def set_status(self, text: str, status: str, module: str = "") -> FinPeriod:
        """Open, close, lock or inactivate a period, for one module if named; says what it did not understand."""
        period = self._named(text)
        wanted = status.capitalize()
        if wanted not in STATUSES or (module and module not in MODULES):
            raise ValueError(f"Unknown period status {status!r} or module {module!r}. Known: open, closed, ...")
        if not module:
            period.status, period.closed_in = wanted, set(MODULES) if wanted in ("Closed", "Locked") else set()
        elif wanted == "Open":
            period.closed_in.discard(module)
        else:
            period.closed_in.add(module)
        return period

    def set_days(self, text: str, start: date, end: date) -> FinPeriod:
        """Give a period other days, as in a fiscal calendar of weeks."""
        period = self._named(text)
        period.start, period.end = start, end
        return period

    def trouble(self, day: date, period_id: str | None, module: str, *, is_restricted: bool) -> str:
        """Tell why nothing may be posted to the period, or nothing."""
        period = self.get(period_id) if period_id else self.of(day)
        if period is None:
            return f"The financial period that corresponds to the {day.isoformat()} date does not exist."
        shown = f"{period.id[:2]}-{period.id[2:]}"
        if period.status == "Inactive":
            return f"The {shown} financial period is inactive in the MAIN company."
        if period.status == "Locked":
            return f"The {shown} financial period is locked in the MAIN company."
        if is_restricted and (period.status == "Closed" or module in period.closed_in):
            return f"The {shown} financial period is closed in the MAIN company."
        return ""

    def _named(self, text: str) -> FinPeriod:
        found = self.get(text)
        match = re.fullmatch(r"(\d{4})-(\d{2})(-\d{2})?", text)
        if found is None and match:
            found = self.get(match[2] + match[1])
        if found is None:
            raise LookupError(f"No financial period {text!r}; write 032026 or 2026-03.")
        return found

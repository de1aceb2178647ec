"""Accounting periods as targets publish them: on which day a document is posted when its own period is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.contracts import Module, ReferenceEntry
from integrations.errors import ClosedPeriodError

KIND = "period"
REFUSED = "refused_period"  # kind of the marks: a period that its target refuses, though it tells it as open
HOLD, NEXT_OPEN, ASK, SKIP = "hold", "next_open", "ask", "skip"
CODES = {HOLD: "closed_period", ASK: "closed_period_ask", SKIP: "closed_period_skip"}  # of the errors, by policy

References = Mapping[tuple[str, str], ReferenceEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period of the target: its days, both included, and whether a module may be posted in it."""

    name: str
    start: date
    end: date
    is_open: bool
    code: str = ""  # of the reference value


def posting_day(
    day: date,
    references: References,
    module: Module,
    policy: str,
    label: str,
    company: str = "",
    *,
    not_before: date | None = None,
) -> date:
    """Give the day to post on: the day itself where its period is open or unknown, else as the policy says.

    Policies: hold, next_open (the first day of the next open period), ask, skip. `company`: where each closes its own
    periods. `not_before`: no period before this day's takes it (`Context.not_before`). Raises ClosedPeriodError, whose
    code tells the policy, for all but next_open, and when no later period is open.
    """
    periods = periods_of(references, module, company)
    if not_before and day < not_before and not is_same_period(day, not_before, references, module, company):
        day = not_before
    own = period_of(day, periods)
    if own is None or own.is_open:
        return day
    later = [period.start for period in periods if period.is_open and period.start > day]
    if policy == NEXT_OPEN and later:
        return min(later)
    raise ClosedPeriodError(
        _told(day, own, policy, label, min(later, default=None)),
        code=CODES.get(policy, CODES[HOLD]),
        field="posting date",
        value=own.name,
    )


class _Calendars:
    """The calendars of the reference data last asked about: a run asks for each of its drafts, and never changes it."""

    def __init__(self) -> None:
        self._last: tuple[References, dict[tuple[str, str], list[Period]]] = ({}, {})

    def get(self, references: References, module: Module, company: str) -> list[Period]:
        of, known = self._last  # taken together: another thread may ask about another company meanwhile
        if of is not references:
            known = {}
            self._last = (references, known)
        found = known.get((module, company))
        if found is None:
            found = known[module, company] = _read(references, module, company)
        return found


_CALENDARS = _Calendars()


def periods_of(references: References, module: Module, company: str = "") -> list[Period]:
    """Give all periods, earliest first; none where the target cannot tell. Not to be changed by the caller."""
    return _CALENDARS.get(references, module, company)


def _read(references: References, module: Module, company: str) -> list[Period]:
    entries = {
        entry.code: entry
        for (kind, _), entry in references.items()
        if kind == KIND and (not company or entry.details.get("company", company) == company)
    }
    made = (_period(entry, module, (REFUSED, _mark(entry.code, module)) in references) for entry in entries.values())
    return sorted(made, key=lambda period: (period.start, period.end))


def refused(period: Period, module: Module) -> ReferenceEntry:
    """Give the mark that a target refuses a period in a module: among the reference data, it closes it."""
    return ReferenceEntry(kind=REFUSED, code=_mark(period.code, module), number="", name=period.name)


def _mark(code: str, module: Module) -> str:
    return f"{module} {code}"


def period_of(day: date, periods: list[Period]) -> Period | None:
    """Give the period that holds a day. Where periods overlap, an open one."""
    holding = [period for period in periods if period.start <= day <= period.end]
    return next((period for period in holding if period.is_open), holding[0] if holding else None)


def is_same_period(first: date, second: date, references: References, module: Module, company: str = "") -> bool:
    """Tell whether two days fall in one period: the target's, or the calendar month where it does not tell."""
    periods = periods_of(references, module, company)
    one, other = period_of(first, periods), period_of(second, periods)
    if one is None or other is None:
        return (first.year, first.month) == (second.year, second.month)
    return one == other


def is_open(day: date, references: References, module: Module, company: str = "") -> bool:
    """Tell whether a day may be posted on, as far as the target tells."""
    own = period_of(day, periods_of(references, module, company))
    return own is None or own.is_open


def _period(entry: ReferenceEntry, module: Module, is_refused: bool) -> Period:
    details = entry.details
    return Period(
        name=entry.number or entry.name or entry.code,
        start=date.fromisoformat(details["start"]),
        end=date.fromisoformat(details["end"]),
        is_open=entry.is_active and details.get(module, "open") == "open" and not is_refused,
        code=entry.code,
    )


def _told(day: date, period: Period, policy: str, label: str, following: date | None) -> str:
    told = f"{label} is to be posted on {day}, but the period {period.name} is closed there."
    if policy == ASK:
        choice = f"post it on {following}, the next open day, " if following else "wait "
        return f"{told} Choose: {choice}or hold it until the period opens, or skip it."
    if policy == SKIP:
        return f"{told} The policy skips it."
    if policy == NEXT_OPEN:
        return f"{told} No later period is open either. Open one in the target."
    return f"{told} It waits until the period opens."

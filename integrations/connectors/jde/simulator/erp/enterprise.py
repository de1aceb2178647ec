"""One EnterpriseOne environment: tables, books, clock, next numbers; and the look-ups that its programs share."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.jde.simulator.erp import fiscal
from integrations.connectors.jde.simulator.erp.clock import ServerClock
from integrations.connectors.jde.simulator.options import ErpOptions
from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.literals import add_months
from integrations.connectors.jde.simulator.reading.store import Row, Store
from integrations.sandbox.app import Json
from integrations.sandbox.books import Books, Chart, Currencies, Currency, Periods
from integrations.sandbox.clock import SandboxClock

FIRST = {"AN8": 60_001, "ICU": 33_001, "JE": 8_101, "PV": 45_001, "PD": 7_001, "PYID": 90_001, "DOCM": 500_001,
         "DOCO": 4_701, "AID": 6_101, "UKID": 1}  # fmt: skip
YEARS_BACK, MONTHS = 3, 84
REGULAR = "R"  # the date pattern of calendar months
OPEN_MONTHS = 12


class Enterprise:
    """The system behind the AIS server. Programs of `erp` read and write it; the data service reads its tables."""

    def __init__(self, environment: str, clock: SandboxClock) -> None:
        self.environment = environment
        self.options = ErpOptions()
        self.clock = ServerClock(clock, self.options.timezone)
        self.store = Store(self.clock)
        self.books = Books(Chart(), Currencies([]), Periods())
        self.numbers: Counter[str] = Counter()
        self.batch_documents: dict[int, list[str]] = {}
        self.refused_posts: dict[int, str] = {}
        self.notes: dict[str, Json] = {}

    def next_number(self, series: str) -> int:
        """Draw the next number of a series."""
        self.numbers[series] += 1
        return FIRST.get(series, 1) + self.numbers[series] - 1

    def company(self, code: str) -> Row | None:
        """Give a company's constants, or None."""
        return self.store["F0010"].first(CO=code)

    def base_currency(self, company: str) -> Currency:
        """Give the currency a company keeps its books in; the company must exist."""
        found = self.company(company)
        assert found is not None
        return self.books.currencies.get(found["CRCD"])

    def account_of(self, company: str, object_account: str, subsidiary: str = "") -> Row:
        """Give a company's account that is known to exist, such as its trade account."""
        found = self.store["F0901"].find(OBJ=object_account, CO=company)
        return next(row for row in found if not subsidiary or row["SUB"] == subsidiary)

    def rate(self, currency: str, company: str, on: date) -> Decimal:
        """Give what one unit of a currency costs in the company's currency on a day."""
        return self.books.currencies.rate(currency, self.base_currency(company).code, on)

    def decimals_of(self, alias: Alias, row: Row) -> int:
        """Give how many decimals a money column really has in a row: those of its currency."""
        currency = row["CRCD"] if alias.kind == "foreign" or row["LT"] == "CA" else row["BCRC"] or self._home(row)
        found = [one for one in self.books.currencies.all() if one.code == currency]
        return found[0].decimals if found else alias.decimals

    def _home(self, row: Row) -> str:
        found = self.company(row["CO"] or row["KCO"] or row["KCOO"] or "")
        return found["CRCD"] if found else row["CRCD"] or ""

    def period_columns(self, day: date, company: str) -> Json:
        """Give the period columns of a ledger row; a fiscal year is named after the day on which it begins."""
        found = self.company(company)
        assert found is not None
        period = fiscal.period_on(self.store, found, day)
        begins = period.year_begins
        return {"PN": period.number, "CTRY": begins.year // 100, "FY": begins.year % 100}

    def open_calendar(self) -> None:
        """Set up the periods, calendar months (pattern R): the last twelve and the future are open."""
        today = self.clock.today()
        first = date(today.year - YEARS_BACK, 1, 1)
        self.books.periods.add_months(first, MONTHS)
        first_open = add_months(today, -OPEN_MONTHS)
        for period in self.books.periods.all():
            if period.end < first_open:
                period.status = "closed"
        ends = [period.end for period in self.books.periods.all()]
        for start in range(0, MONTHS, 12):
            fiscal.add_year(self.store, REGULAR, date(first.year + start // 12, 1, 1), ends[start : start + 12])
        self.show_current_period()

    def show_current_period(self) -> None:
        """Put the first open period into the company constants, as the period close does."""
        current = next((one for one in self.books.periods.all() if one.status == "open"), None)
        if current is None:
            return
        for company in self.store["F0010"]:
            fiscal.make_current(self.store, company, current.start)

    def set_period(self, text: str, status: str) -> Json:
        """Open, close or lock a period, and show it in the company constants."""
        period = self.books.periods.set_status(text, status)
        self.show_current_period()
        return {"period": period.start.strftime("%Y-%m"), "status": period.status}

    def set_current_period(self, text: str) -> Json:
        """Make a month the current period: what lies before it is closed, it and what follows are open."""
        current = self.books.periods.set_status(text, "open")
        for period in self.books.periods.all():
            period.status = "closed" if period.end < current.start else "open"
        self.show_current_period()
        return {"current": current.start.strftime("%Y-%m")}

    def close_up_to(self, text: str, company: str = "", module: str = "") -> Json:
        """Make the period of a day or month current in one ledger (all: all three), of one company (else of all)."""
        day = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
        if module and module not in fiscal.CURRENT:
            raise ValueError(f"Unknown module {module!r}. Known: {', '.join(fiscal.CURRENT)}.")
        for row in [self._known(company)] if company else self.store["F0010"]:
            fiscal.make_current(self.store, row, day, (module,) if module else tuple(fiscal.CURRENT))
        return {"current": text, "company": company, "module": module}

    def set_calendar(self, company: str, pattern: str, begins: date, ends: Sequence[date]) -> Json:
        """Give a company another date pattern, whose year is set up here; what was current stays so by its day."""
        row = self._known(company)
        current = next((one for one in fiscal.periods_of(self.store, row) if fiscal.is_current(row, one)), None)
        fiscal.add_year(self.store, pattern, begins, ends)
        self.store["F0010"].put_quietly(row, DTPN=pattern)
        fiscal.make_current(self.store, row, current.start if current else begins)
        return {"company": company, "pattern": pattern, "year_begins": begins.isoformat()}

    def _known(self, company: str) -> Row:
        found = self.company(company)
        if found is None:
            raise LookupError(f"No company {company!r}.")
        return found

    def is_far_ahead(self, day: date) -> bool:
        """Tell whether a day lies after next month: JDE warns that it posts after cut-off."""
        return day > add_months(self.clock.today().replace(day=1), 2) - timedelta(days=1)

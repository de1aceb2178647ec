"""One tenant: its records, books, calendar and switches, and the look-ups its rules share."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from integrations.connectors.acumatica.simulator.calendar import Calendar
from integrations.connectors.acumatica.simulator.options import Options
from integrations.connectors.acumatica.simulator.push import Push
from integrations.connectors.acumatica.simulator.store import Record, Row, Store, Values
from integrations.sandbox.books import Books, Chart, Currencies, Periods
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice
from integrations.sandbox.faults import Faults

BASE = "USD"
MAIN_BRANCH = "MAIN"
FIRST_YEAR, LAST_YEAR = 2024, 2027


class Tenant:
    """One company's data behind the site."""

    def __init__(self, name: str, clock: SandboxClock, options: Options, faults: Faults, push: Push, seed: int) -> None:
        self.name = name
        self.clock = clock
        self.options = options
        self.faults = faults
        self.push = push
        self.store = Store()
        self.calendar = Calendar(FIRST_YEAR, LAST_YEAR)
        self.books = Books(Chart(), Currencies([]), Periods())
        self.lint: Counter[str] = Counter()
        self._dice = dice(seed, "acumatica", name)

    def uuid(self) -> str:
        """Draw a GUID."""
        return str(UUID(int=self._dice.getrandbits(128), version=4))

    def now(self) -> datetime:
        """Give the present to the millisecond."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @property
    def offset(self) -> timedelta:
        """The tenant's time zone."""
        return timedelta(minutes=self.options.timezone_offset_min)

    def today(self) -> date:
        """Give the tenant's calendar day."""
        return (self.clock.now() + self.offset).date()

    def add(self, table: str, key: tuple[str, ...], fields: Values, rows: dict[str, list[Row]] | None = None) -> Record:
        """Put a record of the set-up, past the rules."""
        now = self.now()
        fields = {"CreatedDateTime": now, "LastModifiedDateTime": now, **fields}
        record = Record(id=self.uuid(), table=table, key=key, fields=fields, rows=rows or {}, modified=now)
        record.fields.setdefault("NoteID", record.id)
        self.store.put(record)
        return record

    def row(self, **fields: object) -> Row:
        """Make a detail row with an id of its own."""
        return Row(self.uuid(), dict(fields))

    def keep(self, record: Record, before: Values | None) -> None:
        """Keep a record that was made or changed, and tell the push notifications."""
        now = self.now()
        record.modified = now
        record.fields["LastModifiedDateTime"] = now
        lag = self.faults.standing("search_lag")
        record.seen_from = now.timestamp() + (30.0 if lag.value_s is None else lag.value_s) if lag else 0.0
        self.store.put(record)
        self.push.changed(self.name, record, before, record.fields)

    def drop(self, record: Record) -> None:
        """Forget a record and tell the push notifications."""
        self.store.drop(record)
        self.push.changed(self.name, record, record.fields, None)

    def find(self, table: str, *key: object) -> Record | None:
        """Give a record by its key, or None."""
        return self.store.get(table, *key)

    def field(self, table: str, key: object, name: str) -> object:
        """Give one field of a record by its key, or None."""
        record = self.store.get(table, key) if key else None
        return record.fields.get(name) if record else None

    def is_active(self, table: str, key: object, flag: str = "Active") -> bool:
        """Tell whether a record exists and is active."""
        record = self.store.get(table, key)
        return record is not None and record.fields.get(flag) is not False

    def base(self, branch: object) -> str:
        """Give the currency that a branch keeps its books in."""
        return str(self.field("Branch", branch, "BaseCuryID") or BASE)

    def rate(self, currency: str, on: date, base: str = BASE) -> Decimal:
        """Give the price of one unit of a currency in a base currency."""
        return self.books.currencies.rate(currency, base, on)

    def has_rate(self, currency: str) -> bool:
        """Tell whether there is a rate for a currency."""
        return currency == BASE or currency not in self.options.missing_rates

    def round(self, currency: str, amount: Decimal) -> Decimal:
        """Round to the currency's decimals."""
        return self.books.currencies.get(currency).round(amount)

    def period_trouble(self, day: date, period: object, module: str) -> str:
        """Tell why nothing may be posted on a day, or nothing."""
        is_restricted = self.options.restrict_closed_periods
        return self.calendar.trouble(day, str(period) if period else None, module, is_restricted=is_restricted)

"""One organization: its records, books, policies and subscriptions, and the look-ups its rules share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.identities import OrgSetup
from integrations.connectors.billcom.simulator.store import PREFIXES, Record, Store
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.sandbox.app import Json
from integrations.sandbox.books import Account, Books, Chart, Currencies, Currency, Period, Periods
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice
from integrations.sandbox.faults import Faults

BASE = "USD"  # BILL funds in US dollars
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
NO_ACCOUNT = "uncoded"  # where lines without an account stand in the books
ZERO = Decimal(0)
CURRENCIES = (
    Currency(code="USD", name="US Dollar", decimals=2, per_unit=Decimal(1)),
    Currency(code="EUR", name="Euro", decimals=2, per_unit=Decimal("1.08")),
    Currency(code="GBP", name="British Pound", decimals=2, per_unit=Decimal("1.27")),
    Currency(code="CAD", name="Canadian Dollar", decimals=2, per_unit=Decimal("0.73")),
    Currency(code="JPY", name="Japanese Yen", decimals=0, per_unit=Decimal("0.0067")),
)


class Sender(Protocol):
    """What takes the events of an organization."""

    def emit(self, org: "Org", event_type: str, entity: str, payload: Json, more: Json | None = None) -> None:
        """Send an event to the subscriptions that want it."""


@dataclass(slots=True, kw_only=True)
class Policy:
    """An approval policy: bills to which all rules apply go to these approvers, in this order."""

    id: str
    name: str
    rules: list[Json]
    approvers: list[str]


class Org:
    """The organization behind a session."""

    def __init__(
        self, setup: OrgSetup, clock: SandboxClock, switches: Switches, faults: Faults, sender: Sender, seed: int
    ) -> None:
        self.setup = setup
        self.clock = clock
        self.switches = switches
        self.faults = faults
        self.sender = sender
        self.store = Store()
        self.books = Books(_chart(), Currencies(CURRENCIES), _calendar())
        self.policies: list[Policy] = []
        self.scheduled: dict[str, dict[str, Decimal]] = {}
        self.timers: list[tuple[float, str, str]] = []  # when, payment, the status it then takes
        self.approval_asked: set[str] = set()
        self.payable_account = self.clearing_account = NO_ACCOUNT
        self.bank_added: dict[str, date] = {}  # when a vendor's bank account was made known
        self.made = self.now()
        self._dice = dice(seed, "billcom", setup.id)
        self._counters: dict[str, int] = {}

    @property
    def id(self) -> str:
        """The organization's id."""
        return self.setup.id

    def now(self) -> datetime:
        """Give the present in UTC, to the millisecond."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def today(self) -> date:
        """Give the present day in UTC."""
        return self.clock.now().date()

    def new_id(self, kind: str) -> str:
        """Draw an opaque id with the prefix of its kind."""
        return f"{PREFIXES[kind]}01{''.join(self._dice.choices(ALPHABET, k=15))}"

    def count(self, name: str) -> int:
        """Draw the next number of a series, from 1."""
        self._counters[name] = self._counters.get(name, 0) + 1
        return self._counters[name]

    def text(self, length: int) -> str:
        """Draw letters and digits, as for a transaction number."""
        return "".join(self._dice.choices(ALPHABET, k=length))

    def record(self, kind: str, id: str) -> Record:
        """Give a record named in the path; refuses an unknown id."""
        found = self.store.get(kind, id)
        if found is None:
            refuse("BDC_1205", f"No {kind} exists with id {id}.", "id", id)
        return found

    def make(self, kind: str, fields: Json) -> Record:
        """Keep a new record under a new id."""
        return self.store.add(kind, self.new_id(kind), fields, self.now())

    def change(self, record: Record, fields: Json | None = None, *, archived: bool | None = None) -> None:
        """Store a new version of a record."""
        record.change(self.now(), fields, archived=archived)

    def emit(self, event_type: str, entity: str, payload: Json, more: Json | None = None) -> None:
        """Send an event to whoever subscribed to it."""
        self.sender.emit(self, event_type, entity, payload, more)

    def currency_of(self, vendor_id: str) -> str:
        """Give the currency in which a vendor is billed."""
        vendor = self.store.get("vendor", vendor_id)
        return str(vendor.fields.get("billCurrency", BASE)) if vendor else BASE

    def follow_account(self, record: Record) -> None:
        """Let the books know an account as it is now."""
        account = record.fields.get("account", {})
        self.books.chart.add(
            Account(
                id=record.id,
                number=account.get("number") or record.id,
                name=record.fields["name"],
                kind=account.get("type", "UNSPECIFIED"),
            )
        )

    def scheduled_for(self, bill_id: str) -> Decimal:
        """Give what is scheduled to be paid on a bill."""
        return sum(self.scheduled.get(bill_id, {}).values(), ZERO)

    def users(self) -> Iterable[str]:
        """Name the people of the organization by id."""
        return [user.id for user in self.setup.users if not user.is_token]


def _chart() -> Chart:
    return Chart([Account(id=NO_ACCOUNT, number=NO_ACCOUNT, name="Not coded", kind="UNSPECIFIED")])


def _calendar() -> Periods:
    """BILL itself has no accounting periods: one that never closes."""
    periods = Periods()
    periods.add(Period(id="1", name="All", start=date.min, end=date.max))
    return periods

"""One environment: companies with their books and number sequences, rows, switches, service users."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.connectors.dynamics365.simulator.events import Events
from integrations.connectors.dynamics365.simulator.options import Options
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Values, by_name
from integrations.connectors.dynamics365.simulator.sets_journals import JOURNAL_SETS
from integrations.connectors.dynamics365.simulator.sets_masters import MASTER_SETS
from integrations.connectors.dynamics365.simulator.store import Row, Store
from integrations.sandbox.books import Books, BooksRefusal, Currency, Document
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.faults import Faults

SETS: dict[str, EntitySet] = by_name((*JOURNAL_SETS, *MASTER_SETS))
CHART = "Shared"
RECEIVABLE = "130110"
GAIN, LOSS = "801300", "801400"  # of realised exchange differences: the ledger names an account for each
PER = Decimal(100)
RATE_PLACES = Decimal("0.0000000001")


class Invalid(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """A row is not valid: reasons for the infolog and the property they belong to."""

    def __init__(self, field_name: str, *reasons: str, status: int | None = None) -> None:
        super().__init__(*reasons)
        self.field, self.reasons, self.status = field_name, reasons, status


@dataclass(slots=True, kw_only=True)
class Bank:
    """A company's bank account with the main account it posts to."""

    id: str
    main_account: str
    currency: str


@dataclass(slots=True, kw_only=True)
class Company:
    """One legal entity with its ledger; `code` is upper case, rows carry it in lower case."""

    code: str
    name: str
    currency: str
    books: Books
    banks: dict[str, Bank]
    sequences: Counter[str] = field(default_factory=Counter)

    @property
    def area(self) -> str:
        """The company as `dataAreaId` shows it."""
        return self.code.lower()

    @property
    def base(self) -> Currency:
        """The accounting currency."""
        return self.books.currencies.get(self.currency)

    def next_number(self, sequence: str, template: str) -> str:
        """Draw the next number of a sequence, written by its template."""
        self.sequences[sequence] += 1
        return template.format(self.sequences[sequence])


@dataclass(slots=True, kw_only=True)
class Posted:
    """What was posted as one document: its line rows as they were, and each entry's dimensions."""

    set_name: str
    company: str
    journal: str
    lines: list[Row]
    dimensions: list[str]


@dataclass(slots=True, kw_only=True)
class ServiceUser:
    """The user behind a client id, as listed under Microsoft Entra ID applications."""

    name: str
    company: str


class Site:
    """The environment that the API reads and writes."""

    def __init__(self, clock: SandboxClock, faults: Faults, events: Events) -> None:
        self.clock, self.faults, self.events = clock, faults, events
        self.options = Options()
        self.store = Store(SETS.values())
        self.companies: dict[str, Company] = {}
        self.users: dict[str, ServiceUser] = {}
        self.posted: dict[str, Posted] = {}
        self.errors: dict[str, list[str]] = {}
        self.waiting: dict[tuple[str, str, str], Row] = {}
        self.posted_at_s = clock.now().timestamp()

    def today(self) -> date:
        """Give the calendar day."""
        return self.clock.now().date()

    def now(self) -> datetime:
        """Give the present."""
        return self.clock.now()

    def company(self, area: object) -> Company:
        """Give the company of a row being written; refuses unknown ones."""
        company = self.companies.get(str(area).lower())
        if company is None:
            raise Invalid("dataAreaId", f"The value '{area}' in field 'Company' is not found in 'Legal entities'.")
        return company

    def row(self, set_name: str, *key: object) -> Row | None:
        """Give a row by its key, or None."""
        return self.store.table(set_name).get(*key)

    def values(self, set_name: str, *key: object) -> Values:
        """Give a row's values, empty when there is none."""
        found = self.row(set_name, *key)
        return found.values if found else {}

    def require(self, set_name: str, field_name: str, label: str, *key: object) -> Values:
        """Give a referred row's values; refuses what does not exist."""
        found = self.row(set_name, *key)
        if found is None:
            raise Invalid(field_name, f"The value '{key[-1]}' in field '{label}' is not found in the related table.")
        return found.values

    def rate(self, company: Company, currency: str, on: date, field_name: str) -> Decimal:
        """Give the exchange rate per 100 units on a day; refuses a day without one."""
        if currency == company.currency:
            return PER
        try:
            rate = company.books.currencies.rate(currency, company.currency, on)
        except BooksRefusal as refusal:
            raise Invalid(field_name, refusal.message) from None
        return (rate * PER).quantize(RATE_PLACES).normalize() + 0

    def document_of(self, transaction: Row) -> Document | None:
        """Give the books' document of a customer transaction."""
        company = self.companies[transaction.values["dataAreaId"]]
        return company.books.documents.get(transaction.links.get("document", ""))

    def documents(self) -> dict[str, tuple[Company, Document]]:
        """Give all posted documents by id."""
        return {
            id: (company, one) for company in self.companies.values() for id, one in company.books.documents.items()
        }

    def keep(self) -> dict[int, Any]:
        """Give what a copy of the environment shares with it."""
        return {id(one): one for one in (self.clock, self.faults, self.events)}

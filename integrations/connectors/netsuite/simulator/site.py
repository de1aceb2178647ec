"""One NetSuite account: its records, books, switches and clock, and the look-ups its rules share."""

from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.connectors.netsuite.simulator.options import Options
from integrations.connectors.netsuite.simulator.records.types import group_of
from integrations.connectors.netsuite.simulator.store import Store, Stored, Values
from integrations.sandbox.books import Books, Chart, Currencies, Currency, Document, Periods
from integrations.sandbox.clock import SandboxClock


class Site:
    """The account behind the API; the rules of the record types read and write it."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.options = Options()
        self.store = Store()
        self.books = Books(Chart(), Currencies([]), Periods())
        self.accounts: dict[str, str] = {}
        self.country_tax: dict[str | None, str] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.spent: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.quirks: Counter[str] = Counter()

    def now(self) -> datetime:
        """Give the present in UTC, to the second as REST shows it."""
        return self.clock.now().replace(microsecond=0)

    def today(self) -> date:
        """Give the account's calendar day."""
        return self.clock.now().astimezone(ZoneInfo(self.options.timezone)).date()

    def seed_record(self, type_name: str, id: str, **fields: object) -> Stored:
        """Put a record of the account's set-up under a fixed id, past the rules."""
        now = self.now()
        stored = Stored(kind=type_name, id=id, fields=dict(fields), created=now, modified=now)
        self.store.put(stored, now.timestamp())
        return stored

    def find(self, target: str, id: str) -> Stored | None:
        """Give a record by the type it must have and its id, or None."""
        found = self.store.get(group_of(target), id)
        return found if found is not None and target in (found.type.name, "transaction") else None

    def fields_of(self, target: str, id: str | None) -> Values:
        """Give the fields of a record that is known to exist; empty for None."""
        found = self.store.get(group_of(target), id) if id else None
        return found.fields if found else {}

    def item(self, item_id: str) -> Stored:
        """Give an item that is known to exist."""
        return self.store.groups["item"][item_id]

    def currency(self, currency_id: str) -> Currency:
        """Give the currency behind an internal id."""
        return self.books.currencies.get(self.fields_of("currency", currency_id)["symbol"])

    def base_currency(self, subsidiary_id: str) -> Currency:
        """Give the currency a subsidiary keeps its books in."""
        return self.currency(self.fields_of("subsidiary", subsidiary_id)["currency"])

    def document(self, id: str) -> Document | None:
        """Give the books' document of a transaction, or None."""
        return self.books.documents.get(id)

    def account_type(self, account_id: str) -> str:
        """Give an account's type such as AcctRec."""
        return str(self.fields_of("account", account_id).get("acctType", ""))

    def within(self, record: Values, subsidiary_id: str) -> bool:
        """Tell whether a record is shared with a subsidiary; one that names none is shared with all."""
        shared = record.get("subsidiary")
        if not shared or subsidiary_id in shared:
            return True
        return bool(record.get("includeChildren")) and self._is_child(subsidiary_id, shared)

    def _is_child(self, subsidiary_id: str, parents: list[str]) -> bool:
        parent = self.fields_of("subsidiary", subsidiary_id).get("parent")
        return parent is not None and (parent in parents or self._is_child(parent, parents))

    def has_transactions(self, customer_id: str) -> bool:
        """Tell whether a customer occurs in the books."""
        return any(document.party == customer_id for document in self.books.documents.values())

    def touch(self, id: str) -> None:
        """Let the search see a transaction anew, such as one that was paid."""
        stored = self.store.get("transaction", id)
        if stored is not None:
            self.store.touch(stored, self.clock.now().timestamp())

    def rate(self, currency: Currency, base: Currency, on: date) -> Decimal:
        """Give the account's exchange rate: base units for one unit of the currency."""
        return self.books.currencies.rate(currency.code, base.code, on)

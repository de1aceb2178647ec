"""How a kind of document shows itself on its screen: fields, types, stages; rows become what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.records import Document, dimensions, document_id, owner
from integrations.connectors.acumatica.values import CUSTOM, Row
from integrations.contracts import Facts, Found, LineFact, Stage
from integrations.errors import ContractError

DETAILS = "Details"
JOURNAL_BREAK = " | "  # between our reference and the text of a journal

_STAGES: Mapping[str, Stage] = {
    "on hold": "on_hold",
    "credit hold": "on_hold",
    "pending approval": "on_hold",
    "rejected": "rejected",
    "pending processing": "on_hold",
    "pending print": "on_hold",
    "pending email": "on_hold",
    "balanced": "on_hold",  # entered and not released: nothing goes on by itself
    "scheduled": "unposted",
    "unposted": "unposted",
    "open": "posted",
    "closed": "posted",
    "reserved": "posted",
    "unapplied": "posted",
    "posted": "posted",
    "released": "posted",
    "voided": "voided",
    "void": "voided",
    "canceled": "voided",
    "cancelled": "voided",
}
RELEASED = frozenset({"open", "closed", "reserved", "unapplied", "voided", "unposted", "posted", "released"})
WAITING = frozenset({"pending approval", "pending processing", "pending print", "pending email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One kind of document on one screen. `types` are read, the first is written; `currency` may be a custom field."""

    entity: str
    release: str
    types: tuple[str, ...]
    reference: str
    customer: str
    date: str
    total: str
    currency: str
    open_amount: str
    period: str
    type_key: str = "Type"
    number_key: str = "ReferenceNbr"
    reversals: tuple[str, ...] = ()  # types of the documents that void these
    account: str = ""  # where the money is
    rate: str = "custom.CurrencyInfo.SampleCuryRate"  # as the screen shows and takes it: the contract has none

    @property
    def is_journal(self) -> bool:
        """Whether it is a batch of the general ledger."""
        return self.entity == "JournalTransaction"

    def query(self, where: str = "", *, lines: bool = False) -> Query:
        """Ask for documents with the fields outside the contract that we read."""
        told = (self.currency, self.period, *((self.rate,) if self.is_journal else ()))
        custom = tuple(name.removeprefix(f"{CUSTOM}.") for name in told if name.startswith(CUSTOM))
        return Query(entity=self.entity, where=where, custom=custom, expand=(DETAILS,) if lines else ())

    def keys(self, kind: str, number: str) -> dict[str, str]:
        """Give the key fields in the screen's order."""
        return {self.type_key: kind, self.number_key: number}

    def keys_of(self, row: Row) -> dict[str, str]:
        """Give a row's keys."""
        return self.keys(row.text(self.type_key), row.text(self.number_key))

    def id_of(self, row: Row) -> str:
        """Give a row's external id. Raises ContractError for a row without keys."""
        keys = self.keys_of(row)
        if not all(keys.values()):
            message = f"Acumatica gave a {self.entity} without {self.type_key} or {self.number_key}."
            raise ContractError(message, code="acumatica_unexpected_answer")
        return document_id(*keys.values())

    def reference_of(self, row: Row) -> str:
        """Give the reference that a row carries; of a journal the part before its text."""
        text = row.text(self.reference)
        return text.partition(JOURNAL_BREAK)[0].strip() if self.is_journal else text

    def text(self, row: Row, name: str) -> str:
        """Give a field, or a custom one by its dotted name."""
        if not name.startswith(CUSTOM):
            return row.text(name) if name else ""
        _, view, field = name.split(".")
        return row.custom(view, field)

    def status(self, row: Row) -> str:
        """Give the status in lower case."""
        return row.text("Status").lower()

    def stage(self, row: Row) -> Stage:
        """Give the stage; a status that is not known counts as on hold, so that it is looked at."""
        return _STAGES.get(self.status(row), "on_hold")

    def is_released(self, row: Row) -> bool:
        """Tell whether the ledger has it."""
        return self.status(row) in RELEASED

    def found(self, row: Row, *, by_account: bool = True) -> Found:
        """Make what stands there; lines where they were expanded, by account or by item."""
        return Found(
            external_id=self.id_of(row),
            reference=self.reference_of(row),
            stage=self.stage(row),
            number=row.text(self.number_key),
            facts=self.facts(row, by_account=by_account),
        )

    def facts(self, row: Row, *, by_account: bool = True) -> Facts:
        """Give the facts that a row tells."""
        lines = row.details(DETAILS) if DETAILS in row.raw else None
        return Facts(
            customer=self._customer(row),
            currency=self.text(row, self.currency) or None,
            total=_debits(row) if self.is_journal else row.amount(self.total),
            open_amount=row.amount(self.open_amount) if self.open_amount else None,
            exchange_rate=self._rate(row) if self.is_journal else None,
            date=row.day(self.date),
            dimensions=((self.account, row.text(self.account)),) if self.account else (),
            lines=None if lines is None else tuple(self._line(line, by_account=by_account) for line in lines),
        )

    def listed(self, row: Row) -> Found:
        """Make a line of a listing: references of others are left out."""
        found = self.found(row)
        ours = found.reference if owner(found.reference) else ""
        return Found(
            external_id=found.external_id, reference=ours, stage=found.stage, number=found.number, facts=found.facts
        )

    def document(self, row: Row) -> Document:
        """Make a stream's body."""
        facts = self.facts(row)
        return Document(
            id=self.id_of(row),
            reference=self.reference_of(row),
            customer=facts.customer or "",
            currency=facts.currency or "",
            total=facts.total,
            open_amount=facts.open_amount,
            date=facts.date,
            status=row.text("Status"),
            description=row.text("Description"),
            changed_at=row.moment("LastModifiedDateTime"),
        )

    def _rate(self, row: Row) -> Decimal | None:
        """Give the exchange rate, where it is shown and is one: in the branch's own currency it is 1."""
        rate = Decimal(self.text(row, self.rate) or 1)
        return None if rate == 1 else rate

    def _customer(self, row: Row) -> str | None:
        if self.customer:
            return row.text(self.customer) or None
        named = {line.text("VendorOrCustomer") for line in row.details(DETAILS)} - {""}
        return named.pop() if len(named) == 1 else None

    def _line(self, line: Row, *, by_account: bool) -> LineFact:
        account, item = line.text("Account"), line.text("InventoryID")
        coded = dimensions(line.text("Subaccount") or line.text("SubAccount"))
        if self.is_journal:
            moved = _amount(line, "DebitAmount") - _amount(line, "CreditAmount")
            return LineFact(account=account, amount=moved, dimensions=coded)
        named = (account or item) if by_account else item
        return LineFact(account=named, amount=_amount(line, "Amount"), dimensions=coded)


def _amount(row: Row, name: str) -> Decimal:
    return row.amount(name) or Decimal(0)


def _debits(row: Row) -> Decimal | None:
    """Give a journal's total, where its lines were expanded."""
    lines = row.details(DETAILS)
    return sum((_amount(line, "DebitAmount") for line in lines), Decimal(0)) if lines else None


def _ar(types: tuple[str, ...]) -> Face:
    return Face(
        entity="Invoice",
        release="ReleaseInvoice",
        types=types,
        reference="CustomerOrder",
        customer="Customer",
        date="Date",
        total="Amount",
        currency="custom.Document.CuryID",
        open_amount="Balance",
        period="PostPeriod",
    )


def _sales(types: tuple[str, ...]) -> Face:
    return Face(
        entity="SalesInvoice",
        release="ReleaseSalesInvoice",
        types=types,
        reference="CustomerOrder",
        customer="CustomerID",
        date="Date",
        total="Amount",
        currency="Currency",
        open_amount="Balance",
        period="custom.Document.FinPeriodID",
    )


def _money(types: tuple[str, ...], reversals: tuple[str, ...]) -> Face:
    return Face(
        entity="Payment",
        release="ReleasePayment",
        types=types,
        reference="PaymentRef",
        customer="CustomerID",
        date="ApplicationDate",
        total="PaymentAmount",
        currency="CurrencyID",
        open_amount="AvailableBalance",
        period="custom.Document.AdjFinPeriodID",
        reversals=reversals,
        account="CashAccount",
    )


INVOICE, SALES_INVOICE = _ar(("Invoice",)), _sales(("Invoice",))
MEMO, SALES_MEMO = _ar(("Credit Memo",)), _sales(("Credit Memo",))
PAYMENT = _money(("Payment", "Prepayment"), ("Voided Payment",))
REFUND = _money(("Refund", "Customer Refund"), ("Voided Refund", "Voided Customer Refund"))  # older releases' label
MEMO_AS_PAYMENT = _money(("Credit Memo",), ())  # a released memo is applied on the screen of payments
JOURNAL = Face(
    entity="JournalTransaction",
    release="ReleaseJournalTransaction",
    types=("GL",),
    reference="Description",
    customer="",
    date="TransactionDate",
    total="",
    currency="CurrencyID",
    open_amount="",
    period="PostPeriod",
    type_key="Module",
    number_key="BatchNbr",
    rate="custom._Batch_CurrencyInfo_.SampleCuryRate",
)

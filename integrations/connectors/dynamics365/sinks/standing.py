"""What stands: a type of journal, one journal with its lines, and a posted transaction as a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.connectors.dynamics365.odata import Row, day, flag, text
from integrations.connectors.dynamics365.sinks.vouchers import Entry
from integrations.connectors.dynamics365.transactions import TRANSACTION, facts_of_transaction
from integrations.contracts import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of journal: its entity sets, and where date and reference stand."""

    slug: str
    headers: str
    lines: str
    date: str
    rate: str  # per 100 units
    transaction_reference: str  # where posting keeps our reference in CustTransactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A journal as it stands."""

    header: Row
    lines: tuple[Row, ...]
    transactions: tuple[Row, ...] = ()
    settled: tuple[Row, ...] = ()  # what a payment settles beside the invoice marked on its line
    entries: tuple[Entry, ...] = ()  # in the general ledger, where lines were deleted at posting and it is published

    @property
    def batch(self) -> str:
        """The journal's batch number, our external id."""
        return text(self.header, "JournalBatchNumber")

    @property
    def vouchers(self) -> tuple[str, ...]:
        """The vouchers of its transactions, each once."""
        return tuple(dict.fromkeys(text(row, "Voucher") for row in self.transactions))

    @property
    def is_posted(self) -> bool:
        """Whether F&O has posted it."""
        return flag(self.header, "IsPosted")


def transaction_found(row: Row) -> Found:
    """Give a posted transaction of others as a document."""
    return Found(
        external_id=f"{TRANSACTION}{text(row, 'SysRecId')}",
        reference="",
        stage="posted",
        by_reference=False,
        number=text(row, "Invoice") or text(row, "Voucher"),
        facts=facts_of_transaction(row),
    )


def date_of(lines: Sequence[Row], field: str) -> date | None:
    """Give the date of the first line that has one."""
    return next((found for row in lines if (found := day(row, field))), None)

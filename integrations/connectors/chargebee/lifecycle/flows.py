"""What the flows from Chargebee share: a pair replaces what its own target decides, above all `draft`."""

from datetime import date

from integrations.connectors.chargebee.lifecycle import credit_notes, customers, invoices, items, payments, refunds
from integrations.connectors.chargebee.lifecycle.common import changed_on
from integrations.contracts import Context, Draft, Flow, Mapped, Money, Record


def _undrafted(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Stand in for a pair's own drafting. Raises NotImplementedError."""
    raise NotImplementedError(f"No pair says how {record.stream} are drafted.")


def _no_money(record: Record) -> Money | None:
    return None


def _no_date(record: Record, context: Context) -> date | None:
    return None


CUSTOMERS = Flow(
    slug="customers",
    label="Customers",
    stream="customers",
    sink="",
    version=customers.version,
    verdict=customers.verdict,
    needs=customers.needs,
    source=customers.source,
    draft=_undrafted,
    money=_no_money,
    document_date=_no_date,
    label_of=customers.label_of,
    default_rows=(),
    is_document=False,
)
ITEMS = Flow(
    slug="items",
    label="Items",
    stream="item_prices",
    sink="",
    version=items.version,
    verdict=items.verdict,
    needs=items.needs,
    source=items.source,
    draft=_undrafted,
    money=_no_money,
    document_date=_no_date,
    label_of=items.label_of,
    default_rows=(),
    is_document=False,
)
INVOICES = Flow(
    slug="invoices",
    label="Invoices",
    stream="invoices",
    sink="",
    version=invoices.version,
    verdict=invoices.verdict,
    needs=invoices.needs,
    source=invoices.source,
    draft=_undrafted,
    money=invoices.money,
    document_date=invoices.document_date,
    changed_on=changed_on,
    label_of=invoices.label_of,
    default_rows=(),
)
CREDIT_NOTES = Flow(
    slug="credit_notes",
    label="Credit notes",
    stream="credit_notes",
    sink="",
    version=credit_notes.version,
    verdict=credit_notes.verdict,
    needs=credit_notes.needs,
    source=credit_notes.source,
    draft=_undrafted,
    money=credit_notes.money,
    document_date=credit_notes.document_date,
    changed_on=changed_on,
    label_of=credit_notes.label_of,
    default_rows=(),
)
PAYMENTS = Flow(
    slug="payments",
    label="Payments",
    stream="transactions",
    sink="",
    version=payments.version,
    verdict=payments.verdict,
    needs=payments.needs,
    source=payments.source,
    draft=_undrafted,
    money=payments.money,
    document_date=payments.document_date,
    changed_on=changed_on,
    label_of=payments.label_of,
    default_rows=(),
)
REFUNDS = Flow(
    slug="refunds",
    label="Refunds",
    stream="transactions",
    sink="",
    version=refunds.version,
    verdict=refunds.verdict,
    needs=refunds.needs,
    source=refunds.source,
    draft=_undrafted,
    money=refunds.money,
    document_date=refunds.document_date,
    changed_on=changed_on,
    label_of=refunds.label_of,
    default_rows=(),
)

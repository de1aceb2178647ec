"""Chargebee -> Oracle NetSuite: its flows in the order in which they need one another, and its policies."""

from datetime import date

from integrations.contracts import Context, Flow, Money, Pair, PolicyField, Record
from integrations.pairs.chargebee_to_netsuite import customers, defaults, invoices, items, payments, sandbox


def _no_money(record: Record) -> Money | None:
    return None


def _no_date(record: Record, context: Context) -> date | None:
    return None


PAIR = Pair(
    slug="chargebee_to_netsuite",
    name="Chargebee to Oracle NetSuite",
    source="chargebee",
    target="netsuite",
    flows=(
        Flow(
            slug="customers",
            label="Customers",
            stream="customers",
            sink="customers",
            version=customers.version,
            verdict=customers.verdict,
            needs=customers.needs,
            source=customers.source,
            draft=customers.draft,
            money=_no_money,
            document_date=_no_date,
            label_of=lambda record: f"Customer {customers.customer_of(record).name}",
            default_rows=defaults.CUSTOMERS,
            sandbox_rows=sandbox.CUSTOMERS,
            is_document=False,
        ),
        Flow(
            slug="items",
            label="Items",
            stream="item_prices",
            sink="items",
            version=items.version,
            verdict=items.verdict,
            needs=items.needs,
            source=items.source,
            draft=items.draft,
            money=_no_money,
            document_date=_no_date,
            label_of=lambda record: f"Item price {record.key}",
            default_rows=defaults.ITEMS,
            default_maps=(defaults.INCOME_ACCOUNTS,),
            sandbox_maps=(sandbox.INCOME_MAP,),
            is_document=False,
        ),
        Flow(
            slug="invoices",
            label="Invoices",
            stream="invoices",
            sink="invoices",
            version=invoices.version,
            verdict=invoices.verdict,
            needs=invoices.needs,
            source=invoices.source,
            draft=invoices.draft,
            money=invoices.money,
            document_date=invoices.document_date,
            label_of=invoices.label,
            default_rows=defaults.INVOICES,
            default_maps=(defaults.DOCUMENT_ITEMS,),
            sandbox_maps=(sandbox.ITEM_MAP,),
        ),
        Flow(
            slug="payments",
            label="Payments",
            stream="transactions",
            sink="payments",
            version=payments.version,
            verdict=payments.verdict,
            needs=payments.needs,
            source=payments.source,
            draft=payments.draft,
            money=payments.money,
            document_date=payments.document_date,
            label_of=payments.label,
            default_rows=defaults.PAYMENTS,
            default_maps=(defaults.CLEARING_ACCOUNTS,),
            sandbox_maps=(sandbox.CLEARING_MAP,),
        ),
    ),
    policies=(
        PolicyField(
            name="zero_invoices",
            label="Invoices that total zero",
            choices=(
                ("post", "Post them: NetSuite then shows every invoice number."),
                ("skip", "Skip them, with the reason in the trail."),
            ),
        ),
    ),
)

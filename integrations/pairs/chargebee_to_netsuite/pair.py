"""Chargebee -> Oracle NetSuite: its flows in the order in which they need one another, and its policies."""

from datetime import date

from integrations.connectors.chargebee.records import lifecycle
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
            version=lifecycle.customers.version,
            verdict=lifecycle.customers.verdict,
            needs=lifecycle.customers.needs,
            source=lifecycle.customers.source,
            draft=customers.draft,
            money=_no_money,
            document_date=_no_date,
            label_of=lifecycle.customers.label_of,
            default_rows=defaults.CUSTOMERS,
            sandbox_rows=sandbox.CUSTOMERS,
            is_document=False,
        ),
        Flow(
            slug="items",
            label="Items",
            stream="item_prices",
            sink="items",
            version=lifecycle.items.version,
            verdict=lifecycle.items.verdict,
            needs=lifecycle.items.needs,
            source=lifecycle.items.source,
            draft=items.draft,
            money=_no_money,
            document_date=_no_date,
            label_of=lifecycle.items.label_of,
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
            version=lifecycle.invoices.version,
            verdict=lifecycle.invoices.verdict,
            needs=invoices.needs,
            source=lifecycle.invoices.source,
            draft=invoices.draft,
            money=lifecycle.invoices.money,
            document_date=lifecycle.invoices.document_date,
            label_of=lifecycle.invoices.label_of,
            default_rows=defaults.INVOICES,
            default_maps=(defaults.DOCUMENT_ITEMS,),
            sandbox_maps=(sandbox.ITEM_MAP,),
        ),
        Flow(
            slug="payments",
            label="Payments",
            stream="transactions",
            sink="payments",
            version=lifecycle.payments.version,
            verdict=lifecycle.payments.verdict,
            needs=lifecycle.payments.needs,
            source=lifecycle.payments.source,
            draft=payments.draft,
            money=lifecycle.payments.money,
            document_date=lifecycle.payments.document_date,
            label_of=lifecycle.payments.label_of,
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

"""Item prices: what a line sells, with its accounting fields; they never go, as older lines name them."""

from typing import cast

from integrations.connectors.chargebee.catalogue import ItemPrice
from integrations.connectors.chargebee.lifecycle.common import digest
from integrations.contracts import DELIVER, Context, Need, Record, SourceDocument, Verdict


def price_of(record: Record) -> ItemPrice:
    """Give the record's body as what this stream holds."""
    return cast(ItemPrice, record.body)


def version(record: Record) -> str:
    """Digest what a target is told of a price; amounts are not, they stand on each invoice."""
    price = price_of(record)
    return digest((price.id, price.name, price.external_name, price.accounting))


def verdict(record: Record, context: Context) -> Verdict:
    """Deliver every price, archived and deleted ones too: older invoices name them."""
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An item needs nothing before it."""
    return ()


def label_of(record: Record) -> str:
    """Give what people call it."""
    return f"Item price {record.key}"


def source(record: Record, context: Context) -> SourceDocument:
    """Show a price to the mapping."""
    price = price_of(record)
    accounting = price.accounting
    return SourceDocument(
        header={
            "id": price.id,
            "name": price.name,
            "external_name": price.external_name,
            "item_id": price.item_id,
            "item_type": price.item_type,
            "currency": price.currency_code,
            "sku": accounting.sku,
            "accounting_code": accounting.accounting_code,
            "accounting_category1": accounting.accounting_category1,
            "accounting_category2": accounting.accounting_category2,
            "accounting_category3": accounting.accounting_category3,
            "accounting_category4": accounting.accounting_category4,
            **price.custom,
        }
    )

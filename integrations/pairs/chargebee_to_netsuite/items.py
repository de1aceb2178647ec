"""Items: each Chargebee price becomes a NetSuite item that carries its income account."""

from typing import cast

from integrations.connectors.chargebee.records import ItemPrice
from integrations.connectors.netsuite.records import body
from integrations.contracts import DELIVER, Context, Draft, Facts, Mapped, Need, Record, SourceDocument, Verdict
from integrations.pairs.chargebee_to_netsuite.common import digest, reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used


def price_of(record: Record) -> ItemPrice:
    """Give the record's body as what this stream holds."""
    return cast(ItemPrice, record.body)


def version(record: Record) -> str:
    """Digest what NetSuite is told of a price; amounts are not, they stand on each invoice."""
    price = price_of(record)
    return digest((price.id, price.name, price.external_name, price.accounting))


def verdict(record: Record, context: Context) -> Verdict:
    """Deliver every price, archived and deleted ones too: older invoices name them."""
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An item needs nothing before it."""
    return ()


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


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the item, or update its names and account."""
    price = price_of(record)
    link = context.links.get(("items", price.id))
    values = resolve("items", mapped.header, context)
    return (
        Draft(
            flow="items",
            key=price.id,
            sink="items",
            operation="update" if link else "create",
            external_id=link.external_id if link else "",
            revision=context.revision,
            reference=reference(context, "ITM", price.id),
            payload=body("items", values),
            facts=Facts(name=str(values["itemId"]) if values.get("itemId") else None),
            references=tuple(used("items", values)),
        ),
    )

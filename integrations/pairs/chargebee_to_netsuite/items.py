"""Items: each Chargebee price becomes a NetSuite item that carries its income account."""

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import ITEM_ACCOUNTS, body
from integrations.contracts import Context, Draft, Facts, Mapped, Record
from integrations.pairs.chargebee_to_netsuite.common import reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the item, or update its names and account."""
    price = lifecycle.items.price_of(record)
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
            facts=Facts(
                name=str(values["itemId"]) if values.get("itemId") else None,
                dimensions=tuple((name, str(values[name])) for name in ITEM_ACCOUNTS if values.get(name)),
            ),
            references=tuple(used("items", values)),
        ),
    )

"""Customers: made in Acumatica before their first document, changed in place afterwards."""

from integrations.connectors.acumatica.records import payload
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Draft, Facts, Mapped, Record
from integrations.pairs.chargebee_to_acumatica.common import reference, used

_KINDS = {"CustomerClass": "customer_class", "CurrencyID": "currency", "Terms": "terms", "TaxZone": "tax_zone"}


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the customer, or change what the mapping writes on every change."""
    key = lifecycle.customers.customer_of(record).id
    link = context.links.get(("customers", key))
    values = dict(mapped.header)
    if not link:
        values["CurrencyID"] = values.get("CurrencyID") or context.target.base_currency
    name = values.get("CustomerName")
    return (
        Draft(
            flow="customers",
            key=key,
            sink="customers",
            operation="update" if link else "create",
            external_id=link.external_id if link else "",
            revision=context.revision,
            reference=reference(context, "CUS", key),
            payload=payload(values),
            facts=Facts(name=None if name is None else str(name)),
            references=used(values, _KINDS),
        ),
    )

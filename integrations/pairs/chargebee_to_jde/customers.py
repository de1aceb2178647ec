"""Customers: one address book record each, made before its first journal and changed in place afterwards."""

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.jde.records import shown
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Value
from integrations.pairs.chargebee_to_jde.common import reference

_NAME_LENGTH = 40


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the customer, or change it under its address number."""
    key = lifecycle.customers.customer_of(record).id
    link = context.links.get(("customers", key))
    values: dict[str, Value] = dict(mapped.header)
    values["currencyCode"] = values.get("currencyCode") or context.target.base_currency
    operation = "update" if link else "create"
    name = values.get("alphaName")
    return (
        Draft(
            flow="customers",
            key=key,
            sink="address_book",
            operation=operation,
            external_id=link.external_id if link else "",
            revision=context.revision,
            reference=reference(context, "customers", key, operation, context.revision),
            payload=values,
            facts=Facts(name=None if name is None else shown(str(name), _NAME_LENGTH)),
        ),
    )

"""Customers: one account each, made under our own reference before its first document, changed in place afterwards."""

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Reference, Value
from integrations.pairs.chargebee_to_dynamics365.common import CUSTOMER_DIMENSIONS, default_dimensions, reference

_KINDS = {
    "CustomerGroupId": "customer_group",
    "SalesCurrencyCode": "currency",
    "PaymentTerms": "payment_term",
    "PaymentMethod": "payment_method",
    "SalesTaxGroup": "sales_tax_group",
}


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the customer, or change it under its account."""
    key = lifecycle.customers.customer_of(record).id
    link = context.links.get(("customers", key))
    values: dict[str, Value] = {name: value for name, value in mapped.header.items() if name != CUSTOMER_DIMENSIONS}
    if not link:
        values["SalesCurrencyCode"] = values.get("SalesCurrencyCode") or context.target.base_currency
    if dimensions := default_dimensions(mapped.header, context):
        values["DefaultDimensionDisplayValue"] = dimensions
    name = values.get("OrganizationName")
    return (
        Draft(
            flow="customers",
            key=key,
            sink="customers",
            operation="update" if link else "create",
            external_id=link.external_id if link else "",
            revision=context.revision,
            reference=reference(context, "customers", key),
            payload=values,
            facts=Facts(name=None if name is None else str(name)),
            references=tuple(
                Reference(kind=kind, code=str(values[field]), field=field)
                for field, kind in _KINDS.items()
                if values.get(field)
            ),
        ),
    )

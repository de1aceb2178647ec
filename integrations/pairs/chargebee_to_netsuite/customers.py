"""Customers: created in NetSuite before their first document, updated in place afterwards."""

from integrations.connectors.chargebee.records import Customer, lifecycle
from integrations.connectors.netsuite.records import body, sublist
from integrations.contracts import Context, Draft, Facts, LinkView, Mapped, Record, Value
from integrations.pairs.chargebee_to_netsuite.common import reference
from integrations.pairs.chargebee_to_netsuite.references import only_subsidiary, resolve, used

_NEVER_UPDATED = ("subsidiary", "currency")  # NetSuite refuses both after the first transaction


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the customer, or update what may change."""
    customer = lifecycle.customers.customer_of(record)
    link = context.links.get(("customers", customer.id))
    if link:
        return (_update(customer, link, resolve("customers", mapped.header, context), context),)
    return (_create(customer, resolve("customers", _with_defaults(mapped, context), context), context),)


def _with_defaults(mapped: Mapped, context: Context) -> dict[str, Value]:
    values = dict(mapped.header)
    values["currency"] = values.get("currency") or context.target.base_currency
    values["subsidiary"] = values.get("subsidiary") or only_subsidiary(context)
    return values


def _create(customer: Customer, values: dict[str, Value], context: Context) -> Draft:
    payload = body("customers", values)
    payload["currencyList"] = sublist([{"currency": {"id": code}} for code in _currencies(context)])
    return Draft(
        flow="customers",
        key=customer.id,
        sink="customers",
        reference=reference(context, "CUS", customer.id),
        payload=payload,
        facts=Facts(name=_name(values)),
        references=tuple(used("customers", values)),
    )


def _currencies(context: Context) -> list[str]:
    """Let the customer be billed in any currency that the company has: Chargebee may bill one customer in several."""
    entries = {entry.code for (kind, _), entry in context.references.items() if kind == "currency" and entry.is_active}
    return sorted(entries)


def _update(customer: Customer, link: LinkView, values: dict[str, Value], context: Context) -> Draft:
    changing = {name: value for name, value in values.items() if name not in _NEVER_UPDATED}
    return Draft(
        flow="customers",
        key=customer.id,
        sink="customers",
        operation="update",
        external_id=link.external_id,
        revision=context.revision,
        reference=reference(context, "CUS", customer.id),
        payload=body("customers", changing),
        facts=Facts(name=_name(changing)),
        references=tuple(used("customers", changing)),
    )


def _name(values: dict[str, Value]) -> str | None:
    """Give the name that must stand afterwards, where it is written at all."""
    name = values.get("companyName")
    return None if name is None else str(name)

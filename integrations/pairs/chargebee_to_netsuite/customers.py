"""Customers: created in NetSuite before their first document, updated in place afterwards."""

from typing import cast

from integrations.connectors.chargebee.records import Address, Customer
from integrations.connectors.netsuite.records import body, sublist
from integrations.contracts import (
    DELIVER,
    Context,
    Draft,
    Facts,
    LinkView,
    Mapped,
    Need,
    Record,
    SourceDocument,
    Value,
    Verdict,
)
from integrations.pairs.chargebee_to_netsuite.common import digest, reference
from integrations.pairs.chargebee_to_netsuite.references import only_subsidiary, resolve, used

_NEVER_UPDATED = ("subsidiary", "currency")  # NetSuite refuses both after the first transaction


def customer_of(record: Record) -> Customer:
    """Give the record's body as what this stream holds."""
    return cast(Customer, record.body)


def version(record: Record) -> str:
    """Digest what NetSuite is told of a customer."""
    customer = customer_of(record)
    return digest((*source_fields(customer).values(), customer.deleted))


def verdict(record: Record, context: Context) -> Verdict:
    """Deliver every customer: invoices of deleted ones must find theirs too."""
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A customer needs nothing before it."""
    return ()


def source(record: Record, context: Context) -> SourceDocument:
    """Show a customer to the mapping."""
    customer = customer_of(record)
    return SourceDocument(header={**source_fields(customer), **customer.custom})


def source_fields(customer: Customer) -> dict[str, Value]:
    """Give the plain fields of a customer, the billing address flattened."""
    address = customer.billing_address
    return {
        "id": customer.id,
        "name": customer.name,
        "company": customer.company,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "phone": customer.phone,
        "vat_number": f"{customer.vat_number_prefix}{customer.vat_number}",
        "preferred_currency": customer.preferred_currency_code,
        "net_term_days": customer.net_term_days,
        "business_entity_id": customer.business_entity_id,
        **(_address(address) if address else {}),
    }


def _address(address: Address) -> dict[str, Value]:
    person = f"{address.first_name} {address.last_name}".strip()
    return {
        "billing_address.addressee": address.company or person,
        "billing_address.line1": address.line1,
        "billing_address.line2": address.line2,
        "billing_address.line3": address.line3,
        "billing_address.city": address.city,
        "billing_address.state": address.state or address.state_code,
        "billing_address.zip": address.zip,
        "billing_address.country": address.country,
    }


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the customer, or update what may change."""
    customer = customer_of(record)
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

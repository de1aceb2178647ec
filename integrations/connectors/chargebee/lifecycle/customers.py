"""Customers: they never go, because documents name them; what the target is told of them, and when it must change."""

from typing import cast

from integrations.connectors.chargebee.customers import Address, Customer
from integrations.connectors.chargebee.lifecycle.common import digest
from integrations.contracts import DELIVER, Context, Need, Record, SourceDocument, Value, Verdict


def customer_of(record: Record) -> Customer:
    """Give the record's body as what this stream holds."""
    return cast(Customer, record.body)


def version(record: Record) -> str:
    """Digest what a target is told of a customer."""
    customer = customer_of(record)
    return digest((*source_fields(customer).values(), *sorted(customer.custom.items()), customer.deleted))


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


def label_of(record: Record) -> str:
    """Give what people call it."""
    return f"Customer {customer_of(record).name}"


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
        "parent_id": customer.parent_id,
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
        "billing_address.state_code": address.state_code,
        "billing_address.zip": address.zip,
        "billing_address.country": address.country,
    }

"""Customers and subscriptions of Chargebee."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

Custom: TypeAlias = Mapping[str, str | int | Decimal | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A billing or shipping address. `country` is ISO 3166-1 alpha-2, and XI for Northern Ireland."""

    first_name: str
    last_name: str
    email: str
    company: str
    phone: str
    line1: str
    line2: str
    line3: str
    city: str
    state_code: str
    state: str
    country: str
    zip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a customer has on account, in one currency."""

    currency_code: str
    promotional_credits: Decimal
    excess_payments: Decimal
    refundable_credits: Decimal
    unbilled_charges: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer. Company, names and e-mail are each optional; `name` always has something to show."""

    id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    vat_number: str
    vat_number_prefix: str
    vat_number_status: str
    auto_collection: str
    net_term_days: int
    taxability: str
    entity_code: str
    exempt_number: str
    locale: str
    preferred_currency_code: str
    billing_address: Address | None
    parent_id: str
    payment_owner_id: str
    invoice_owner_id: str
    balances: tuple[Balance, ...]
    customer_type: str
    business_entity_id: str
    channel: str
    created_at: datetime | None
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

    @property
    def name(self) -> str:
        """Give the company, else the person's name, else the e-mail address, else the id."""
        person = f"{self.first_name} {self.last_name}".strip()
        return self.company or person or self.email or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription, as far as billing documents need it: context, never a document."""

    id: str
    customer_id: str
    currency_code: str
    status: str
    po_number: str
    business_entity_id: str
    current_term_start: datetime | None
    current_term_end: datetime | None
    next_billing_at: datetime | None
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

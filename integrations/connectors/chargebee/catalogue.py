"""What Chargebee sells: items and their prices (Product Catalog 2.0), plans and addons (1.0)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.connectors.chargebee.customers import Custom


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """The accounting fields that a seller can fill on a price: GL account and up to four categories, as free text."""

    sku: str = ""
    accounting_code: str = ""
    accounting_category1: str = ""
    accounting_category2: str = ""
    accounting_category3: str = ""
    accounting_category4: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product of Product Catalog 2.0. It has no accounting fields: those are on its prices."""

    id: str
    name: str
    external_name: str
    description: str
    type: str
    status: str
    item_family_id: str
    unit: str
    is_metered: bool
    channel: str
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPrice:
    """A price of an item in one currency and period: what invoice lines name in `entity_id`. `price` None: tiered."""

    id: str
    name: str
    external_name: str
    description: str
    item_id: str
    item_family_id: str
    item_type: str
    currency_code: str
    price: Decimal | None
    pricing_model: str
    period: int
    period_unit: str
    status: str
    is_taxable: bool
    tax_profile_id: str
    accounting: Accounting
    channel: str
    created_at: datetime | None
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan or addon (`kind`) of Product Catalog 1.0. `price` None: tiered, or no currency given."""

    kind: str
    id: str
    name: str
    invoice_name: str
    description: str
    currency_code: str
    price: Decimal | None
    pricing_model: str
    period: int
    period_unit: str
    status: str
    is_taxable: bool
    tax_profile_id: str
    tax_code: str
    accounting: Accounting
    updated_at: datetime | None
    resource_version: int
    deleted: bool
    custom: Custom

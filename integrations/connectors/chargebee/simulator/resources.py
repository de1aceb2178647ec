"""What can be listed, and by which sort keys and filters: the table of vendor section 2.3."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One list endpoint. `filters` maps an attribute to its filter type; `?` behind it adds `is_present`."""

    path: str
    wrap: str
    sorts: tuple[str, ...] = ()
    include_deleted: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    catalog: str = ""
    lagging: bool = True
    order: str = "created_at"


def _filters(**by_type: str) -> dict[str, str]:
    """Turn `string="id email"` into `{"id": "string", "email": "string"}`; a `?` stays with its attribute."""
    found = {}
    for kind, names in by_type.items():
        for name in names.split():
            found[name.rstrip("?")] = kind + ("?" if name.endswith("?") else "")
    return found


CUSTOMERS = Resource(
    path="customers",
    wrap="customer",
    sorts=("created_at", "updated_at"),
    include_deleted=True,
    filters=_filters(
        string="id email? company? first_name? last_name? phone? business_entity_id relationship[parent_id] "
        "relationship[payment_owner_id] relationship[invoice_owner_id]",
        enum="auto_collection taxability channel",
        timestamp="created_at updated_at",
    ),
)
SUBSCRIPTIONS = Resource(
    path="subscriptions",
    wrap="subscription",
    sorts=("created_at", "updated_at"),
    include_deleted=True,
    filters=_filters(
        string="id customer_id item_id item_price_id plan_id",
        enum="status",
        timestamp="created_at updated_at next_billing_at? cancelled_at? activated_at?",
    ),
)
INVOICES = Resource(
    path="invoices",
    wrap="invoice",
    sorts=("date", "updated_at"),
    include_deleted=True,
    filters=_filters(
        string="id customer_id subscription_id? payment_owner void_reason_code",
        boolean="recurring",
        enum="status price_type dunning_status? channel einvoice[status]",
        timestamp="date paid_at voided_at updated_at",
        number="total amount_paid amount_adjusted credits_applied amount_due",
    ),
)
CREDIT_NOTES = Resource(
    path="credit_notes",
    wrap="credit_note",
    sorts=("date",),
    include_deleted=True,
    filters=_filters(
        string="id customer_id subscription_id? reference_invoice_id? create_reason_code",
        enum="type reason_code status price_type channel",
        timestamp="date voided_at updated_at",
        number="total amount_allocated amount_refunded amount_available",
    ),
)
TRANSACTIONS = Resource(
    path="transactions",
    wrap="transaction",
    sorts=("date", "updated_at"),
    include_deleted=True,
    filters=_filters(
        string="id customer_id? subscription_id? payment_source_id? gateway_account_id id_at_gateway reference_number?",
        enum="payment_method gateway type status",
        timestamp="date updated_at",
        number="amount amount_capturable",
    ),
)
ITEMS = Resource(
    path="items",
    wrap="item",
    sorts=("name", "id", "updated_at"),
    catalog="v2",
    filters=_filters(
        string="id item_family_id name",
        enum="type status channel",
        boolean="metered is_giftable",
        timestamp="updated_at",
    ),
)
ITEM_PRICES = Resource(
    path="item_prices",
    wrap="item_price",
    sorts=("name", "id", "updated_at"),
    catalog="v2",
    filters=_filters(
        string="id name item_id item_family_id currency_code",
        enum="item_type pricing_model status period_unit",
        number="period",
        timestamp="updated_at",
    ),
)
ITEM_FAMILIES = Resource(
    path="item_families",
    wrap="item_family",
    catalog="v2",
    filters=_filters(string="id name", timestamp="updated_at"),
)
_PLAN_FILTERS = _filters(
    string="id name currency_code",
    enum="status period_unit",
    number="price period",
    timestamp="updated_at",
)
PLANS = Resource(path="plans", wrap="plan", include_deleted=True, catalog="v1", filters=_PLAN_FILTERS)
ADDONS = Resource(path="addons", wrap="addon", include_deleted=True, catalog="v1", filters=_PLAN_FILTERS)
EVENTS = Resource(
    path="events",
    wrap="event",
    sorts=("occurred_at",),
    lagging=False,
    filters=_filters(string="id", enum="webhook_status event_type source", timestamp="occurred_at"),
)
CURRENCIES = Resource(path="currencies", wrap="currency", lagging=False)

RESOURCES = {
    resource.path: resource
    for resource in (
        CUSTOMERS, SUBSCRIPTIONS, INVOICES, CREDIT_NOTES, TRANSACTIONS, ITEMS, ITEM_PRICES, ITEM_FAMILIES,
        PLANS, ADDONS, EVENTS, CURRENCIES,
    )
}  # fmt: skip

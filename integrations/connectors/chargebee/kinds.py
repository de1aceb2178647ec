"""The kinds of objects read from Chargebee, and how each list may be sorted, filtered and asked for deleted ones.

Source: list operations of each resource (openapi and SDK schemas, read 2026-11-21).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.connectors.chargebee.parse import (
    Parse,
    parse_addon,
    parse_customer,
    parse_item,
    parse_item_price,
    parse_plan,
    parse_subscription,
)
from integrations.connectors.chargebee.parse_documents import parse_credit_note, parse_invoice, parse_transaction

_INCLUDE_DELETED = {"include_deleted": "true"}
_ALL_STATUSES = {"status[in]": '["active","archived","deleted"]'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One list. `slug` is the stream and the path, `name` what an object is wrapped under.

    `still` is a sort key that no change moves, for reading everything; `changed` is `updated_at` where the list may be
    sorted by it; `dated` is the document's date, for the sweep. Empty: there is none. `deleted` asks for deleted ones.
    """

    slug: str
    name: str
    parse: Parse
    still: str = ""
    changed: str = "updated_at"
    dated: str = ""
    deleted: Mapping[str, str] = field(default_factory=lambda: _INCLUDE_DELETED)
    catalogue: str = ""


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(slug="customers", name="customer", parse=parse_customer, still="created_at", dated="created_at"),
        Kind(
            slug="subscriptions", name="subscription", parse=parse_subscription, still="created_at", dated="created_at"
        ),
        Kind(slug="items", name="item", parse=parse_item, still="id", deleted=_ALL_STATUSES, catalogue="v2"),
        Kind(
            slug="item_prices", name="item_price", parse=parse_item_price, still="id", deleted=_ALL_STATUSES,
            catalogue="v2",
        ),
        Kind(slug="plans", name="plan", parse=parse_plan, changed="", catalogue="v1"),
        Kind(slug="addons", name="addon", parse=parse_addon, changed="", catalogue="v1"),
        Kind(slug="invoices", name="invoice", parse=parse_invoice, still="date", dated="date"),
        Kind(slug="credit_notes", name="credit_note", parse=parse_credit_note, still="date", changed="", dated="date"),
        Kind(slug="transactions", name="transaction", parse=parse_transaction, still="date", dated="date"),
    )
}  # fmt: skip

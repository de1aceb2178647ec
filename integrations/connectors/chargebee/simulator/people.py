"""Customers and subscriptions: made, changed, deleted, and the balances that other documents move."""

from typing import Any

from integrations.connectors.chargebee.simulator.shelf import Row
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

BALANCES = ("promotional_credits", "excess_payments", "refundable_credits", "unbilled_charges")


def add_customer(site: Site, customer_id: str = "", **fields: Any) -> Json:
    """Make a customer; only what the vendor requires is filled in, the rest is as given."""
    customer = site.add(
        "customers",
        {
            "id": customer_id or site.new_id("", 16),
            "object": "customer",
            "auto_collection": "on",
            "net_term_days": 0,
            "allow_direct_debit": False,
            "created_at": site.now_s(),
            "taxability": "taxable",
            "pii_cleared": "active",
            "channel": "web",
            "card_status": "no_card",
            "mrr": 0,
            **dict.fromkeys(BALANCES, 0),
            "deleted": False,
            **fields,
        },
    )
    site.emit("customer_created", customer=customer)
    return customer


def add_card(site: Site, customer_id: str) -> None:
    """Give a customer a card, which then stands beside it in lists."""
    source = site.new_id("pm_")
    last4 = f"{site.next_number('card', 1):04d}"
    card = {
        "customer_id": customer_id,
        "payment_source_id": source,
        "status": "valid",
        "gateway": "stripe",
        "gateway_account_id": "gw_sandbox",
        "iin": "424242",
        "last4": last4,
        "card_type": "visa",
        "masked_number": f"************{last4}",
        "object": "card",
    }
    site.cards[customer_id] = Row(card, 0, 0)
    method = {"object": "payment_method", "type": "card", "gateway": "stripe", "gateway_account_id": "gw_sandbox",
              "status": "valid", "reference_id": f"cus_{last4}/card_{last4}"}  # fmt: skip
    fields = {"card_status": "valid", "primary_payment_source_id": source, "payment_method": method}
    site.change_quietly("customers", customer_id, **fields)


def card_of(site: Site, customer_id: str) -> Json | None:
    """Give a customer's card, or None."""
    row = site.cards.get(customer_id)
    return row.obj if row else None


def change_customer(site: Site, customer_id: str, **fields: Any) -> Json:
    """Change a customer's own fields; None takes a field away."""
    customer = site.change("customers", customer_id, **fields)
    site.emit("customer_changed", customer=customer, card=card_of(site, customer_id))
    return customer


def move_balance(site: Site, customer_id: str, name: str, by: int, currency: str) -> None:
    """Move one of a customer's balances; a no-op for 0."""
    if not by:
        return
    customer = site.get("customers", customer_id)
    amount = customer[name] + by
    sums = {balance: customer[balance] for balance in BALANCES} | {name: amount}
    row = {"object": "balance", "currency_code": currency, "balance_currency_code": currency, **sums}
    change_customer(site, customer_id, **{name: amount, "balances": [row]})


def delete_customer(site: Site, customer_id: str) -> Json:
    """Delete a customer with its subscriptions, which the event then carries."""
    own = [one for one in site.every("subscriptions") if one["customer_id"] == customer_id and not one["deleted"]]
    gone = [site.change("subscriptions", one["id"], deleted=True) for one in own]
    customer = site.change("customers", customer_id, deleted=True)
    site.emit("customer_deleted", customer=customer, subscriptions=gone or None)
    return customer


def add_subscription(site: Site, customer_id: str, prices: list[tuple[Json, int]], **fields: Any) -> Json:
    """Make a subscription of (item price or plan, quantity); the first is its plan."""
    now_s = site.now_s()
    subscription = site.add(
        "subscriptions",
        {
            "id": site.new_id("", 16),
            "object": "subscription",
            "customer_id": customer_id,
            "currency_code": prices[0][0]["currency_code"],
            "status": "active",
            "created_at": now_s,
            "started_at": now_s,
            "activated_at": now_s,
            "current_term_start": now_s,
            "current_term_end": now_s + 30 * 86400,
            "next_billing_at": now_s + 30 * 86400,
            "deleted": False,
            **_sold(prices, site.setup.catalog),
            **fields,
        },
    )
    site.emit("subscription_created", subscription=subscription, **_owner(site, customer_id))
    return subscription


def renew_subscription(site: Site, subscription_id: str, term_end: int) -> None:
    """Move a subscription to its next term."""
    now_s = site.now_s()
    terms = {"current_term_start": now_s, "current_term_end": term_end, "next_billing_at": term_end}
    subscription = site.change("subscriptions", subscription_id, **terms)
    site.emit("subscription_renewed", subscription=subscription, **_owner(site, subscription["customer_id"]))


def cancel_subscription(site: Site, subscription_id: str) -> Json:
    """Cancel a subscription at once."""
    fields = {"status": "cancelled", "cancelled_at": site.now_s(), "next_billing_at": None}
    subscription = site.change("subscriptions", subscription_id, **fields)
    site.emit("subscription_cancelled", subscription=subscription, **_owner(site, subscription["customer_id"]))
    return subscription


def _owner(site: Site, customer_id: str) -> dict[str, Json | None]:
    return {"customer": site.get("customers", customer_id), "card": card_of(site, customer_id)}


def _sold(prices: list[tuple[Json, int]], catalog: str) -> Json:
    if catalog == "v1":
        plan, quantity = prices[0]
        addons = [{"id": one["id"], "quantity": many, "object": "addon"} for one, many in prices[1:]]
        return {"plan_id": plan["id"], "plan_quantity": quantity, "plan_unit_price": plan["price"], "addons": addons}
    rows = [
        {
            "object": "subscription_item",
            "item_price_id": price["id"],
            "item_type": price["item_type"],
            "quantity": quantity,
            "unit_price": price.get("price", 0),
            "amount": price.get("price", 0) * quantity,
        }
        for price, quantity in prices
    ]
    return {"subscription_items": rows}

"""BILL's webhook subscriptions: made once with an idempotent key, looked after, and switched on again.

Source: developer.bill.com/docs/bill-webhook-api-general-rules, /reference/createsubscription, read 2026-11-21.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from integrations.connectors.billcom.client import Client, Raw, listed, one_of
from integrations.connectors.billcom.query import MOST
from integrations.connectors.billcom.reader import Reader
from integrations.contracts import Value
from integrations.errors import ConfigurationError, ContractError, RejectedError
from integrations.paging import by_token

PATH = "v3/subscriptions"
VERSION = "1"
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:")  # the sandbox calls back on its own machine; BILL refuses it
# Names of BILL's catalogue only: there is no payment.created, and none for an approval.
EVENTS = (
    "vendor.created", "vendor.updated", "vendor.archived", "vendor.restored",
    "bill.created", "bill.updated", "bill.archived", "bill.restored",
    "payment.updated", "payment.failed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription. `security_key` comes once, with its making or renewing; it is to be sealed at once."""

    id: str
    url: str
    is_enabled: bool
    security_key: str = field(default="", repr=False)


def subscribe(client: Client, name: str, url: str, idempotency_key: str) -> Subscription:
    """Make a subscription for vendors, bills and payments. Safe to call twice with the same key within a day.

    The key is a UUID of version 4 that the caller stored before: should the answer get lost, the same call gives the
    same subscription and its signing key.
    """
    _check(url, idempotency_key)
    body: dict[str, Value] = {
        "name": name,
        "status": {"enabled": True},
        "events": [{"type": event, "version": VERSION} for event in EVENTS],
        "notificationUrl": url,
    }
    made = one_of(client.events.write("POST", PATH, json=body, headers={"X-Idempotent-Key": idempotency_key}))
    return _with_key(made, url)


def renew_key(client: Client, subscription_id: str, idempotency_key: str) -> str:
    """Have BILL issue a new signing key; keep the old one beside it for a while. Safe to call twice with the same key.

    Source: developer.bill.com/reference/createnewsecuritykey, read 2026-11-21.
    """
    url = f"{PATH}/{_id(subscription_id)}/security_key"
    made = one_of(client.events.write("POST", url, headers={"X-Idempotent-Key": idempotency_key}))
    return Reader(made, "Signing key").needed_text("securityKey")


def subscriptions(client: Client) -> Iterator[Subscription]:
    """List the organization's subscriptions: ten at most, other programs' among them."""

    def fetch(token: str) -> tuple[tuple[Raw, ...], str]:
        params = {"max": str(MOST), **({"page": token} if token else {})}
        return listed(client.events.read("GET", PATH, params=params))

    for page in by_token(fetch):
        yield from map(_subscription, page.items)


def look_after(client: Client, subscription_id: str) -> bool:
    """Switch a subscription on again if BILL switched it off after failed deliveries; tell whether it was off.

    Safe to call at any time. What was missed meanwhile is found by the schedule's reading.
    """
    url = f"{PATH}/{_id(subscription_id)}"
    if _subscription(one_of(client.events.read("GET", url))).is_enabled:
        return False
    client.events.write("PATCH", url, json={"status": {"enabled": True}})
    return True


def unsubscribe(client: Client, subscription_id: str) -> None:
    """Remove a subscription. Safe to call twice but for the refusal of the second."""
    client.events.write("DELETE", f"{PATH}/{_id(subscription_id)}")


def _with_key(made: Raw, url: str) -> Subscription:
    key = made.get("securityKey")
    if not isinstance(key, str) or not key:
        raise ContractError(
            "BILL made the subscription, but showed no signing key. Renew the key under Connections.",
            code="billcom_unexpected_answer",
        )
    made_so = _subscription({"notificationUrl": url, **made})
    return Subscription(id=made_so.id, url=made_so.url, is_enabled=made_so.is_enabled, security_key=key)


def _subscription(raw: Raw) -> Subscription:
    row = Reader(raw, "Subscription")
    status = raw.get("status")
    is_enabled = status.get("enabled") is True if isinstance(status, Mapping) else False
    return Subscription(id=row.needed_text("id"), url=row.text("notificationUrl"), is_enabled=is_enabled)


def _check(url: str, idempotency_key: str) -> None:
    if not url.startswith(("https://", *_LOOPBACK)):
        raise ConfigurationError(
            "BILL delivers by HTTPS only. Give the portal an address with a certificate.",
            code="billcom_webhook_address",
            field="notificationUrl",
            value=url[:200],
        )
    if UUID(idempotency_key).version != 4:
        raise ContractError("BILL wants a UUID of version 4 as idempotent key.", code="billcom_webhook_address")


def _id(subscription_id: str) -> str:
    if subscription_id and subscription_id.isascii() and subscription_id.replace("-", "").isalnum():
        return subscription_id
    raise RejectedError(
        "This is no subscription of BILL. Subscribe again under Connections.", code="billcom_unknown_record"
    )

"""One opened BILL connection: whose it is, its streams and sinks, its reference data, events and subscriptions."""

from collections.abc import Iterator, Sequence

from integrations.connectors.billcom.client import Client, Raw
from integrations.connectors.billcom.credentials import Credentials
from integrations.connectors.billcom.inbound import PUT_AWAY, events_of, parts_of
from integrations.connectors.billcom.reference import reference_values
from integrations.connectors.billcom.settlements import SettlementStream
from integrations.connectors.billcom.sinks import sinks
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.roster import BASE_CURRENCY
from integrations.connectors.billcom.streams import KINDS, ListStream
from integrations.connectors.billcom.subscriptions import (
    Subscription,
    look_after,
    renew_key,
    subscribe,
    subscriptions,
    unsubscribe,
)
from integrations.contracts import Event, Identity, ReferenceEntry, Settings, Stream, Tools
from integrations.errors import AuthenticationError, PrivilegeError


class BillSession:
    """A connection's session; safe to share between threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.settings = settings
        self.credentials = Credentials.of(settings)
        self.client = Client(self.credentials, tools)
        self._sinks = sinks(self.client)

    def identity(self) -> Identity:
        """Ask whose session it is. The fingerprint is environment and organization, whoever signs in."""
        credentials = self.credentials
        stands = str(self.client.session().get("organizationId") or "")
        if stands != credentials.organization_id:
            raise AuthenticationError(
                f"BILL signed us in to the organization {stands or '(none)'}, not to {credentials.organization_id}. "
                "Check the organization id under Connections.",
                code="billcom_other_organization",
                field="organization_id",
                value=stands,
            )
        organization = self._organization()
        return Identity(
            fingerprint=credentials.fingerprint,
            name=str(organization.get("name") or stands),
            base_currency=BASE_CURRENCY,
            is_production=credentials.is_production,
            details={"organization_id": stands, "environment": "production" if credentials.is_production else "stage"},
        )

    def stream(self, slug: str) -> Stream:
        """Give a stream. Raises KeyError."""
        if slug == SettlementStream.slug:
            return SettlementStream(self.client)
        return ListStream(KINDS[slug], self.client)

    def sink(self, slug: str) -> RecordSink:
        """Give a sink. Raises KeyError."""
        return self._sinks[slug]

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read accounts, departments and locations."""
        return reference_values(self.client, self.client.clock.now())

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Read again what the events are about, in batches; what BILL does not know does not come back."""
        wanted: dict[str, list[str]] = {}
        for stream, key, _ in map(parts_of, event_ids):
            if stream:
                wanted.setdefault(stream, []).append(key)
        standing = {
            stream: frozenset(self.client.some(KINDS["bills" if stream == PUT_AWAY else stream].path, keys))
            for stream, keys in wanted.items()
        }
        return events_of(event_ids, standing, self.client.clock.now())

    def subscribe(self, name: str, url: str, idempotency_key: str) -> Subscription:
        """Make the webhook subscription: see `subscriptions.subscribe`."""
        return subscribe(self.client, name, url, idempotency_key)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """List the organization's subscriptions, other programs' among them; none tells its key."""
        return tuple(subscriptions(self.client))

    def renew_key(self, subscription_id: str, idempotency_key: str) -> str:
        """Give a new signing key: see `subscriptions.renew_key`."""
        return renew_key(self.client, subscription_id, idempotency_key)

    def look_after(self, subscription_id: str) -> bool:
        """Switch the subscription on again if it is off: see `subscriptions.look_after`."""
        return look_after(self.client, subscription_id)

    def unsubscribe(self, subscription_id: str) -> None:
        """Remove the subscription."""
        unsubscribe(self.client, subscription_id)

    def close(self) -> None:
        """Close the HTTP client; the session in BILL stays, as other workers share it."""
        self.client.close()

    def _organization(self) -> Raw:
        try:
            return self.client.one("organizations", self.credentials.organization_id) or {}
        except PrivilegeError:
            return {}


def open_session(settings: Settings, tools: Tools) -> BillSession:
    """Open a connection; the first call is made when something is asked."""
    return BillSession(settings, tools)

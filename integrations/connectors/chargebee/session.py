"""One Chargebee connection, opened: who the site is, its streams, its reference data and its events."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from integrations.connectors.chargebee.catalogue import Item, ItemPrice, Plan
from integrations.connectors.chargebee.client import Client, Configuration, Currency
from integrations.connectors.chargebee.credentials import REGIONS, lag_s, origin, region_origin, units
from integrations.connectors.chargebee.events import confirm_events
from integrations.connectors.chargebee.explain import SITE_NOT_FOUND
from integrations.connectors.chargebee.kinds import KINDS
from integrations.connectors.chargebee.reader import Reader
from integrations.connectors.chargebee.streams import ListStream
from integrations.contracts import Event, Identity, ReferenceEntry, Settings, Sink, Tools, Window
from integrations.errors import AuthenticationError, ConfigurationError, ConnectorError, PrivilegeError

TEST_SUFFIX = "-test"
_NEWEST = {"sort_by[desc]": "date"}
_NOWHERE = (SITE_NOT_FOUND, "host_unknown", "tls_untrusted")  # what a wrong region looks like is not documented


class ChargebeeSession:
    """A session; reading only. Calls may come from several threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.settings = settings
        self.client = Client(origin(settings), settings.values["api_key"], tools)
        self.units = units(settings)
        self._tools = tools

    @cached_property
    def configuration(self) -> Configuration:
        """What the site says it is; asked once."""
        return self.client.configuration()

    @cached_property
    def currencies(self) -> tuple[Currency, ...]:
        """The site's currencies; asked once."""
        return self.client.currencies()

    def identity(self) -> Identity:
        """Ask the site what it is. The fingerprint is region and domain, which another key does not change."""
        domain, region = self.configuration.domain, self.settings.values["region"]
        return Identity(
            fingerprint=f"{region}:{domain}",
            name=domain,
            base_currency=next((currency.code for currency in self.currencies if currency.is_base), ""),
            time_zone=self.time_zone,
            is_production=not domain.endswith(TEST_SUFFIX),
            details={"region": dict(REGIONS)[region], "product_catalogue": self.configuration.catalogue},
        )

    def stream(self, slug: str) -> ListStream:
        """Give a stream by its slug. Raises KeyError."""
        return ListStream(
            KINDS[slug],
            self.client,
            self.units,
            lag_s(self.settings),
            lambda: self.configuration.catalogue,
            lambda: self.time_zone,
        )

    def sink(self, slug: str) -> Sink:
        """Give no sink: nothing is ever written to Chargebee. Raises KeyError."""
        raise KeyError(slug)

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read currencies and what is sold. Chargebee's API lists no tax names and no gateways."""
        for currency in self.currencies:
            yield _currency_entry(currency)
        for slug in ("items", "item_prices", "plans", "addons"):
            yield from self._sold(slug)

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Confirm events at Chargebee; unknown ones and samples do not come back."""
        return confirm_events(self.client, event_ids)

    def find_region(self) -> str | None:
        """Look for the site in the other regions, without the key: where it is asked for one, the site exists."""
        for region, _ in REGIONS:
            if region != self.settings.values["region"] and self._answers_in(region):
                return region
        return None

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _answers_in(self, region: str) -> bool:
        client = Client(region_origin(self.settings.values["site"], region), "", self._tools)
        try:
            client.configuration()
        except AuthenticationError:
            return True
        except ConnectorError:
            return False
        finally:
            client.close()
        return False

    @cached_property
    def time_zone(self) -> str:
        """The site's time zone as the newest invoice states it: no endpoint tells it. Empty without invoices."""
        try:
            newest = list(self.client.page("invoices", _NEWEST, limit=1).objects("invoice"))
        except PrivilegeError:
            return ""
        site = Reader(newest[0], "Invoice").part("site_details_at_creation") if newest else None
        return site.text("timezone") if site else ""

    def _sold(self, slug: str) -> Iterator[ReferenceEntry]:
        everything = Window(start=None, end=self._tools.clock.now())
        for page in self.stream(slug).pages(everything):
            for record in page.records:
                yield _sold_entry(record.body, record.deleted)


def open_session(settings: Settings, tools: Tools) -> ChargebeeSession:
    """Open a session; nothing is called yet."""
    return ChargebeeSession(settings, tools)


def as_region_error(session: ChargebeeSession, error: ConfigurationError) -> ConfigurationError:
    """Say where the site is, if it is not in the chosen region but in another."""
    region = session.find_region() if error.code in _NOWHERE else None
    if region is None:
        return error
    site, chosen = session.settings.values["site"], session.settings.values["region"]
    return ConfigurationError(
        f"The site '{site}' is not in the region {_region(chosen)} but in {_region(region)}. Choose that region under "
        "Connections.",
        code="chargebee_wrong_region",
        field="region",
        value=region,
        answer=error.answer,
    )


def _region(slug: str) -> str:
    return dict(REGIONS)[slug]


def _currency_entry(currency: Currency) -> ReferenceEntry:
    return ReferenceEntry(
        kind="currency",
        code=currency.code,
        number=currency.code,
        name=f"{currency.code} (base currency)" if currency.is_base else currency.code,
        is_active=currency.is_enabled,
    )


def _sold_entry(sold: Item | ItemPrice | Plan, deleted: bool) -> ReferenceEntry:
    return ReferenceEntry(
        kind=_kind(sold),
        code=sold.id,
        number=sold.id,
        name=sold.name or sold.id,
        is_active=sold.status == "active" and not deleted,
        details=_details(sold),
    )


def _kind(sold: Item | ItemPrice | Plan) -> str:
    if isinstance(sold, Plan):
        return sold.kind
    return "item" if isinstance(sold, Item) else "item_price"


def _details(sold: Item | ItemPrice | Plan) -> dict[str, str]:
    """Give what helps to map it: currency, and the accounting fields that a seller filled in."""
    if isinstance(sold, Item):
        return {"type": sold.type, "item_family_id": sold.item_family_id}
    accounting = sold.accounting
    details = {
        "currency": sold.currency_code,
        "item_id": sold.item_id if isinstance(sold, ItemPrice) else "",
        "sku": accounting.sku,
        "accounting_code": accounting.accounting_code,
        "accounting_category1": accounting.accounting_category1,
        "accounting_category2": accounting.accounting_category2,
        "accounting_category3": accounting.accounting_category3,
        "accounting_category4": accounting.accounting_category4,
    }
    return {name: value for name, value in details.items() if value}

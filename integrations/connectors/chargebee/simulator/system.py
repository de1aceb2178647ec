"""The simulator itself: which site is meant, who asks, whether they may, and where the answer comes from."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace

from integrations.connectors.chargebee.simulator.controls import Controls
from integrations.connectors.chargebee.simulator.errors import (
    FaultyVoice,
    blocked,
    error,
    not_found,
    unauthenticated,
)
from integrations.connectors.chargebee.simulator.lists import Siblings, answer_list, envelope, wrap
from integrations.connectors.chargebee.simulator.resources import CUSTOMERS, RESOURCES, TRANSACTIONS, Resource
from integrations.connectors.chargebee.simulator.shelf import Row
from integrations.connectors.chargebee.simulator.site import Access, Site
from integrations.connectors.chargebee.simulator.sites import DEFAULT, SITES
from integrations.connectors.chargebee.simulator.throttle import Throttle
from integrations.connectors.chargebee.simulator.webhooks import WebhookSender
from integrations.sandbox.app import JSON_TYPE, ControlCall, Json, Request, Response
from integrations.sandbox.world import World

SLUG = "chargebee"
INDEX_LAG_S = 300.0
STATE = (
    "customers",
    "subscriptions",
    "items",
    "item_prices",
    "plans",
    "addons",
    "invoices",
    "credit_notes",
    "transactions",
)

_HOST = re.compile(r"([a-z0-9-]+)(?:\.(eu|au))?\.chargebee\.com")
_ROOT = "/api/v2/"


class ChargebeeSimulator:
    """Several sites of Chargebee; a bare address reaches the default one."""

    slug = SLUG
    port_offset = 1

    def __init__(self, world: World) -> None:
        self._faults = world.faults(SLUG)
        self._sites = {setup.name: Site(setup, world.clock, world.seed) for setup in SITES}
        self._throttles = {name: Throttle(world.clock) for name in self._sites}
        self._voice = FaultyVoice()
        self._webhooks = WebhookSender(world.clock, self._faults)
        self._controls = Controls(self._sites, self._webhooks, world.seed)
        self._clock = world.clock
        for site in self._sites.values():
            site.on_event = self._webhooks.watch(site)

    @property
    def site(self) -> Site:
        """The default site, for tests that act on it directly."""
        return self._sites[DEFAULT]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        site = self._named_site(request)
        if site is None:
            return error(404, "site_not_found", f"Site not found : {request.host}")
        closed = _closed(site)
        if closed is not None:
            return closed
        right = site.setup.keys.get(_key(request) or "")
        if right is None or self._faults.hit("token_expired", request) or self._faults.hit("session_lost", request):
            return unauthenticated()
        return self._throttles[site.setup.name].check(site.knobs.per_minute) or self._route(
            site, Access(right), request
        )

    def enter(self, request: Request) -> Response | None:
        """Count a request in flight at its site; GET and POST are counted apart."""
        site = self._named_site(request)
        if site is None:
            return None
        return self._throttles[site.setup.name].enter(_lane(request), site.knobs.concurrent)

    def leave(self, request: Request) -> None:
        """Note that a request has ended."""
        site = self._named_site(request)
        if site is not None:
            self._throttles[site.setup.name].leave(_lane(request))

    def credentials(self) -> Json:
        """Give the default site's form values, and under `sites` those of the others."""
        setup = self.site.setup
        others = [
            {
                "site": one.name,
                "region": one.region,
                "host": one.host,
                "api_keys": _rights(one.keys),
                "status": one.status,
            }
            for one in SITES
        ]
        key = next(key for key, right in setup.keys.items() if right == "read_only")
        return {"site": setup.name, "region": setup.region, "api_key": key, "lag_s": "2", "sites": others}

    def hosts(self) -> tuple[str, ...]:
        """Name the host of every site."""
        return tuple(setup.host for setup in SITES)

    def state(self) -> Json:
        """Give all objects of the default site as the API gives them, deleted ones included."""
        return {"documents": [obj for path in STATE for obj in self.site.every(path)]}

    def is_write(self, request: Request) -> bool:
        """Tell writes by their method: reads are GET here."""
        return request.method not in ("GET", "HEAD")

    def tick(self) -> None:
        """Nothing waits for the clock but the webhooks, which look at it themselves."""

    def reset(self) -> None:
        """Empty all sites."""
        for site in self._sites.values():
            site.reset()
        self._throttles = {name: Throttle(self._clock) for name in self._sites}
        self._webhooks.reset()

    def controls(self) -> Mapping[str, ControlCall]:
        """Offer the control calls of this system."""
        return {**self._controls.calls(), "GET limits": self._refusals}

    def _refusals(self, _: Json) -> Json:
        """Tell how many requests of the default site were answered with 429."""
        return {"throttled": self._throttles[DEFAULT].refused}

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word a fault as the vendor does."""
        return self._voice.answer(kind, request, value_s)

    async def background(self) -> None:
        """Send webhooks until cancelled."""
        await self._webhooks.run()

    def _named_site(self, request: Request) -> Site | None:
        if request.is_bare_address:
            return self.site
        match = _HOST.fullmatch(request.host)
        site = self._sites.get(match[1]) if match else None
        return site if match and site and site.setup.region == (match[2] or "us") else None

    def _route(self, site: Site, access: Access, request: Request) -> Response:
        if not request.path.startswith(_ROOT):
            return not_found(request.path)
        name, _, key = request.path[len(_ROOT) :].partition("/")
        if request.method not in ("GET", "HEAD", "POST"):
            return error(405, "http_method_not_supported", f"{request.method} is not supported here.")
        if name == "configurations" and not key and request.method != "POST":
            return _configurations(site)
        resource = RESOURCES.get(name)
        if resource is None:
            return not_found(request.path)
        if request.method == "POST":
            return _refuse_write(access)
        return self._read(site, access, request, resource, key)

    def _read(self, site: Site, access: Access, request: Request, resource: Resource, key: str) -> Response:
        if not access.may_read(resource.path):
            return _unauthorized()
        if resource.catalog and resource.catalog != site.setup.catalog:
            words = f"{resource.path} is not available for product catalog {site.setup.catalog}."
            return error(400, "configuration_incompatible", words)
        if resource.path == "currencies":
            key = {"list": "", "": "?"}.get(key, key)
        if key:
            return self._one(site, resource, key)
        return self._list(site, request, resource)

    def _list(self, site: Site, request: Request, resource: Resource) -> Response:
        fault = self._faults.standing("index_lag")
        lag_s = site.knobs.index_lag_s if fault is None else INDEX_LAG_S if fault.value_s is None else fault.value_s
        shelf = site.shelves[resource.path]
        shelf.catch_up(site.clock.epoch_ms(), int(lag_s * 1000))
        if resource is CUSTOMERS and not site.knobs.honours_customer_sort:
            resource = replace(resource, sorts=("created_at",))
        return answer_list(request, resource, shelf, _siblings(site, resource), site.clock.epoch_s())

    def _one(self, site: Site, resource: Resource, key: str) -> Response:
        row = site.shelves[resource.path].rows.get(key)
        if row is not None and not row.obj.get("deleted"):
            return Response(200, (("Content-Type", JSON_TYPE),), wrap(resource, row, _siblings(site, resource)))
        owner = key.removesuffix("/payments")
        if owner != key and resource.path == "invoices" and site.has("invoices", owner):
            return _payments(site, owner)
        return not_found(f"{resource.wrap} {key}")


def _payments(site: Site, invoice_id: str) -> Response:
    ids = [row["txn_id"] for row in site.get("invoices", invoice_id)["linked_payments"]]
    rows = [site.shelves["transactions"].rows[one] for one in ids]
    return Response(200, (("Content-Type", JSON_TYPE),), envelope(TRANSACTIONS, rows, None, lambda _: {}))


def _siblings(site: Site, resource: Resource) -> Siblings:
    def beside(row: Row) -> dict[str, bytes]:
        if resource.path == "customers":
            return _card(site, row.obj["id"])
        if resource.path == "subscriptions":
            owner = site.shelves["customers"].rows[row.obj["customer_id"]]
            return {"customer": owner.encoded, **_card(site, row.obj["customer_id"])}
        return {}

    return beside


def _card(site: Site, customer_id: str) -> dict[str, bytes]:
    card = site.cards.get(customer_id)
    return {"card": card.encoded} if card else {}


def _configurations(site: Site) -> Response:
    setup = site.setup
    row = {"domain": setup.shown_as or setup.name, "product_catalog_version": setup.catalog}
    return Response.json(200, {"configurations": [row]})


def _closed(site: Site) -> Response | None:
    if site.knobs.status == "blocked":
        return blocked("Sorry, API access of this site is disabled.", "api_disabled")
    if site.knobs.status == "maintenance":
        return error(503, "site_not_ready", "Sorry, the site is under maintenance. Please try again later.")
    return None


def _refuse_write(access: Access) -> Response:
    if not access.may_write:
        return _unauthorized()
    return blocked("This sandbox accepts no writes from API clients.", "request_blocked")


def _unauthorized() -> Response:
    return error(403, "api_authorization_failed", "Sorry, your API key does not have the privilege for this operation.")


def _key(request: Request) -> str | None:
    """Read the key from Basic authentication; the password must be empty."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return key if colon and not password else None


def _lane(request: Request) -> str:
    return "POST" if request.method == "POST" else "GET"


def _rights(keys: Mapping[str, str | frozenset[str]]) -> Json:
    return {key: right if isinstance(right, str) else sorted(right) for key, right in keys.items()}

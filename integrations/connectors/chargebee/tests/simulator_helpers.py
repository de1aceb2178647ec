"""What the simulator's own tests share: a world with one history, a client for a host, a walk over all pages."""

import base64
from datetime import UTC, datetime

import httpx

from integrations.connectors.chargebee.simulator import build
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FULL = "test_SandboxAcmeFullAccess"
READ_ONLY = "test_SandboxAcmeReadOnly"
HOST = "acme-test.chargebee.com"


def make_world(customers=0, seed=1, start=NOON, **options):
    """Make a world whose clock stands still (runs, if `start` is None), with a history on the default site."""
    world = World([build], seed=seed, clock=SandboxClock(start))
    simulator = world.simulators["chargebee"]
    simulator.site.knobs.per_minute = 100_000
    simulator.site.knobs.index_lag_s = 0.0
    if customers:
        generate(simulator.site, customers=customers, seed=seed, **options)
    return world


def site_of(world):
    return world.simulators["chargebee"].site


def api(world, key=READ_ONLY, host=HOST, password=""):
    """Give a client of the API over WSGI."""
    return httpx.Client(
        transport=httpx.WSGITransport(world.wsgi("chargebee")),
        base_url=f"https://{host}/api/v2",
        headers={"Authorization": "Basic " + base64.b64encode(f"{key}:{password}".encode()).decode()},
    )


def control(world):
    """Give a client of the control API over WSGI."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("control")), base_url="http://control")


def walk(client, path, **params):
    """Read a list to its end; gives the wrapped objects in the order they came."""
    found = []
    while True:
        answer = client.get(f"/{path}", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [next(iter(element.values())) for element in page["list"]]
        if "next_offset" not in page:
            return found
        params = {**params, "offset": page["next_offset"]}

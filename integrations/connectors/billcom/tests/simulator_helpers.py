"""What the simulator's own tests share: a world, a signed-in client, a vendor and a bill to work with."""

from datetime import UTC, datetime

import httpx

from integrations.connectors.billcom.simulator import build
from integrations.connectors.billcom.simulator.identities import DEFAULT_ORG, SERVICE, STAGE_KEY, TOKEN
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAGE_HOST = "gateway.stage.bill.com"
ADDRESS = {"line1": "12 Foundry Road", "city": "Denver", "zipOrPostalCode": "80202", "country": "US"}


def make_world(start=NOON, seed=1, **switches):
    """Make a world whose clock stands still (runs, if `start` is None)."""
    world = World([build], seed=seed, clock=SandboxClock(start))
    simulator_of(world).switches.change(switches)
    return world


def simulator_of(world):
    return world.simulators["billcom"]


def org_of(world, org_id=DEFAULT_ORG):
    return simulator_of(world).orgs[org_id]


def anonymous(world, root="connect", host=STAGE_HOST):
    """Give a client without headers of its own."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("billcom")), base_url=f"https://{host}/{root}")


def login_body(user=SERVICE, org_id=DEFAULT_ORG, dev_key=STAGE_KEY, **more):
    body = {"username": user.username, "password": user.password, "organizationId": org_id, "devKey": dev_key}
    return {**body, **more}


def signed_in(world, user=SERVICE, org_id=DEFAULT_ORG, dev_key=STAGE_KEY, root="connect", host=STAGE_HOST, **more):
    """Sign in and give a client of the AP API (or, with the root "connect-events", of webhooks)."""
    answer = anonymous(world, host=host).post("/v3/login", json=login_body(user, org_id, dev_key, **more))
    assert answer.status_code == 200, answer.text
    client = anonymous(world, root, host)
    client.headers.update({"devKey": dev_key, "sessionId": answer.json()["sessionId"]})
    return client


def token_client(world):
    """Give a client signed in with the sync token."""
    return signed_in(world, TOKEN)


def control(world):
    """Give a client of the control API over WSGI."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("control")), base_url="http://control")


def codes(answer):
    """Give the BDC codes of an error body."""
    return [entry["code"] for entry in answer.json()]


def good(answer):
    """Give the body of an answer that must be good."""
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def make_vendor(client, name="Acme Bearings", **more):
    return good(client.post("/v3/vendors", json={"name": name, "address": ADDRESS, **more}))


def bill_body(vendor_id, number="INV-88213", amount=100.00, **more):
    body = {
        "vendorId": vendor_id,
        "dueDate": "2026-12-30",
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-11-20"},
        "billLineItems": [{"amount": amount, "description": "Bearings"}],
    }
    return {**body, **more}


def make_bill(client, vendor_id=None, **more):
    vendor_id = vendor_id or make_vendor(client)["id"]
    return good(client.post("/v3/bills", json=bill_body(vendor_id, **more)))


def read_bill(client, bill_id):
    return good(client.get(f"/v3/bills/{bill_id}"))


def advance(world, bill_id, to, **more):
    """Bring a bill on and give its last payment."""
    return good(control(world).post("/advance/billcom", json={"bill": bill_id, "to": to, **more}))["payment"]


def act(world, do, **more):
    return good(control(world).post("/act/billcom", json={"do": do, **more}))["object"]


def walk(client, path, **params):
    """Read a list to its end."""
    found = []
    while True:
        page = good(client.get(path, params=params))
        found += page["results"]
        if not page.get("nextPage"):
            return found
        params = {**params, "page": page["nextPage"]}

"""What the simulator's own tests share: a world, a signed-in caller, and the documents they work with."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx

from integrations.connectors.dynamics365.simulator import build
from integrations.connectors.dynamics365.simulator.directory import CLIENT_ID, HOST, SECRET, TENANT
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FIXTURES = Path(__file__).parent.parent / "fixtures"
ENUM = "Microsoft.Dynamics.DataEntities"
CROSS = {"cross-company": "true"}


def sample(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


def make_world(start=NOON, **options):
    """Make a world whose clock stands still; options are the environment's switches."""
    world = World([build], clock=SandboxClock(start))
    site_of(world).options.change(options)
    return world


def site_of(world):
    return world.simulators["dynamics365"].site


def books_of(world, area="usmf"):
    return site_of(world).companies[area].books


def control(world, call, slug="dynamics365", **options):
    """Order something of a simulator, past the HTTP layer."""
    return world.simulators[slug].controls()[call](options)


def ask_token(world, path=f"/{TENANT}/oauth2/v2.0/token", **changes):
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "scope": f"https://{HOST}/.default",
        **changes,
    }
    client = httpx.Client(
        transport=httpx.WSGITransport(world.wsgi("entra")), base_url="https://login.microsoftonline.com"
    )
    return client.post(path, data={name: value for name, value in form.items() if value is not None})


def signed_in(world, host=HOST, **changes):
    """Give a caller of the OData service with a fresh token."""
    token = ask_token(world, **changes).json()["access_token"]
    return httpx.Client(
        transport=httpx.WSGITransport(world.wsgi("dynamics365")),
        base_url=f"https://{host}/data",
        headers={"Authorization": f"Bearer {token}"},
    )


def good(answer):
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def reason(answer, status=400):
    """Give the real reason of a refusal."""
    assert answer.status_code == status, answer.text
    return answer.json()["error"]["innererror"]["message"]


def listed(client, set_name, text="", **options):
    """Read a set over all companies."""
    params = {**CROSS, **({"$filter": text} if text else {}), **{f"${name}": value for name, value in options.items()}}
    return good(client.get(f"/{set_name}", params=params))["value"]


def make_customer(client, account="C-01", **more):
    body = {**sample("customer_request"), "CustomerAccount": account, **more}
    return good(client.post("/CustomersV3", json=body))


def make_journal(client, name="CBInv", set_name="LedgerJournalHeaders", **more):
    body = {"dataAreaId": "usmf", "JournalName": name, **more}
    return good(client.post(f"/{set_name}", json=body))["JournalBatchNumber"]


def line(journal, **more):
    return {
        "dataAreaId": "usmf",
        "JournalBatchNumber": journal,
        "TransDate": "2026-11-20T12:00:00Z",
        "CurrencyCode": "USD",
        **more,
    }


def add_line(client, journal, **more):
    return good(client.post("/LedgerJournalLines", json=line(journal, **more)))


def make_invoice(client, number="INV-1", total=120, account="C\\-01", journal=None, **more):
    """Write an invoice as two lines of one voucher and give the journal."""
    journal = journal or make_journal(client)
    add_line(
        client, journal, AccountType="Cust", AccountDisplayValue=account, DebitAmount=total, Invoice=number, **more
    )
    add_line(client, journal, AccountDisplayValue="401100-BU01", CreditAmount=total, **more)
    return journal


def payment_line(journal, amount=120, **more):
    return {
        "dataAreaId": "usmf",
        "JournalBatchNumber": journal,
        "TransactionDate": "2026-11-21T12:00:00Z",
        "AccountDisplayValue": "C\\-01",
        "CreditAmount": amount,
        "CurrencyCode": "USD",
        "OffsetAccountType": "Bank",
        "OffsetAccountDisplayValue": "USMF OPER",
        "PaymentReference": "txn_1",
        **more,
    }


def make_payment(client, amount=120, **more):
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    good(client.post("/CustomerPaymentJournalLines", json=payment_line(journal, amount, **more)))
    return journal


def ready(**options):
    """Give a world, a caller and a customer C-01."""
    world = make_world(**options)
    client = signed_in(world)
    make_customer(client)
    return world, client


def post_all(world):
    return control(world, "POST post")


def documents(world, kind=None):
    found = world.state("dynamics365")["documents"]
    return [one for one in found if one["kind"] != "customer" and kind in (None, one["kind"])]

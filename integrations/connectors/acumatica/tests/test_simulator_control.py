"""The control API shows and changes the books, tampers, posts, closes periods, pushes notifications and keeps state."""

import asyncio
import json

import httpx
import pytest

from integrations.connectors.acumatica.simulator.identities import TENANT
from integrations.connectors.acumatica.tests.simulator_helpers import (
    books_of,
    control,
    fault,
    good,
    invoice_body,
    journal_body,
    line,
    make_customer,
    make_invoice,
    make_payment,
    make_world,
    order,
    released_invoice,
    released_payment,
    reread,
    signed_in,
    site_of,
    token_form,
)
from integrations.sandbox.app import Request
from integrations.sandbox.server import running
from integrations.sandbox.state import load, save


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    client = signed_in(world)
    make_customer(client)
    return client


def state_of(world):
    return control(world).get("/state/acumatica").json()


def document(world, reference):
    return next(one for one in state_of(world)["documents"] if one["reference"] == reference)


def paid_invoice(client):
    invoice = released_invoice(client)
    payment = released_payment(client, 60.0, [("Invoice", invoice["ReferenceNbr"]["value"], 60.0)])
    return invoice, payment


def test_it_describes_what_is_booked(world, client):
    invoice, payment = paid_invoice(client)
    shown = document(world, "CB-INV-900")
    assert {
        key: shown[key] for key in ("kind", "id", "customer", "currency", "total", "open", "posting_date", "status")
    } == {
        "kind": "invoice",
        "id": invoice["id"],
        "customer": "cb_cust_8xQz",
        "currency": "USD",
        "total": "100.00",
        "open": "40.00",
        "posting_date": "2026-03-31",
        "status": "Open",
    }
    assert [(one["account"], one["debit"], one["credit"]) for one in shown["lines"]] == [
        ("11000", "100.00", "0.00"),
        ("40000", "0.00", "100.00"),
    ]
    assert document(world, "txn_AzQ1")["applied"] == [{"id": invoice["id"], "amount": "60.00"}]
    assert payment["Status"]["value"] == "Closed"


def test_it_lists_customers_and_items_that_were_made(world, client):
    good(client.put("/NonStockItem", json={"InventoryID": {"value": "NEW"}}))
    kinds = {(one["kind"], one["reference"]) for one in state_of(world)["documents"]}
    assert kinds == {("customer", "cb_cust_8xQz"), ("item", "NEW")}


def test_it_shows_the_other_tenant_apart(world):
    other = signed_in(world, client_id=token_form()["client_id"].replace(TENANT, "DEMO"))
    make_customer(other)
    found = state_of(world)
    assert (found["documents"], len(found["others"]["DEMO"])) == ([], 1)


@pytest.mark.parametrize("name", ["id", "number", "reference"])
def test_it_finds_the_document_to_tamper_with(world, client, name):
    released_invoice(client)
    order(world, "tamper", id=document(world, "CB-INV-900")[name], op="amount", value="100.01")
    assert document(world, "CB-INV-900")["total"] == "100.01"


def test_it_shows_a_tampered_amount_through_the_api(world, client):
    invoice = released_invoice(client)
    order(world, "tamper", id=invoice["id"], op="amount")
    assert reread(client, "SalesInvoice", invoice)["Amount"]["value"] == 100.01


def test_it_tampers_with_dates(world, client):
    invoice = released_invoice(client)
    order(world, "tamper", id=invoice["id"], op="date", value="2026-02-01")
    assert reread(client, "SalesInvoice", invoice)["Date"]["value"].startswith("2026-02-01")


def test_it_deletes_and_duplicates_documents(world, client):
    invoice = released_invoice(client)
    order(world, "tamper", id=invoice["id"], op="duplicate")
    assert len(good(client.get("/SalesInvoice"))) == 2
    order(world, "tamper", id=invoice["id"], op="delete")
    assert len(good(client.get("/SalesInvoice"))) == 1


def test_it_unapplies_a_payment(world, client):
    invoice, payment = paid_invoice(client)
    order(world, "tamper", id=payment["id"], op="unapply")
    assert document(world, "CB-INV-900")["open"] == "100.00"
    assert reread(client, "Payment", payment)["AvailableBalance"]["value"] == 60
    assert reread(client, "SalesInvoice", invoice)["Balance"]["value"] == 100


def test_it_posts_what_waits(world, client):
    make_invoice(client)
    make_payment(client)
    good(client.put("/JournalTransaction", json=journal_body()))
    assert order(world, "post") == {"posted": 3, "failed": []}
    assert {one["posted"] for one in state_of(world)["documents"] if "posted" in one} == {True}


def test_it_acts_as_staff_would(world, client):
    payment = released_payment(client)
    assert order(world, "act", id=payment["id"], do="void")["status"] == "Voided"


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("periods", {"period": "2031-01", "status": "closed"}, 404),
        ("periods", {"period": "2026-01", "status": "ajar"}, 400),
        ("tamper", {"id": "nope", "op": "date"}, 404),
        ("options", {"nope": 1}, 400),
        ("push", {"table": "nope", "url": "x"}, 400),
    ],
)
def test_it_says_what_it_did_not_understand(world, verb, body, status):
    assert control(world).post(f"/{verb}/acumatica", json=body).status_code == status


def test_it_shows_a_closed_period_through_the_api(world, client):
    order(world, "periods", period="2026-03", status="closed")
    year = good(client.get("/FinancialPeriod/2026", params={"$expand": "Details"}))
    march = next(row for row in year["Details"] if row["FinancialPeriodID"]["value"] == "032026")
    assert (march["Status"]["value"], march["ClosedInAR"]["value"]) == ("Closed", True)


def test_it_resets_to_a_new_site_with_the_same_credentials(world, client):
    released_invoice(client)
    order(world, "options", hold_on_entry=False)
    control(world).post("/reset")
    assert state_of(world)["documents"] == []
    assert good(client.get("/Customer")) == []


def test_it_is_kept_between_two_starts(world, client, tmp_path):
    invoice, _ = paid_invoice(client)
    save(world, tmp_path / "world")
    again = load(tmp_path / "world")
    assert books_of(again).faults() == []
    assert reread(signed_in(again), "SalesInvoice", invoice)["Balance"]["value"] == 40
    assert again.plan("acumatica", Request.make("GET", "/Acme/entity")).delay_s == 0


def test_it_gives_credentials_that_a_customer_would_type(world):
    given = control(world).get("/credentials").json()["acumatica"]
    form = token_form(**{key: given[key] for key in ("client_id", "client_secret", "username", "password")})
    with running(world) as ports:
        address = f"http://127.0.0.1:{ports.ports['acumatica']}/Acme/identity/connect/token"
        assert httpx.post(address, data=form).status_code == 200


# 6. push notifications


def pushed(world):
    return control(world).get("/push/acumatica").json()


def define(world, url="http://127.0.0.1:9/hook", **more):
    return order(world, "push", url=url, query="CB-Invoices", table="ar", header="X-Key", secret="s3", **more)


def test_it_pushes_an_insert_and_an_update(world, client):
    define(world)
    released_invoice(client)
    first, last = pushed(world)["bodies"][0], pushed(world)["bodies"][-1]
    assert first.keys() == {"Inserted", "Deleted", "Query", "CompanyId", "Id", "TimeStamp", "AdditionalInfo"}
    assert (first["Deleted"], first["CompanyId"], first["Query"]) == ([], "ACME", "CB-Invoices")
    assert first["Inserted"][0]["CustomerOrder"] == "CB-INV-900"
    assert (last["Deleted"][0]["Status"], last["Inserted"][0]["Status"]) == ("Balanced", "Open")
    assert first["TimeStamp"] > 2**53


def test_it_repeats_drops_and_delays_notifications_by_fault(world, client):
    define(world)
    fault(world, "webhook_duplicate", times=1)
    good(client.put("/SalesInvoice", json=invoice_body()))
    first, second = pushed(world)["bodies"]
    assert first["Id"] == second["Id"]
    fault(world, "webhook_drop", times=1)
    good(client.put("/SalesInvoice", json=invoice_body(lines=[line(5)])))
    assert (pushed(world)["waiting"], pushed(world)["dropped"]) == (2, 1)


def test_it_tries_five_times_and_resends_on_demand(world, client):
    define(world)
    good(client.put("/SalesInvoice", json=invoice_body()))
    push = site_of(world).push
    for _ in range(5):
        push.conclude(push._queue.pop()[2], "500", is_good=False)
    assert (pushed(world)["failed"], pushed(world)["waiting"]) == (1, 0)
    assert order(world, "resend") == {"resent": 1}


def test_it_delivers_with_the_static_header(world, client):
    got = []

    async def exchange():
        async def hook(reader, writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(int(row.split(":")[1]) for row in head.split("\r\n") if row.startswith("content-length"))
            got.append((head, json.loads(await reader.readexactly(length))))
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(hook, "127.0.0.1", 0) as server:
            define(world, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
            good(client.put("/SalesInvoice", json=invoice_body()))
            task = asyncio.create_task(site_of(world).background())
            async with asyncio.timeout(10):
                while not pushed(world)["delivered"]:
                    await asyncio.sleep(0.01)
            task.cancel()

    asyncio.run(exchange())
    assert "x-key: s3" in got[0][0]
    assert got[0][1]["Inserted"][0]["Type"] == "Invoice"

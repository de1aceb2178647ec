"""The control API of this system: advance, tamper, switches, state; and that the world survives a restart."""

import pytest

from integrations.connectors.billcom.simulator.identities import GLOBEX_ORG, ORGS
from integrations.connectors.billcom.tests.simulator_helpers import (
    act,
    advance,
    bill_body,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    org_of,
    read_bill,
    signed_in,
    simulator_of,
    token_client,
)
from integrations.sandbox.state import load, save


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


@pytest.mark.parametrize(
    ("goal", "approval", "payment"),
    [
        ("approved", "APPROVED", "UNPAID"),
        ("paid", "APPROVED", "PAID"),
        ("voided", "APPROVED", "UNPAID"),
        ("bounced", "APPROVED", "PAID"),
    ],
)
def test_it_advances_a_bill(world, client, goal, approval, payment):
    bill = make_bill(client, amount=20_000, billApprovals=True)
    advance(world, bill["id"], goal)
    now = read_bill(client, bill["id"])
    assert (now["approvalStatus"], now["paymentStatus"]) == (approval, payment)


def test_it_finds_a_bill_by_its_invoice_number_and_in_any_organization(world, client):
    make_bill(client, number="INV-1")
    assert advance(world, "INV-1", "paid")["singleStatus"] == "CLEARED"
    user = next(setup for setup in ORGS if setup.id == GLOBEX_ORG).users[0]
    other = make_bill(signed_in(world, user, GLOBEX_ORG))
    assert advance(world, other["id"], "paid")["singleStatus"] == "CLEARED"


def test_it_finishes_a_payment_under_way_instead_of_making_another(world, client):
    bill = make_bill(client)
    first = advance(world, bill["id"], "paid", status="SCHEDULED")
    assert advance(world, bill["id"], "paid")["id"] == first["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"bill": "nothing", "to": "paid"}, 404),
        ({"bill": "INV-88213", "to": "sold"}, 400),
        ({"bill": "INV-88213", "to": "paid", "amount": "1000"}, 400),
        ({"bill": "INV-88213", "to": "paid", "amount": "much"}, 400),
    ],
)
def test_it_says_why_a_bill_cannot_be_advanced(world, client, body, status):
    make_bill(client)
    answer = control(world).post("/advance/billcom", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_it_says_that_a_paid_bill_cannot_be_paid_again(world, client):
    bill = make_bill(client)
    advance(world, bill["id"], "paid")
    assert control(world).post("/advance/billcom", json={"bill": bill["id"], "to": "paid"}).status_code == 400


def test_it_lets_staff_edit_a_bill(world, client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    act(world, "edit_bill", bill=bill["id"], amount="1100.50", fields={"purchaseOrderNumber": "9"})
    now = read_bill(client, bill["id"])
    assert (now["amount"], now["purchaseOrderNumber"]) == (1100.5, "9")
    assert now["updatedTime"] > bill["updatedTime"]


def tamper(world, id, op, **more):
    return good(control(world).post("/tamper/billcom", json={"id": id, "op": op, **more}))["touched"]


def documents(world, kind="bill"):
    return [one for one in world.state("billcom")["documents"] if one["kind"] == kind]


def test_it_plants_another_amount(world, client):
    bill = make_bill(client)
    tamper(world, bill["id"], "amount")
    assert (read_bill(client, bill["id"])["amount"], documents(world)[0]["total"]) == (100.01, "100.01")
    assert org_of(world).books.faults() == []


def test_it_plants_another_date(world, client):
    bill = make_bill(client)
    tamper(world, bill["id"], "date", value="2026-10-01")
    assert read_bill(client, bill["id"])["invoice"]["invoiceDate"] == "2026-10-01"
    assert documents(world)[0]["date"] == "2026-10-01"


def test_it_plants_a_loss_and_a_double(world, client):
    vendor_id = make_vendor(client)["id"]
    lost, doubled = (make_bill(client, vendor_id, number=number) for number in "12")
    tamper(world, lost["id"], "delete")
    tamper(world, doubled["id"], "duplicate")
    assert codes(client.get(f"/v3/bills/{lost['id']}")) == ["BDC_1205"]
    assert [one["reference"] for one in documents(world)] == ["2", "2"]
    assert len(good(client.get("/v3/bills"))["results"]) == 2


def test_it_plants_a_payment_that_pays_nothing(world, client):
    bill = make_bill(client)
    payment = advance(world, bill["id"], "paid")
    tamper(world, payment["id"], "unapply")
    assert read_bill(client, bill["id"])["paymentStatus"] == "UNPAID"
    assert documents(world, "payment")[0]["applied"] == []


@pytest.mark.parametrize(("op", "count"), [("delete", 0), ("duplicate", 2)])
def test_it_plants_a_vendor_lost_or_doubled(world, client, op, count):
    tamper(world, make_vendor(client)["id"], op)
    assert len(documents(world, "vendor")) == count


def test_it_goes_on_after_a_bill_under_payment_was_tampered_away(world, client):
    bill = make_bill(client)
    payment = advance(world, bill["id"], "paid", status="SCHEDULED")
    tamper(world, bill["id"], "delete")
    act(world, "walk", payment=payment["id"], to="CLEARED")
    assert org_of(world).books.faults() == []


def test_it_shows_documents_and_the_objects_of_the_api(world, client):
    bill = make_bill(client)
    state = control(world).get("/state/billcom").json()
    assert {one["kind"] for one in state["documents"]} == {"vendor", "bill"}
    assert set(state["documents"][0]) >= {"id", "reference", "customer", "currency", "total", "open", "date", "lines"}
    assert state["objects"]["bill"][0]["id"] == bill["id"]
    assert state["writes"] == 2


def test_it_names_switches_that_do_not_exist_or_cannot_be_turned_so(world):
    for body in ({"duplicates": "allow"}, {"paging": "cursor"}, {"in_flight": "3"}):
        assert control(world).post("/switches/billcom", json=body).status_code == 400
    assert control(world).get("/switches/billcom").json()["in_flight"] == 3


def test_it_returns_to_its_start_at_a_reset(world, client):
    make_bill(client)
    control(world).post("/switches/billcom", json={"in_flight": 1})
    world.reset()
    assert codes(client.get("/v3/bills")) == ["BDC_1109"]
    assert world.state("billcom")["documents"] == []
    assert simulator_of(world).switches.in_flight == 3


def test_it_survives_a_restart_with_sessions_books_and_timers(world, client, tmp_path):
    bill = make_bill(client)
    advance(world, bill["id"], "paid")
    save(world, tmp_path / "world")
    again = load(tmp_path / "world")
    reader = signed_in(again)
    reader.headers.update({"devKey": client.headers["devKey"], "sessionId": client.headers["sessionId"]})
    assert read_bill(reader, bill["id"])["paymentStatus"] == "PAID"
    assert reader.post("/v3/bills", json=bill_body(bill["vendorId"], "2")).status_code == 201


def test_it_never_raises_for_bad_input(client):
    for body in (b"", b"null", b"[]", b"{}", b"\xff", b'{"billLineItems":[null]}', b'{"amount":1e999999}', b"NaN"):
        for method, path in (("POST", "/v3/bills"), ("POST", "/v3/bills/bulk"), ("POST", "/v3/vendors/bulk")):
            assert client.request(method, path, content=body).status_code == 400

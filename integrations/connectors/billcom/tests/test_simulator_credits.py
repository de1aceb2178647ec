"""Vendor credits, as in 3.4 and 6.4: they reduce bills without cash."""

import pytest

from integrations.connectors.billcom.tests.simulator_helpers import (
    act,
    bill_body,
    codes,
    good,
    make_bill,
    make_vendor,
    make_world,
    org_of,
    read_bill,
    token_client,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


@pytest.fixture
def vendor_id(client):
    return make_vendor(client)["id"]


def credit_body(vendor_id, amount=30):
    lines = [{"amount": amount, "description": "Returned"}]
    return {
        "vendorId": vendor_id,
        "referenceNumber": "CR-1",
        "creditDate": "2026-11-01",
        "vendorCreditLineItems": lines,
    }


def make_credit(client, vendor_id, amount=30):
    return good(client.post("/v3/vendor-credits", json=credit_body(vendor_id, amount)))


def read_credit(client, credit):
    return good(client.get(f"/v3/vendor-credits/{credit['id']}"))


def test_it_creates_a_credit_that_is_not_applied(client, vendor_id):
    credit = make_credit(client, vendor_id)
    assert (credit["id"][:3], credit["amount"], credit["appliedAmount"]) == ("vcr", 30, 0)
    assert (credit["status"], credit["vendorCreditLineItems"][0]["id"][:3]) == ("NOT_APPLIED", "vci")


def test_it_uses_a_credit_on_a_new_bill_without_cash(world, client, vendor_id):
    credit = make_credit(client, vendor_id)
    bill = make_bill(client, vendor_id, amount=100, vendorCredits=[{"id": credit["id"], "amount": 20}])
    assert (bill["creditAmount"], bill["dueAmount"], bill["paidAmount"]) == (20, 80, 0)
    assert read_credit(client, credit)["status"] == "PARTIALLY_APPLIED"
    assert org_of(world).books.faults() == []


def test_it_refuses_more_than_is_left_of_a_credit_or_than_is_due(client, vendor_id):
    credit = make_credit(client, vendor_id)
    for amount, total, code in ((31, 100, "BDC_1143"), (30, 10, "BDC_1159"), (0, 10, "BDC_1143")):
        body = bill_body(vendor_id, amount=total, vendorCredits=[{"id": credit["id"], "amount": amount}])
        assert codes(client.post("/v3/bills", json=body)) == [code]
    assert good(client.get("/v3/bills"))["results"] == []


def test_it_refuses_another_vendors_credit(client, vendor_id):
    credit = make_credit(client, make_vendor(client, "Other")["id"])
    body = bill_body(vendor_id, vendorCredits=[{"id": credit["id"], "amount": 1}])
    assert codes(client.post("/v3/bills", json=body)) == ["BDC_1143"]


def test_it_archives_a_credit_for_good_unless_it_is_used(client, vendor_id):
    free, used = make_credit(client, vendor_id), make_credit(client, vendor_id)
    make_bill(client, vendor_id, vendorCredits=[{"id": used["id"], "amount": 1}])
    assert good(client.post(f"/v3/vendor-credits/{free['id']}/archive"))["archived"] is True
    assert client.post(f"/v3/vendor-credits/{free['id']}/restore").status_code == 404
    assert client.post(f"/v3/vendor-credits/{used['id']}/archive").status_code == 400


def test_it_changes_a_credit_until_it_is_used(client, vendor_id):
    credit = make_credit(client, vendor_id)
    path, line = f"/v3/vendor-credits/{credit['id']}", credit["vendorCreditLineItems"][0]["id"]
    patched = good(client.patch(path, json={"vendorCreditLineItems": [{"id": line, "amount": 40}]}))
    assert (patched["amount"], patched["vendorCreditLineItems"][0]["id"]) == (40, line)
    replaced = good(client.put(path, json=credit_body(vendor_id, 50)))
    assert (replaced["amount"], replaced["vendorCreditLineItems"][0]["id"] != line) == (50, True)
    make_bill(client, vendor_id, vendorCredits=[{"id": credit["id"], "amount": 1}])
    assert client.patch(path, json={"description": "x"}).status_code == 400


def test_it_creates_and_archives_credits_in_bulk(client, vendor_id):
    made = good(client.post("/v3/vendor-credits/bulk", json=[credit_body(vendor_id)] * 50))["vendorCredits"]
    assert len(made) == 50
    assert client.post("/v3/vendor-credits/bulk", json=[credit_body(vendor_id)] * 51).status_code == 400
    ids = ",".join(row["id"] for row in made[:2])
    archived = good(client.post(f"/v3/vendor-credits/bulk/archive?ids={ids}"))["vendorCredits"]
    assert [row["archived"] for row in archived] == [True, True]


def test_it_rolls_a_bulk_of_credits_back(world, client, vendor_id):
    answer = client.post("/v3/vendor-credits/bulk", json=[credit_body(vendor_id), credit_body(vendor_id, 0)])
    assert codes(answer) == ["BDC_1119", "BDC_1246"]
    assert org_of(world).books.documents == {}


def test_it_pays_a_bill_partly_by_credit_and_gives_the_credit_back_at_a_void(world, client, vendor_id):
    credit, bill = make_credit(client, vendor_id), make_bill(client, vendor_id, amount=100)
    split = {"bill": bill["id"], "amount": 70, "credits": [{"id": credit["id"], "amount": 30}]}
    payment = act(world, "pay", bills=[split])
    paid = read_bill(client, bill["id"])
    assert (paid["paidAmount"], paid["creditAmount"], paid["paymentStatus"]) == (70, 30, "PAID")
    assert payment["amount"] == 70
    assert payment["billPayments"][0]["vendorCredits"] == [{"id": credit["id"], "amount": 30}]
    act(world, "void", payment=payment["id"])
    assert read_bill(client, bill["id"])["dueAmount"] == 100
    assert read_credit(client, credit)["status"] == "NOT_APPLIED"


def test_it_takes_credits_sent_again_with_a_bill_as_they_stand(client, vendor_id):
    credit = make_credit(client, vendor_id)
    used = [{"id": credit["id"], "amount": 20}]
    bill = make_bill(client, vendor_id, vendorCredits=used)
    path = f"/v3/bills/{bill['id']}"
    assert good(client.put(path, json=bill_body(vendor_id, vendorCredits=used)))["creditAmount"] == 20
    other = [{"id": credit["id"], "amount": 25}]
    assert codes(client.put(path, json=bill_body(vendor_id, vendorCredits=other))) == ["BDC_1143"]

"""Vendors, as in 3.1 and the checklist's items 4 to 7."""

import pytest

from integrations.connectors.billcom.simulator.identities import GLOBEX_ORG, ORGS
from integrations.connectors.billcom.tests.simulator_helpers import (
    ADDRESS,
    act,
    advance,
    codes,
    good,
    make_bill,
    make_vendor,
    make_world,
    signed_in,
    token_client,
)

BANK = {"nameOnAccount": "Acme", "accountNumber": "111222333", "routingNumber": "074000010"}


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


def test_it_creates_a_vendor_with_201_and_what_bill_adds(client):
    answer = client.post("/v3/vendors", json={"name": "Acme Bearings", "address": ADDRESS})
    vendor = answer.json()
    assert (answer.status_code, vendor["id"][:3], vendor["networkStatus"]) == (201, "009", "NOT_CONNECTED")
    assert (vendor["accountType"], vendor["billCurrency"]) == ("UNDEFINED", "USD")
    assert vendor["address"]["countryName"] == "United States"


def test_it_omits_what_is_not_populated(client):
    vendor = make_vendor(client, email="", phone="3035550100")
    assert "email" not in vendor
    assert "shortName" not in vendor
    assert vendor["phone"] == "3035550100"


@pytest.mark.parametrize(
    ("change", "code", "name"),
    [
        ({"name": ""}, "BDC_1117", "name"),
        ({"name": "x" * 101}, "BDC_1143", "name"),
        ({"shortName": "x" * 41}, "BDC_1143", "shortName"),
        ({"name": 7}, "BDC_1124", "name"),
        ({"email": "nobody"}, "BDC_1119", "email"),
        ({"accountType": "COMPANY"}, "BDC_1119", "accountType"),
        ({"billCurrency": "XXX"}, "BDC_1119", "billCurrency"),
        ({"externalId": "4711"}, "BDC_1119", "externalId"),
        ({"address": {**ADDRESS, "country": "USA"}}, "BDC_1119", "address.country"),
        ({"address": {**ADDRESS, "zipOrPostalCode": "802"}}, "BDC_1119", "zipOrPostalCode"),
        ({"address": {**ADDRESS, "city": ""}}, "BDC_1117", "address.city"),
        ({"address": None}, "BDC_1124", "address"),
    ],
)
def test_it_refuses_a_bad_field_and_names_it(client, change, code, name):
    answer = client.post("/v3/vendors", json={"name": "Acme", "address": ADDRESS, **change})
    assert answer.status_code == 400
    assert (code, name) in [(entry["code"], entry["params"][0]["name"]) for entry in answer.json()]


def test_it_reports_all_bad_fields_at_once(client):
    answer = client.post("/v3/vendors", json={"nme": "Acme", "email": "x"})
    assert sorted(codes(answer)) == ["BDC_1117", "BDC_1117", "BDC_1119", "BDC_1119"]


def test_it_refuses_a_body_that_is_not_json(client):
    assert codes(client.post("/v3/vendors", content=b"{")) == ["BDC_1122"]
    assert codes(client.post("/v3/vendors", content=b'{"name":"\\ud800"}')) == ["BDC_1122"]
    assert codes(client.post("/v3/vendors", content=b"[" * 100_000)) == ["BDC_1122"]


@pytest.mark.parametrize(("mode", "status"), [("ignore", 201), ("system_error", 500)])
def test_it_treats_unknown_fields_as_the_switch_says(mode, status):
    client = token_client(make_world(unknown_fields=mode))
    assert client.post("/v3/vendors", json={"name": "A", "address": ADDRESS, "zz": 1}).status_code == status


def test_it_takes_only_dollars_where_the_organization_has_no_other_currency(world):
    user = next(setup for setup in ORGS if setup.id == GLOBEX_ORG).users[0]
    client = signed_in(world, user, GLOBEX_ORG)
    answer = client.post("/v3/vendors", json={"name": "A", "address": ADDRESS, "billCurrency": "EUR"})
    assert codes(answer) == ["BDC_1119"]


def test_it_allows_two_vendors_of_one_name_unless_switched_otherwise(world, client):
    first, second = make_vendor(client), make_vendor(client)
    assert first["id"] != second["id"]
    strict = token_client(make_world(duplicate_vendors="refuse"))
    make_vendor(strict)
    assert codes(strict.post("/v3/vendors", json={"name": "Acme Bearings", "address": ADDRESS})) == ["BDC_1143"]


def test_it_changes_a_vendor_by_patch_and_has_no_put(client):
    vendor = make_vendor(client)
    changed = good(client.patch(f"/v3/vendors/{vendor['id']}", json={"address": {"line2": "Dock 4"}}))
    assert changed["address"]["line1"] == ADDRESS["line1"]
    assert changed["address"]["line2"] == "Dock 4"
    assert client.put(f"/v3/vendors/{vendor['id']}", json={}).status_code == 405


def test_it_moves_updated_time_strictly_on_every_change(client):
    vendor = make_vendor(client)
    times = [good(client.patch(f"/v3/vendors/{vendor['id']}", json={"phone": n}))["updatedTime"] for n in "123"]
    assert vendor["updatedTime"] < times[0] < times[1] < times[2]


def test_it_answers_404_for_an_unknown_id_and_an_unknown_path(client):
    unknown = client.get("/v3/vendors/00901NOSUCHVENDOR001")
    assert (unknown.status_code, codes(unknown)) == (404, ["BDC_1205"])
    for path in ("/v3/Vendors", "/v3/vendor", "/v4/vendors"):
        answer = client.get(path)
        assert (answer.status_code, codes(answer)) == (404, ["BDC_1121"])


def test_it_archives_and_restores_without_a_hard_delete(client):
    vendor = make_vendor(client)
    path = f"/v3/vendors/{vendor['id']}"
    first, again = good(client.post(f"{path}/archive")), good(client.post(f"{path}/archive"))
    assert (first["archived"], first["updatedTime"]) == (True, again["updatedTime"])
    assert good(client.post(f"{path}/restore"))["archived"] is False
    assert client.delete(path).status_code == 405


def test_it_creates_vendors_in_bulk_under_their_plural(client):
    answer = client.post("/v3/vendors/bulk", json=[{"name": f"V{n}", "address": ADDRESS} for n in range(20)])
    assert [row["name"] for row in good(answer)["vendors"]] == [f"V{n}" for n in range(20)]


def test_it_creates_no_vendor_of_a_bulk_with_a_bad_one(client):
    rows = [{"name": "Good", "address": ADDRESS}, {"name": "x" * 101, "address": ADDRESS}]
    answer = client.post("/v3/vendors/bulk", json=rows)
    assert codes(answer) == ["BDC_1143", "BDC_1246"]
    assert good(client.get("/v3/vendors"))["results"] == []


def test_it_takes_at_most_20_vendors_in_bulk(client):
    answer = client.post("/v3/vendors/bulk", json=[{"name": "V", "address": ADDRESS}] * 21)
    assert answer.status_code == 400


def test_it_keeps_one_bank_account_that_patch_cannot_change(client):
    path = f"/v3/vendors/{make_vendor(client)['id']}"
    assert client.post(f"{path}/bank-account", json=BANK).status_code == 200
    assert codes(client.post(f"{path}/bank-account", json=BANK)) == ["BDC_1143"]
    assert client.patch(path, json={"paymentInformation": {"bankAccount": BANK}}).status_code == 400
    assert client.delete(f"{path}/bank-account").status_code == 204
    assert codes(client.get(f"{path}/bank-account")) == ["BDC_1205"]


def test_it_needs_a_trusted_session_for_automatic_payment(world):
    body = {"name": "A", "address": ADDRESS, "autoPay": {"enabled": True}}
    assert codes(signed_in(world).post("/v3/vendors", json=body)) == ["BDC_1361"]


def test_it_shows_the_balance_owed(world, client):
    vendor = make_vendor(client)
    bill = make_bill(client, vendor["id"], amount=100)
    make_bill(client, vendor["id"], number="2", amount=50)
    advance(world, bill["id"], "paid")
    assert good(client.get(f"/v3/vendors/{vendor['id']}"))["balance"]["amount"] == 50


def test_it_keeps_the_currency_of_a_vendor_that_has_bills(client):
    vendor = make_vendor(client)
    make_bill(client, vendor["id"])
    assert codes(client.patch(f"/v3/vendors/{vendor['id']}", json={"billCurrency": "EUR"})) == ["BDC_1143"]


def test_it_lets_the_network_override_a_vendors_name(world, client):
    vendor = make_vendor(client)
    act(world, "connect_vendor", vendor=vendor["id"], name="ACME BEARINGS INC")
    now = good(client.get(f"/v3/vendors/{vendor['id']}"))
    assert (now["name"], now["networkStatus"]) == ("ACME BEARINGS INC", "CONNECTED")


def test_it_masks_the_tax_id_where_switched_so():
    client = token_client(make_world(mask_tax_id=True))
    assert make_vendor(client, additionalInfo={"taxId": "12-3456789"})["additionalInfo"]["taxId"] == "***6789"

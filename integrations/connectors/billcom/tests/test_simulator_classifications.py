"""Chart of accounts, departments, locations and the other lists, as in 3.4."""

import pytest

from integrations.connectors.billcom.simulator.classifications import ACCOUNT_TYPES, KINDS
from integrations.connectors.billcom.simulator.identities import BARE_ORG, ORGS
from integrations.connectors.billcom.tests.simulator_helpers import codes, good, make_world, signed_in, token_client

BODIES = {
    "chart-of-accounts": {"name": "Tools", "account": {"type": "EXPENSE", "number": "6900"}},
    "departments": {"name": "Tools"},
    "locations": {"name": "Tools"},
    "accounting-classes": {"name": "Tools"},
    "items": {"name": "Tools", "type": "SALES_TAX", "percentage": 3},
    "employees": {"firstName": "James", "lastName": "Milner"},
    "jobs": {"name": "Tools"},
}


@pytest.fixture
def client():
    return token_client(make_world())


@pytest.mark.parametrize("path", KINDS)
def test_it_creates_changes_archives_and_restores_each_kind(client, path):
    root = f"/v3/classifications/{path}"
    made = client.post(root, json=BODIES[path])
    assert made.status_code == 201
    one = f"{root}/{made.json()['id']}"
    assert good(client.patch(one, json={"shortName" if path != "chart-of-accounts" else "description": "T"}))
    assert good(client.post(f"{one}/archive"))["archived"] is True
    assert good(client.post(f"{one}/restore"))["archived"] is False
    assert good(client.get(one))["id"] == made.json()["id"]


@pytest.mark.parametrize("path", KINDS)
def test_it_wraps_bulk_answers_in_the_plural(client, path):
    root, plural = f"/v3/classifications/{path}/bulk", KINDS[path].plural
    made = client.post(root, json=[BODIES[path]] * 2)
    ids = [row["id"] for row in made.json()[plural]]
    assert made.status_code == 201
    assert [row["archived"] for row in good(client.post(f"{root}/archive?ids={','.join(ids)}"))[plural]] == [True, True]
    assert [row["archived"] for row in good(client.post(f"{root}/restore?ids={ids[0]}"))[plural]] == [False]


def test_it_takes_at_most_50_in_bulk(client):
    assert client.post("/v3/classifications/jobs/bulk", json=[{"name": "J"}] * 51).status_code == 400


def test_it_rolls_a_bulk_change_back(client):
    root = "/v3/classifications/departments"
    first = good(client.post(root, json={"name": "A"}))
    rows = [{"id": first["id"], "name": "B"}, {"id": "0de01NOSUCHDEPT00001", "name": "C"}]
    answer = client.patch(f"{root}/bulk", json=rows)
    assert codes(answer) == ["BDC_1205", "BDC_1246"]
    assert good(client.get(f"{root}/{first['id']}"))["name"] == "A"


def test_it_has_a_small_chart_departments_and_locations_from_the_start(client):
    rows = good(client.get("/v3/classifications/chart-of-accounts", params={"max": 100}))["results"]
    assert {row["account"]["type"] for row in rows} <= set(ACCOUNT_TYPES)
    assert {"1090", "2000", "6100"} <= {row["account"]["number"] for row in rows}
    assert good(client.get("/v3/classifications/departments"))["results"]
    assert good(client.get("/v3/classifications/locations"))["results"]


def test_it_has_an_organization_without_any():
    user = next(setup for setup in ORGS if setup.id == BARE_ORG).users[0]
    client = signed_in(make_world(), user, BARE_ORG)
    assert good(client.get("/v3/classifications/chart-of-accounts"))["results"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "BDC_1117"),
        ({"name": "x", "account": {"type": "COST"}}, "BDC_1119"),
        ({"name": "x", "number": "6900"}, "BDC_1119"),
        ({"name": "x", "parentId": "0ca01NOSUCHACCOUNT01"}, "BDC_1143"),
    ],
)
def test_it_refuses_a_bad_account(client, body, code):
    assert codes(client.post("/v3/classifications/chart-of-accounts", json=body)) == [code]


def test_it_has_no_other_kinds(client):
    answer = client.get("/v3/classifications/purchase-orders")
    assert (answer.status_code, codes(answer)) == (404, ["BDC_1121"])


def test_it_filters_by_name_and_archive_but_not_by_account_number(client):
    root = "/v3/classifications/chart-of-accounts"
    found = good(client.get(root, params={"filters": 'name:sw:"Acc",archived:eq:false'}))["results"]
    assert [row["name"] for row in found] == ["Accounts Payable"]
    assert codes(client.get(root, params={"filters": "account.number:eq:2000"})) == ["BDC_1130"]


def test_it_tells_the_organization_its_users_and_banks(client):
    session = good(client.get("/v3/login/session"))
    company = good(client.get(f"/v3/organizations/{session['organizationId']}"))
    assert company["name"] == "Acme Manufacturing"
    assert client.get(f"/v3/organizations/{BARE_ORG}").status_code == 404
    assert good(client.get("/v3/users"))["results"]
    assert good(client.get("/v3/funding-accounts/banks"))["results"][0]["id"].startswith("bac")


def test_it_says_of_a_real_path_it_does_not_play_that_it_does_not(client):
    assert client.get("/v3/payments/options").status_code == 501

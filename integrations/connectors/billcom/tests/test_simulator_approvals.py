"""Approval, as in 6.2 and the checklist's item 9."""

import pytest

from integrations.connectors.billcom.simulator.identities import APPROVER, SECOND_APPROVER
from integrations.connectors.billcom.tests.simulator_helpers import (
    advance,
    bill_body,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    read_bill,
    signed_in,
    token_client,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


def approvers(bill):
    return [(one["userId"], one["status"]) for one in bill.get("approvers", [])]


def act(world, user, bill, action="APPROVE"):
    rows = [{"billId": bill["id"], "action": action, "comment": "seen"}]
    return signed_in(world, user).post("/v3/bill-approvals/actions", json=rows)


def test_it_leaves_bills_out_of_the_flow_unless_asked(client):
    bill = make_bill(client, amount=50_000)
    assert (bill["approvalStatus"], approvers(bill)) == ("UNASSIGNED", [])


def test_it_assigns_no_approver_where_no_policy_matches(client):
    assert make_bill(client, amount=999.99, billApprovals=True)["approvalStatus"] == "UNASSIGNED"


def test_it_assigns_the_approvers_of_the_first_policy_that_matches(client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    assert (bill["approvalStatus"], approvers(bill)) == ("ASSIGNED", [(APPROVER.id, "WAITING")])


def test_it_walks_through_the_approvers_in_their_order(world, client):
    bill = make_bill(client, amount=20_000, billApprovals=True)
    assert codes(act(world, SECOND_APPROVER, bill)) == ["BDC_1145"]
    assert good(act(world, APPROVER, bill)) == {"status": "SUCCESS"}
    half = read_bill(client, bill["id"])
    assert (half["approvalStatus"], approvers(half)[1]) == ("APPROVING", (SECOND_APPROVER.id, "WAITING"))
    good(act(world, SECOND_APPROVER, bill))
    assert read_bill(client, bill["id"])["approvalStatus"] == "APPROVED"


def test_it_denies(world, client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    good(act(world, APPROVER, bill, "DENY"))
    assert read_bill(client, bill["id"])["approvalStatus"] == "DENIED"


def test_it_lists_what_waits_for_the_signed_in_user_only(world, client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    path = "/v3/bill-approvals/pending-user-approvals"
    assert [row["billId"] for row in good(signed_in(world, APPROVER).get(path))["bills"]] == [bill["id"]]
    assert good(signed_in(world, SECOND_APPROVER).get(path)) == {"bills": []}


def test_it_must_be_told_again_on_every_change(client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    path = f"/v3/bills/{bill['id']}"
    assert codes(client.patch(path, json={"description": "x"})) == ["BDC_1117"]
    kept = good(client.patch(path, json={"description": "x", "billApprovals": True}))
    assert approvers(kept) == [(APPROVER.id, "WAITING")]


def test_it_drops_the_approvers_of_a_change_that_does_not_say_it_where_switched_so():
    client = token_client(make_world(approval_unsaid="drop"))
    bill = make_bill(client, amount=1000, billApprovals=True)
    changed = good(client.patch(f"/v3/bills/{bill['id']}", json={"description": "x"}))
    assert (changed["approvalStatus"], approvers(changed)) == ("UNASSIGNED", [])


def test_it_routes_a_bill_anew_when_its_amount_changes(world, client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    good(act(world, APPROVER, bill))
    line = {"id": bill["billLineItems"][0]["id"], "amount": 12_000}
    changed = good(client.patch(f"/v3/bills/{bill['id']}", json={"billApprovals": True, "billLineItems": [line]}))
    assert (changed["approvalStatus"], len(approvers(changed))) == ("ASSIGNED", 2)


def test_it_does_not_move_updated_time_on_approval_unless_switched_so(world, client):
    bill = make_bill(client, amount=1000, billApprovals=True)
    advance(world, bill["id"], "approved")
    assert read_bill(client, bill["id"])["updatedTime"] == bill["updatedTime"]
    control(world).post("/switches/billcom", json={"approval_moves_bill": True})
    advance(world, bill["id"], "approved")
    assert read_bill(client, bill["id"])["updatedTime"] > bill["updatedTime"]


@pytest.mark.parametrize(
    ("key", "code"), [("LOCATION_ID", "locationId"), ("CHART_OF_ACCOUNT_ID", "chartOfAccountId"), ("VENDOR_ID", "")]
)
def test_it_routes_by_the_policies_of_the_organization(world, client, key, code):
    vendor = make_vendor(client)
    paths = {"LOCATION_ID": "locations", "CHART_OF_ACCOUNT_ID": "chart-of-accounts"}
    wanted = good(client.get(f"/v3/classifications/{paths[key]}"))["results"][0]["id"] if key in paths else vendor["id"]
    rule = {"key": key, "op": "eq", "values": [wanted]}
    policy = {"policyName": "P", "rules": [rule], "approvers": [SECOND_APPROVER.id]}
    good(control(world).post("/policies/billcom", json={"policies": [policy]}))
    line = {"amount": 1, "classifications": {code: wanted}} if code else {"amount": 1}
    body = bill_body(vendor["id"], billLineItems=[line], billApprovals=True)
    assert approvers(good(client.post("/v3/bills", json=body))) == [(SECOND_APPROVER.id, "WAITING")]


def test_it_manages_policies(world):
    client = signed_in(world)
    body = {
        "policyName": "All",
        "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1"]}],
        "approvers": [APPROVER.id],
    }
    made = client.post("/v3/bill-approvals/policies", json=body)
    assert (made.status_code, made.json()["approvers"]["users"][0]["fullName"]) == (201, "Cora Controller")
    path = f"/v3/bill-approvals/policies/{made.json()['id']}"
    assert good(client.put(path, json={**body, "policyName": "Every"}))["policyName"] == "Every"
    assert client.delete(path).status_code == 200
    assert codes(client.delete(path)) == ["BDC_1205"]
    assert len(good(client.get("/v3/bill-approvals/policies"))) == 2


def test_it_refuses_approvers_who_are_no_users(world):
    body = {
        "policyName": "All",
        "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1"]}],
        "approvers": ["00601NOBODY000000001"],
    }
    assert codes(signed_in(world).post("/v3/bill-approvals/policies", json=body)) == ["BDC_1143"]

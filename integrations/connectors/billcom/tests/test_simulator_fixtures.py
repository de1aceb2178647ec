"""The simulator answers in the shapes of the documented answers in `fixtures/` (their sources are in SOURCES.md)."""

import json
from pathlib import Path

import pytest

from integrations.connectors.billcom.simulator.identities import BARE_ORG, INACTIVE_KEY, LOCKED_ORG, ORGS, UNSIGNED_KEY
from integrations.connectors.billcom.tests.simulator_helpers import (
    ADDRESS,
    act,
    anonymous,
    bill_body,
    good,
    login_body,
    make_bill,
    make_vendor,
    make_world,
    read_bill,
    signed_in,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"
USERS = {user.username: user for setup in ORGS for user in setup.users}


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


def keys(value, prefix=""):
    """Give the paths of all keys in a JSON value."""
    if isinstance(value, list):
        return {path for row in value for path in keys(row, f"{prefix}[].")}
    if not isinstance(value, dict):
        return set()
    return {prefix + name for name in value} | {p for name, row in value.items() for p in keys(row, f"{prefix}{name}.")}


@pytest.fixture
def client():
    return signed_in(make_world(mfa_required=False))


def test_it_gives_every_attribute_of_the_documented_vendor(client):
    more = {
        "shortName": "ACMEBRG",
        "accountNumber": "C-20017",
        "accountType": "BUSINESS",
        "email": "ar@acmebearings.example",
        "phone": "3035550100",
        "address": {**ADDRESS, "stateOrProvince": "CO"},
        "paymentInformation": {"payeeName": "Acme Bearings Inc"},
        "additionalInfo": {"taxId": "12-3456789", "taxIdType": "EIN", "track1099": True, "combinePayments": True},
    }
    vendor = good(client.post("/v3/vendors", json={"name": "Acme", **more}))
    assert keys(fixture("vendor")) - keys(vendor) == set()


def test_it_takes_the_documented_bill_and_gives_every_attribute_of_it():
    world = make_world()
    client = signed_in(world)
    request = fixture("bill_request")
    account = good(client.get("/v3/classifications/chart-of-accounts"))["results"][0]["id"]
    department = good(client.get("/v3/classifications/departments"))["results"][0]["id"]
    for line in request["billLineItems"]:
        line["classifications"] = {"chartOfAccountId": account, "departmentId": department}
    request |= {"vendorId": make_vendor(client)["id"], "billApprovals": True}
    made = good(client.post("/v3/bills", json=request))
    bill = read_bill(client, made["id"])
    assert keys(fixture("bill")) - keys(bill) == set()
    assert bill["amount"] == fixture("bill")["amount"]


def test_it_gives_every_attribute_of_the_documented_payment():
    world = make_world()
    client = signed_in(world)
    vendor_id = make_vendor(client)["id"]
    bills = [make_bill(client, vendor_id, number=str(number)) for number in range(2)]
    rows = [{"bill": bill["id"]} for bill in bills]
    payment = act(world, "pay", bills=rows, disbursement_type="ACH")
    assert keys(fixture("payment")) - keys(payment) == set()
    act(world, "void", payment=payment["id"], reason="Paid twice", pending=True)
    pending = good(client.get(f"/v3/payments/{payment['id']}"))
    assert keys(fixture("payment_void_pending")) - keys(pending) == set()


def refused(name):
    """Provoke the documented refusal and give its answer."""
    world = make_world(mfa_required=name == "untrusted")
    login = anonymous(world)
    match name:
        case "wrong_password":
            return login.post("/v3/login", json=login_body(password="x"))
        case "wrong_dev_key":
            return login.post("/v3/login", json=login_body(dev_key="x"))
        case "inactive_dev_key":
            return login.post("/v3/login", json=login_body(dev_key=INACTIVE_KEY))
        case "terms_not_accepted":
            return login.post("/v3/login", json=login_body(dev_key=UNSIGNED_KEY))
        case "org_locked":
            return login.post("/v3/login", json=login_body(USERS["svc@initech.example"], LOCKED_ORG))
        case "login_locked":
            return login.post("/v3/login", json=login_body(USERS["barred@acme.example"]))
        case "no_active_user":
            return login.post("/v3/login", json=login_body(USERS["left@acme.example"]))
        case "no_permission":
            return signed_in(world, USERS["clerk@acme.example"]).get("/v3/vendors")
        case "untrusted":
            return signed_in(world).post("/v3/payments", json={})
    return refused_call(world, signed_in(world), name)


def refused_call(world, client, name):
    switches = world.simulators["billcom"].switches
    match name:
        case "session_expired":
            world.advance(36 * 60)
        case "too_many_in_flight":
            switches.in_flight = 0
        case "hourly_quota":
            switches.calls_per_hour = 0
        case "unknown_endpoint":
            return client.get("/v3/Bills")
        case "not_found":
            return client.get("/v3/bills/00n01BILL0000000009")
        case "bad_filter_field":
            return client.get("/v3/bills", params={"filters": "billId:eq:x"})
        case "invoice_number_too_long":
            return client.post("/v3/bills", json=bill_body(make_vendor(client)["id"], "x" * 22))
        case "duplicate_invoice":
            switches.duplicate_invoices = "per_vendor"
            bill = make_bill(client)
            return client.post("/v3/bills", json=bill_body(bill["vendorId"]))
        case "bulk_rolled_back":
            vendor_id = make_vendor(client)["id"]
            return client.post("/v3/bills/bulk", json=[bill_body(vendor_id), bill_body(vendor_id, "x" * 22)])
        case "system":
            switches.fail_after_commit = 1
            return client.post("/v3/vendors", json={"name": "A", "address": ADDRESS})
    return client.get("/v3/bills")


@pytest.mark.parametrize(
    "name",
    [
        "wrong_password",
        "wrong_dev_key",
        "inactive_dev_key",
        "terms_not_accepted",
        "org_locked",
        "login_locked",
        "no_active_user",
        "no_permission",
        "untrusted",
        "session_expired",
        "too_many_in_flight",
        "hourly_quota",
        "unknown_endpoint",
        "not_found",
        "bad_filter_field",
        "invoice_number_too_long",
        "duplicate_invoice",
        "bulk_rolled_back",
        "system",
    ],
)
def test_it_refuses_in_the_documented_shape_with_the_documented_codes(name):
    documented, answer = fixture(f"error_{name}"), refused(name).json()
    assert [entry["code"] for entry in answer] == [entry["code"] for entry in documented]
    assert [set(entry) for entry in answer] == [set(entry) for entry in documented]


def test_it_has_an_organization_for_each_kind_of_setup():
    assert {setup.id for setup in ORGS} >= {BARE_ORG, LOCKED_ORG}

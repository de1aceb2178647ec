"""Log-in, sessions and MFA, as the vendor file tells in 1.2 to 1.4 and 1.6 (statuses of most codes are switches)."""

import pytest

from integrations.connectors.billcom.simulator.identities import (
    DEFAULT_ORG,
    GLOBEX_ORG,
    INACTIVE_KEY,
    LIVE_KEY,
    LIVE_ORG,
    LOCKED_ORG,
    ORGS,
    SECOND_KEY,
    SERVICE,
    STAGE_KEY,
    TOKEN,
    UNSIGNED_KEY,
)
from integrations.connectors.billcom.tests.simulator_helpers import (
    anonymous,
    codes,
    control,
    good,
    login_body,
    make_bill,
    make_world,
    signed_in,
    token_client,
)

USERS = {user.username: user for setup in ORGS for user in setup.users}


@pytest.fixture
def world():
    return make_world()


def log_in(world, body):
    return anonymous(world).post("/v3/login", json=body)


def test_it_answers_a_log_in_with_four_fields_and_no_expiry(world):
    answer = log_in(world, login_body())
    assert set(answer.json()) == {"sessionId", "organizationId", "userId", "trusted"}


@pytest.mark.parametrize(
    ("wrong", "right"), [("userName", "username"), ("orgId", "organizationId"), ("devkey", "devKey")]
)
def test_it_refuses_the_field_names_of_version_2(world, wrong, right):
    body = login_body()
    body[wrong] = body.pop(right)
    answer = log_in(world, body)
    assert (answer.status_code, sorted(codes(answer))) == (400, ["BDC_1108", "BDC_1119"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (login_body(dev_key="01NOSUCHKEY000000001"), "BDC_1102"),
        (login_body(dev_key=LIVE_KEY), "BDC_1102"),
        (login_body(dev_key=INACTIVE_KEY), "BDC_1103"),
        (login_body(dev_key=UNSIGNED_KEY), "BDC_1104"),
        (login_body(password="wrong"), "BDC_1101"),
        (login_body(username="nobody@acme.example"), "BDC_1101"),
        (login_body(org_id=GLOBEX_ORG), "BDC_1101"),
        (login_body(org_id=LIVE_ORG), "BDC_1101"),
        (login_body(USERS["svc@initech.example"], LOCKED_ORG), "BDC_1107"),
        (login_body(USERS["barred@acme.example"]), "BDC_1110"),
        (login_body(USERS["left@acme.example"]), "BDC_1111"),
        (login_body(USERS["broken@acme.example"]), "BDC_1113"),
    ],
)
def test_it_names_what_is_wrong_with_a_log_in_by_its_code(world, body, code):
    assert codes(log_in(world, body)) == [code]


def test_it_keeps_sandbox_and_production_apart(world):
    live = USERS["svc-portal@acme.example"]
    client = signed_in(world, live, LIVE_ORG, LIVE_KEY, host="gateway.prod.bill.com")
    assert good(client.get("/v3/login/session"))["organizationId"] == LIVE_ORG
    assert anonymous(world, host="gateway.prod.bill.com").post("/v3/login", json=login_body()).status_code == 401


def test_it_serves_the_sandbox_gateway_at_a_bare_address(world):
    client = anonymous(world, host="127.0.0.1")
    assert client.post("/v3/login", json=login_body()).status_code == 200


def test_it_is_not_there_at_another_host(world):
    assert anonymous(world, host="gateway.bill.com").post("/v3/login", json=login_body()).status_code == 404


def test_it_refuses_a_call_without_session_or_key(world):
    client = anonymous(world)
    assert codes(client.get("/v3/bills", headers={"sessionId": "x"})) == ["BDC_1102"]
    assert codes(client.get("/v3/bills", headers={"devKey": STAGE_KEY})) == ["BDC_1109"]


def test_it_binds_a_session_to_its_developer_key(world):
    client = signed_in(world)
    answer = client.get("/v3/bills", headers={"devKey": SECOND_KEY})
    assert (answer.status_code, codes(answer)) == (401, ["BDC_1109"])


def test_it_ends_a_session_silently_after_35_minutes_without_calls(world):
    client = signed_in(world)
    for _ in range(3):
        world.advance(34 * 60)
        assert client.get("/v3/login/session").status_code == 200
    world.advance(36 * 60)
    answer = client.get("/v3/login/session")
    assert (answer.status_code, codes(answer)) == (401, ["BDC_1109"])
    assert answer.json()[0]["category"] == "DOWNSTREAM"


def test_it_lets_a_sync_token_idle_for_48_hours(world):
    client = token_client(world)
    world.advance(47 * 3600)
    assert client.get("/v3/login/session").status_code == 200
    world.advance(49 * 3600)
    assert client.get("/v3/login/session").status_code == 401


def test_it_ends_a_session_at_log_out(world):
    client = signed_in(world)
    answer = client.post("/v3/logout")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get("/v3/login/session").status_code == 401


def test_it_keeps_the_first_session_at_a_second_log_in(world):
    first, _ = signed_in(world), signed_in(world)
    assert first.get("/v3/login/session").status_code == 200


def test_it_ends_the_first_session_at_a_second_log_in_where_switched_so():
    world = make_world(second_login_ends_first=True)
    first, _ = signed_in(world), signed_in(world)
    assert first.get("/v3/login/session").status_code == 401


def test_it_locks_a_login_after_wrong_passwords_for_a_while(world):
    for _ in range(5):
        assert codes(log_in(world, login_body(password="wrong"))) == ["BDC_1101"]
    assert codes(log_in(world, login_body())) == ["BDC_1110"]
    world.advance(16 * 60)
    assert log_in(world, login_body()).status_code == 200


def test_it_locks_an_organization_out_with_423(world):
    client = signed_in(world)
    control(world).post("/lock/billcom", json={"locked": True})
    answer = client.get("/v3/bills")
    assert (answer.status_code, codes(answer)) == (423, ["BDC_1107"])


def test_it_refuses_an_operation_that_the_user_has_no_right_to(world):
    clerk = signed_in(world, USERS["clerk@acme.example"])
    bill = make_bill(clerk)
    assert codes(clerk.get(f"/v3/bills/{bill['id']}")) == ["BDC_1145"]


def pay(client):
    bill = make_bill(client)
    body = {
        "vendorId": bill["vendorId"],
        "billId": bill["id"],
        "processDate": "2026-12-01",
        "fundingAccount": {"type": "BANK_ACCOUNT", "id": "bac01BANK0000000001"},
        "amount": 100,
    }
    return client.post("/v3/payments", json=body)


def test_it_refuses_to_create_a_payment_in_an_untrusted_session(world):
    answer = pay(signed_in(world))
    assert (answer.status_code, codes(answer)) == (403, ["BDC_1361"])


def test_it_refuses_a_sync_token_payments_and_mfa(world):
    client = token_client(world)
    assert codes(pay(client)) == ["BDC_1145"]
    assert codes(client.post("/v3/mfa/setup", json={})) == ["BDC_1145"]


def enrolled(world):
    """Set MFA up, pass the challenge, remember the device; gives the client and the rememberMeId."""
    client = signed_in(world)
    setup = good(client.post("/v3/mfa/setup", json={"phone": "3035550100", "type": "TEXT", "primary": True}))
    good(client.post("/v3/mfa/setup/validate", json={**setup, "type": "TEXT", "token": "123456"}))
    opened = good(client.post("/v3/mfa/challenge", json={"useBackup": "false"}))
    body = {**opened, "token": "123456", "device": "portal", "machineName": "m", "rememberMe": True}
    return client, good(client.post("/v3/mfa/challenge/validate", json=body))["rememberMeId"]


def test_it_trusts_a_session_after_the_challenge(world):
    assert pay(enrolled(world)[0]).status_code == 201


def test_it_trusts_a_remembered_device_at_log_in_for_30_days(world):
    _, remember_id = enrolled(world)
    body = login_body(rememberMeId=remember_id, device="portal")
    assert good(log_in(world, body))["trusted"] is True
    assert good(log_in(world, {**body, "device": "other"}))["trusted"] is False
    world.advance(31 * 86_400)
    assert good(log_in(world, body))["trusted"] is False


def test_it_trusts_a_session_by_step_up(world):
    _, remember_id = enrolled(world)
    client = signed_in(world)
    assert good(client.post("/v3/mfa/step-up", json={"rememberMeId": remember_id, "device": "portal"})) == {
        "trusted": True
    }
    assert pay(client).status_code == 201


def test_it_refuses_a_wrong_mfa_code(world):
    client = signed_in(world)
    setup = good(client.post("/v3/mfa/setup", json={}))
    assert codes(client.post("/v3/mfa/setup/validate", json={**setup, "token": "000000"})) == ["BDC_1356"]


def test_it_offers_the_sync_token_as_the_default_credentials(world):
    given = control(world).get("/credentials").json()["billcom"]
    assert given == {
        "base_url": "https://gateway.stage.bill.com/connect",
        "events_url": "https://gateway.stage.bill.com/connect-events",
        "dev_key": STAGE_KEY,
        "organization_id": DEFAULT_ORG,
        "username": TOKEN.username,
        "password": TOKEN.password,
        "others": given["others"],
    }


def test_it_tells_of_every_offered_sign_in_what_is_wrong_with_it(world):
    offered = control(world).get("/credentials").json()["billcom"]["others"]
    assert len({one["wrong"] for one in offered}) >= 8
    for one in offered:
        host = one["base_url"].split("/")[2]
        body = {"username": one["username"], "password": one["password"]}
        body |= {"organizationId": one["organization_id"], "devKey": one["dev_key"]}
        answer = anonymous(world, host=host).post("/v3/login", json=body)
        assert (codes(answer) if answer.status_code != 200 else []) == ([one["wrong"]] if one["wrong"] else [])


def test_it_hides_passwords_in_reprs():
    assert SERVICE.password not in repr(SERVICE)

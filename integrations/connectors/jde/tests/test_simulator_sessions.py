"""Signing in, sessions, devices, nodes: vendor sections 2 and 0.2, checklist items 2 and 3."""

import base64

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    DEVICE,
    ais,
    ask_token,
    browse_body,
    control,
    make_world,
    options,
    run,
    signed_in,
    simulator_of,
)


@pytest.fixture
def world():
    return make_world()


def test_it_gives_a_token_with_the_user_s_formats(world):
    found = ask_token(ais(world), environment="JPD920", role="*ALL").json()
    info = found["userInfo"]
    assert (found["environment"], found["role"], found["userAuthorized"]) == ("JPD920", "*ALL", True)
    assert (info["dateSeperator"], info["simpleDateFormat"], info["decimalFormat"]) == ("/", "MM/dd/yyyy", ".")
    assert {"+", "/", "="} <= set(info["token"])


def test_it_takes_defaults_silently_where_environment_and_role_are_left_out(world):
    found = ask_token(ais(world, "ais-prototype.acme.example")).json()
    assert (found["environment"], found["role"]) == ("JPY920", "*ALL")


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"user": "NOBODY"},
        {"user": "MLLOCKED"},
        {"user": "MLEXPIRED"},
        {"environment": "JDV920"},
        {"role": "SYSADMIN"},
        {"user": "MLTEST", "environment": "JPD920"},
    ],
)
def test_it_refuses_a_sign_in_without_saying_what_was_wrong(world, changes):
    answer = ask_token(ais(world), **changes)
    assert (answer.status_code, answer.json()["exception"]) == (403, "com.oracle.e1.rest.session.E1LoginException")
    assert "https://jas01.internal" in answer.json()["message"]


def test_it_disables_a_user_after_too_many_wrong_passwords(world):
    client = ais(world)
    for _ in range(3):
        ask_token(client, password="wrong")
    assert ask_token(client).status_code == 403
    control(world).post("/unlock/jde")
    assert ask_token(client).status_code == 200


def test_allowed_hosts_refuse_the_token_request_only(world):
    client = ais(world, "ais-hosts.acme.example")
    assert ask_token(client).status_code == 405
    assert client.get("/v2/defaultconfig").status_code == 200


def test_each_login_type_has_its_own_switch(world):
    client = ais(world, "ais-nopassword.acme.example")
    basic = base64.b64encode(b"MLCONN:sandbox-MLCONN").decode()
    headers = {"Authorization": f"Basic {basic}", "jde-AIS-Auth-Environment": "JPD920", "jde-AIS-Auth-Device": DEVICE}
    assert ask_token(client).status_code == 403
    assert client.post("/v2/tokenrequest", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [(b"{", "application/json", 400), (b"{}", "text/plain", 415), (b"{}", "", 415), (b"[]", "application/json", 400)],
)
def test_it_wants_json(world, content, content_type, status):
    headers = {"Content-Type": content_type} if content_type else {}
    assert ais(world).post("/v2/tokenrequest", content=content, headers=headers).status_code == status


def test_a_token_needs_its_device(world):
    client = signed_in(world)
    del client.headers["jde-AIS-Auth-Device"]
    assert client.post("/v2/dataservice", json=browse_body("F0010")).status_code == 444
    assert client.post("/v2/dataservice", json=browse_body("F0010", deviceName=DEVICE)).status_code == 200


def test_a_token_without_a_device_is_bound_to_the_address(world):
    client = signed_in(world, deviceName="")
    del client.headers["jde-AIS-Auth-Device"]
    elsewhere = {"X-Forwarded-For": "10.1.2.3"}
    assert client.get("/discover").status_code == 200
    assert client.get("/discover", headers=elsewhere).status_code == 444


def test_validate_judges_by_status(world):
    client = signed_in(world)
    token = client.headers["jde-AIS-Auth"]
    good = client.post("/v2/tokenrequest/validate", json={"token": token, "deviceName": DEVICE})
    bad = client.post("/v2/tokenrequest/validate", json={"token": "044x", "deviceName": DEVICE})
    assert (good.status_code, good.json()) == (200, {"isValidSession": True})
    assert (bad.status_code, bad.json()["message"]) == (444, "Invalid Token")


def test_only_touch_keeps_a_session_alive(world):
    client = signed_in(world)
    body = {"token": client.headers["jde-AIS-Auth"], "deviceName": DEVICE}
    for touch in (True, False):
        world.advance(20 * 60)
        assert client.post("/v2/tokenrequest/validate", json={**body, "touch": touch}).status_code == 200
    world.advance(11 * 60)
    assert client.post("/v2/tokenrequest/validate", json=body).status_code == 444


def test_a_session_ends_at_its_time_to_live_however_busy(world):
    client = signed_in(world)
    statuses = []
    for _ in range(37):
        world.advance(20 * 60)
        statuses.append(client.get("/discover").status_code)
    assert (statuses.count(200), statuses[-1]) == (36, 444)


def test_logout_ends_the_session(world):
    client = signed_in(world)
    body = {"token": client.headers["jde-AIS-Auth"]}
    assert client.post("/v2/tokenrequest/logout", json={}).status_code == 400
    assert client.post("/v2/tokenrequest/logout", json=body).status_code == 200
    assert client.post("/v2/tokenrequest/logout", json=body).status_code == 444
    assert simulator_of(world).servers["ais.acme.example"].sessions.by_token == {}


def test_a_restart_ends_all_sessions_with_the_documented_codes(world):
    client = signed_in(world)
    assert control(world).post("/restart/jde").json() == {"dropped": 1}
    assert run(client, "MLC_SYS_PING", contractVersion="1").status_code == 444
    assert client.get("/discover").status_code == 444
    assert client.post("/v2/dataservice", json=browse_body("F0010")).status_code == 403
    assert client.get("/v3/open-api-catalog3").status_code == 403


def test_some_answer_444_to_a_dead_token_on_reads_too(world):
    client = signed_in(world)
    options(world, dead_read_status=444)
    control(world).post("/restart/jde")
    assert client.post("/v2/dataservice", json=browse_body("F0010")).status_code == 444


def test_a_session_lives_on_one_node_which_its_cookie_names(world):
    client = signed_in(world, host="ais-cluster.acme.example")
    assert {client.get("/discover").status_code for _ in range(4)} == {200}
    client.cookies.clear()
    assert {client.get("/discover", headers={"Cookie": ""}).status_code for _ in range(4)} == {200, 444}


def test_stateless_balancing_needs_no_cookie(world):
    client = signed_in(world, host="ais-stateless.acme.example")
    client.cookies.clear()
    assert {client.get("/discover", headers={"Cookie": ""}).status_code for _ in range(4)} == {200}


def test_the_orchestrator_s_paths_sign_in_and_out_too(world):
    client = ais(world)
    body = {"username": "MLCONN", "password": "sandbox-MLCONN", "deviceName": DEVICE}
    token = client.post("/v3/orchestrator/jde-login", json=body).json()["userInfo"]["token"]
    headers = {"jde-AIS-Auth": token, "jde-AIS-Auth-Device": DEVICE}
    assert client.get("/v3/orchestrator/jde-validate-session", headers=headers).status_code == 200
    assert client.get("/v3/orchestrator/jde-logout", headers=headers).status_code == 200
    assert client.get("/v3/orchestrator/jde-validate-session", headers=headers).status_code == 444


def test_stateless_calls_leave_no_session(world):
    client = ais(world)
    body = browse_body("F0010", username="MLCONN", password="sandbox-MLCONN")
    assert client.post("/v2/dataservice", json=body).status_code == 200
    assert simulator_of(world).servers["ais.acme.example"].sessions.by_token == {}


@pytest.mark.parametrize("kind", ["session_lost", "token_expired"])
def test_it_loses_sessions_as_the_fault_says(world, kind):
    client = signed_in(world)
    control(world).post("/faults/jde", json={"rules": [{"kind": kind, "times": 1}]})
    assert client.get("/discover").status_code == 444
    client = signed_in(world)
    assert client.get("/discover").status_code == 200


def test_it_records_requests_without_their_secrets(world):
    client = signed_in(world)
    client.get("/v2/dataservice/table/F0010", params={"$token": client.headers["jde-AIS-Auth"]})
    shown = control(world).get("/log/jde").json()
    assert (shown["leaks"], shown["requests"][-1]["query"]) == (1, "$token=***")
    assert shown["requests"][-1]["headers"]["jde-ais-auth"] == "***"


def test_a_reset_forgets_sessions_and_switches(world):
    client = signed_in(world)
    options(world, nodes=2)
    control(world).post("/reset")
    assert client.get("/discover").status_code == 444
    assert simulator_of(world).servers["ais.acme.example"].options.nodes == 1

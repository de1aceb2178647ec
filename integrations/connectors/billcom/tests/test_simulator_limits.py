"""The limits of section 2: calls and log-ins per clock hour of a key, calls in flight per key and organization."""

import pytest

from integrations.connectors.billcom.simulator.identities import GLOBEX_ORG, ORGS, SECOND_KEY
from integrations.connectors.billcom.tests.simulator_helpers import (
    anonymous,
    codes,
    control,
    login_body,
    make_world,
    signed_in,
)
from integrations.sandbox.app import Request

GLOBEX_USER = next(setup for setup in ORGS if setup.id == GLOBEX_ORG).users[0]


def arriving(client):
    headers = {"devkey": client.headers["devKey"], "sessionid": client.headers["sessionId"]}
    return Request.make("GET", "/connect/v3/bills", {"host": "gateway.stage.bill.com", **headers})


def test_it_refuses_the_fourth_call_in_flight_until_one_has_ended():
    world = make_world()
    client = signed_in(world)
    calls = [arriving(client) for _ in range(4)]
    plans = [world.plan("billcom", call) for call in calls]
    assert [plan.refusal is None for plan in plans] == [True, True, True, False]
    assert world.perform("billcom", calls[3], plans[3]).status == 422
    assert b"BDC_1322" in plans[3].refusal.body
    world.perform("billcom", calls[0], plans[0])
    assert world.plan("billcom", calls[3]).refusal is None


def test_it_counts_in_flight_by_key_and_organization():
    world = make_world()
    for _ in range(3):
        world.plan("billcom", arriving(signed_in(world)))
    assert world.plan("billcom", arriving(signed_in(world, GLOBEX_USER, GLOBEX_ORG))).refusal is None
    assert world.plan("billcom", arriving(signed_in(world, dev_key=SECOND_KEY))).refusal is None


def test_it_frees_the_place_of_a_call_whose_session_ended_meanwhile():
    world = make_world()
    client = signed_in(world)
    call = arriving(client)
    plan = world.plan("billcom", call)
    client.post("/v3/logout")
    world.perform("billcom", call, plan)
    again = signed_in(world)
    assert all(world.plan("billcom", arriving(again)).refusal is None for _ in range(3))


def test_it_gives_no_hint_when_to_come_back():
    world = make_world(in_flight=0)
    answer = signed_in(world).get("/v3/bills")
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("status", [422, 429])
def test_it_gives_the_status_that_the_switch_says(status):
    world = make_world(calls_per_hour=1, statuses={"BDC_1144": status})
    answer = signed_in(world).get("/v3/bills")
    assert (answer.status_code, codes(answer)) == (status, ["BDC_1144"])


def test_it_blocks_a_key_until_the_next_clock_hour():
    world = make_world(calls_per_hour=3)
    client = signed_in(world)
    assert [client.get("/v3/login/session").status_code for _ in range(3)] == [200, 200, 422]
    world.advance(59 * 60)
    assert client.get("/v3/login/session").status_code == 422
    world.advance(60)
    assert signed_in(world).get("/v3/login/session").status_code == 200


def test_it_counts_log_ins_of_a_key_good_and_bad():
    world = make_world(lockout_after=1000)
    client = anonymous(world)
    answers = [client.post("/v3/login", json=login_body(password="wrong")) for _ in range(200)]
    assert {answer.status_code for answer in answers} == {401}
    assert codes(client.post("/v3/login", json=login_body())) == ["BDC_1144"]
    assert client.post("/v3/login", json=login_body(dev_key=SECOND_KEY)).status_code == 200


def test_it_shows_what_was_used():
    world = make_world()
    client = signed_in(world)
    client.get("/v3/bills")
    assert control(world).get("/limits/billcom").json()["hour"][client.headers["devKey"]] == {"calls": 2, "logins": 1}

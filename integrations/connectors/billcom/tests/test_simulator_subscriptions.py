"""The management API of webhooks, as in 5.1."""

from uuid import uuid4

import pytest

from integrations.connectors.billcom.simulator.identities import DEFAULT_ORG, GLOBEX_ORG, ORGS, STAGE_KEY
from integrations.connectors.billcom.tests.simulator_helpers import (
    anonymous,
    codes,
    good,
    make_bill,
    make_vendor,
    make_world,
    signed_in,
    token_client,
)
from integrations.sandbox.app import Request

EVENTS = [{"type": "bill.created", "version": "1"}]
URL = "https://portal.example/hooks/bill/8f3a"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def hooks(world):
    return signed_in(world, root="connect-events")


def body(**more):
    return {"name": "portal-prod", "status": {"enabled": True}, "events": EVENTS, "notificationUrl": URL, **more}


def subscribe(hooks, key=None, **more):
    return hooks.post("/v3/subscriptions", json=body(**more), headers={"X-Idempotent-Key": key or str(uuid4())})


def test_it_subscribes_with_200_and_shows_the_key_only_now(hooks):
    answer = subscribe(hooks)
    made = answer.json()
    assert (answer.status_code, made["organizationId"], made["status"]) == (200, DEFAULT_ORG, {"enabled": True})
    assert made["securityKey"]
    assert "securityKey" not in good(hooks.get(f"/v3/subscriptions/{made['id']}"))


@pytest.mark.parametrize("key", ["", "not-a-uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"])
def test_it_wants_an_idempotent_key_that_is_a_uuid_of_version_4(hooks, key):
    answer = hooks.post("/v3/subscriptions", json=body(), headers={"X-Idempotent-Key": key})
    assert (answer.status_code, codes(answer)) == (400, ["BDC_1108"])


def test_it_answers_a_repeated_key_as_before_for_24_hours(world, hooks):
    key = str(uuid4())
    first = subscribe(hooks, key)
    assert subscribe(hooks, key).content == first.content
    assert len(good(hooks.get("/v3/subscriptions"))["results"]) == 1
    world.advance(86_401)
    again = signed_in(world, root="connect-events")
    assert codes(subscribe(again, key)) == ["BDC_1143"]


def test_it_does_not_keep_a_refused_answer_under_its_key(hooks):
    key = str(uuid4())
    assert subscribe(hooks, key, name="").status_code == 400
    assert subscribe(hooks, key).status_code == 200


def test_it_refuses_a_key_with_429_while_the_first_call_is_running(world, hooks):
    headers = {name: hooks.headers[name] for name in ("devKey", "sessionId")}
    lower = {name.lower(): value for name, value in headers.items()} | {"x-idempotent-key": str(uuid4())}
    calls = [
        Request.make("POST", "/connect-events/v3/subscriptions", {"host": "gateway.stage.bill.com", **lower})
        for _ in range(2)
    ]
    first, second = (world.plan("billcom", call) for call in calls)
    assert (first.refusal, second.refusal.status) == (None, 429)
    world.perform("billcom", calls[0], first)
    assert world.plan("billcom", calls[1]).refusal is None


@pytest.mark.parametrize(
    "more",
    [
        {"events": [{"type": "payment.created", "version": "1"}]},
        {"events": [{"type": "bank-account.archived", "version": "1"}]},
        {"events": [{"type": "bill.created", "version": "9"}]},
        {"events": []},
        {"notificationUrl": "http://portal.example/hooks"},
        {"notificationUrl": "portal.example"},
        {"url": URL},
    ],
)
def test_it_refuses_what_is_not_in_the_catalog_and_urls_without_https(hooks, more):
    assert subscribe(hooks, **more).status_code == 400


def test_it_lists_no_payment_created_and_no_bill_paid_in_its_catalog(hooks):
    names = {row["type"] for row in good(hooks.get("/v3/events/catalog"))}
    assert {"bill.updated", "payment.updated", "payment.failed", "vendor.restored"} <= names
    assert not names & {"payment.created", "bill.approved", "bill.paid", "bank-account.archived"}


def test_it_takes_ten_subscriptions_and_none_twice(hooks):
    assert subscribe(hooks).status_code == 200
    assert codes(subscribe(hooks)) == ["BDC_1143"]
    for number in range(9):
        good(subscribe(hooks, notificationUrl=f"{URL}/{number}"))
    assert codes(subscribe(hooks, notificationUrl=f"{URL}/x")) == ["BDC_1143"]
    page = good(hooks.get("/v3/subscriptions", params={"max": 4}))
    assert (len(page["results"]), "prevPage" in page) == (4, False)
    assert len(good(hooks.get("/v3/subscriptions", params={"max": 10, "page": page["nextPage"]}))["results"]) == 6


def test_it_replaces_events_and_patches_the_rest(hooks):
    path = f"/v3/subscriptions/{good(subscribe(hooks))['id']}"
    events = [{"type": "bill.updated", "version": "1"}]
    assert good(hooks.put(path, json={"events": events}))["events"] == events
    patched = good(hooks.patch(path, json={"name": "n", "status": {"enabled": False}}))
    assert (patched["name"], patched["status"], patched["events"]) == ("n", {"enabled": False}, events)
    assert hooks.patch(path, json={"events": EVENTS}).status_code == 400


def test_it_deletes_with_200_and_nothing(hooks):
    path = f"/v3/subscriptions/{good(subscribe(hooks))['id']}"
    answer = hooks.delete(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert codes(hooks.get(path)) == ["BDC_1205"]


@pytest.mark.parametrize("spelling", ["security_key", "security-key"])
def test_it_gives_a_new_key_under_both_spellings(hooks, spelling):
    made = good(subscribe(hooks))
    path = f"/v3/subscriptions/{made['id']}/{spelling}"
    assert hooks.post(path).status_code == 400
    fresh = good(hooks.post(path, headers={"X-Idempotent-Key": str(uuid4())}))
    assert set(fresh) == {"securityKey"}
    assert fresh["securityKey"] != made["securityKey"]


def test_it_tells_missing_credentials_from_wrong_ones(world):
    client = anonymous(world, "connect-events")
    assert client.get("/v3/subscriptions").status_code == 400
    wrong = {"devKey": STAGE_KEY, "sessionId": "sess-x"}
    assert client.get("/v3/subscriptions", headers=wrong).status_code == 401


def test_it_refuses_a_user_without_the_right_with_403(world):
    user = next(one for one in ORGS[0].users if one.username == "nohooks@acme.example")
    answer = signed_in(world, user, root="connect-events").get("/v3/subscriptions")
    assert (answer.status_code, codes(answer)) == (403, ["BDC_1145"])


def test_it_keeps_organizations_apart(world, hooks):
    made = good(subscribe(hooks))
    user = next(setup for setup in ORGS if setup.id == GLOBEX_ORG).users[0]
    other = signed_in(world, user, GLOBEX_ORG, root="connect-events")
    assert codes(other.get(f"/v3/subscriptions/{made['id']}")) == ["BDC_1205"]


def test_it_keeps_a_history_with_the_payload_as_a_string(world, hooks):
    made, client = good(subscribe(hooks)), token_client(world)
    vendor_id = make_vendor(client)["id"]
    first = make_bill(client, vendor_id, number="1")
    world.advance(60)
    make_bill(client, vendor_id, number="2")
    path = f"/v3/events/subscription/{made['id']}"
    rows = good(hooks.get(path))["results"]
    assert [type(row["payload"]) for row in rows] == [str, str]
    since = {"createdTimeFrom": "2026-11-21T12:00:30.000Z"}
    assert good(hooks.get(path, params=since))["results"] == rows[1:]
    assert good(hooks.get(path, params={"entityId": first["id"]}))["results"] == rows[:1]
    page = good(hooks.get(path, params={"max": 1}))
    assert (page["results"], "prevPage" in page) == (rows[:1], False)


def test_it_forgets_history_after_180_days(world, hooks):
    made = good(subscribe(hooks))
    make_bill(token_client(world))
    world.advance(181 * 86_400)
    again = signed_in(world, root="connect-events")
    assert good(again.get(f"/v3/events/subscription/{made['id']}"))["results"] == []


@pytest.mark.parametrize(("kept", "count"), [(True, 1), (False, 0)])
def test_it_keeps_history_while_disabled_as_switched(kept, count):
    world = make_world(history_while_disabled=kept)
    hooks = signed_in(world, root="connect-events")
    made = good(subscribe(hooks, status={"enabled": False}))
    make_bill(token_client(world))
    assert len(good(hooks.get(f"/v3/events/subscription/{made['id']}"))["results"]) == count

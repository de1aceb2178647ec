"""The faults of the checklist's item 12 and of the kit, worded as BILL words them."""

import httpx
import pytest

from integrations.connectors.billcom.tests.simulator_helpers import (
    bill_body,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    signed_in,
    token_client,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


def fault(world, kind, **rule):
    good(control(world).post("/faults/billcom", json={"rules": [{"kind": kind, **rule}]}))


@pytest.mark.parametrize("kind", ["rate_limit", "rate_limit_no_hint"])
def test_it_throttles_with_the_concurrency_code_and_never_a_hint(world, client, kind):
    fault(world, kind)
    answer = client.get("/v3/bills")
    assert (answer.status_code, codes(answer), "retry-after" in answer.headers) == (422, ["BDC_1322"], False)


def test_it_throttles_with_429_on_the_webhook_host(world):
    hooks = signed_in(world, root="connect-events")
    fault(world, "rate_limit")
    assert hooks.get("/v3/subscriptions").status_code == 429


def test_it_breaks_with_a_system_error_or_a_gateway_page(world, client):
    fault(world, "server_error", times=1)
    broken = client.get("/v3/bills")
    assert (broken.status_code, codes(broken)) == (500, ["BDC_1001"])
    fault(world, "gateway_html", times=1)
    page = client.get("/v3/bills")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")


def test_it_loses_the_answer_after_the_commit(world, client):
    vendor_id = make_vendor(client)["id"]
    fault(world, "answer_lost_after_commit", times=1)
    with pytest.raises(httpx.ReadError):
        client.post("/v3/bills", json=bill_body(vendor_id))
    assert len(good(client.get("/v3/bills"))["results"]) == 1


def test_it_answers_500_after_the_commit_where_switched_so(world, client):
    vendor_id = make_vendor(client)["id"]
    control(world).post("/switches/billcom", json={"fail_after_commit": 1})
    answer = client.post("/v3/bills", json=bill_body(vendor_id))
    assert (answer.status_code, codes(answer)) == (500, ["BDC_1001"])
    assert len(good(client.get("/v3/bills"))["results"]) == 1
    assert client.post("/v3/bills", json=bill_body(vendor_id, "2")).status_code == 201


def test_it_does_not_count_signing_in_as_a_write(world, client):
    fault(world, "answer_lost_before_commit")
    assert signed_in(world).get("/v3/bills").status_code == 200
    with pytest.raises(httpx.ReadError):
        client.post("/v3/vendors", json={})


def test_it_loses_a_session_silently(world, client):
    fault(world, "session_lost", times=1)
    for _ in range(2):
        answer = client.get("/v3/bills")
        assert (answer.status_code, codes(answer)) == (401, ["BDC_1109"])


def test_it_says_of_an_expired_session_what_it_also_says_of_an_untrusted_one(world, client):
    fault(world, "token_expired", times=1)
    answer = client.get("/v3/bills")
    assert (answer.status_code, codes(answer)) == (403, ["BDC_1361"])
    assert codes(client.get("/v3/bills")) == ["BDC_1109"]


def test_it_ends_sessions_by_order(world, client):
    assert good(control(world).post("/sessions/billcom", json={})) == {"ended": 1}
    assert codes(client.get("/v3/bills")) == ["BDC_1109"]


def test_it_stores_another_amount_than_was_sent(world, client):
    vendor_id = make_vendor(client)["id"]
    fault(world, "write_altered", path="/bills", times=1)
    assert make_bill(client, vendor_id)["amount"] == 100.01
    assert make_bill(client, vendor_id, number="2")["amount"] == 100


def test_it_stores_a_bill_without_a_field_that_was_sent(world, client):
    vendor_id = make_vendor(client)["id"]
    fault(world, "write_dropped_field", path="/bills", times=2, value="purchaseOrderNumber")
    bill = make_bill(client, vendor_id, purchaseOrderNumber="4711", description="d")
    assert ("purchaseOrderNumber" in bill, bill["description"]) == (False, "d")


def test_it_commits_late(world, client):
    fault(world, "commit_after_timeout", value_s=60, times=1)
    with pytest.raises(httpx.ReadError):
        make_vendor(client)
    assert good(client.get("/v3/vendors"))["results"] == []
    world.advance(61)
    assert len(good(client.get("/v3/vendors"))["results"]) == 1

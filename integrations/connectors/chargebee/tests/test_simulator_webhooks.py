"""Webhooks over real sockets: payload, protection, retries on the sandbox clock, duplicates, disorder, losses."""

import base64
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from integrations.connectors.chargebee.simulator import people
from integrations.connectors.chargebee.simulator.webhooks import RETRIES_S
from integrations.connectors.chargebee.tests.simulator_helpers import make_world, site_of
from integrations.sandbox.server import running

PATIENCE_S = 10


class Receiver:
    """An endpoint that keeps what it was sent and answers as it is told."""

    def __init__(self):
        self.got = queue.Queue()
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.put((dict(self.headers), json.loads(body)))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/secret"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, count=1):
        return [self.got.get(timeout=PATIENCE_S) for _ in range(count)]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def sandbox(receiver):
    world = make_world(customers=3, start=None)
    with running(world) as where:
        client = httpx.Client(base_url=where.control)
        client.post("/webhooks/chargebee", json={"url": receiver.url, "username": "cb", "password": "pw"})
        yield world, client
        client.close()


def settled(client, **wanted):
    """Read the figures until they are as wanted; the receiver already has the deliveries, their count follows."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        figures = client.get("/webhooks/chargebee").json()
        if all(figures[name] == value for name, value in wanted.items()):
            return figures
        pause.wait(0.01)
    raise AssertionError(f"Wanted {wanted}, have {figures}")


def change(world, number=1):
    key = site_of(world).every("customers")[0]["id"]
    for at in range(number):
        people.change_customer(site_of(world), key, company=f"Company {at}")


def test_it_sends_the_bare_event(sandbox, receiver):
    change(sandbox[0])
    [(_, event)] = receiver.take()
    assert (event["object"], event["event_type"], event["webhook_status"]) == ("event", "customer_changed", "scheduled")
    assert "webhooks" not in event


def test_it_protects_the_call_with_basic_authentication(sandbox, receiver):
    change(sandbox[0])
    [(headers, _)] = receiver.take()
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"cb:pw").decode()


def test_it_sends_no_history(sandbox, receiver):
    _, client = sandbox
    client.post("/generate/chargebee", json={"customers": 2, "months": 1})
    change(sandbox[0])
    receiver.take()
    assert receiver.got.empty()


def test_it_notes_the_delivery_under_webhooks_only(sandbox, receiver):
    world, client = sandbox
    change(world)
    [(_, sent)] = receiver.take()
    settled(client, delivered=1)
    event = site_of(world).get("events", sent["id"])
    assert (event["webhook_status"], event["webhooks"][0]["webhook_status"]) == ("not_configured", "succeeded")


def test_it_counts_deliveries_with_their_median(sandbox, receiver):
    world, client = sandbox
    change(world, 5)
    receiver.take(5)
    figures = settled(client, count=5, waiting=0)
    assert figures["statuses"] == {"200": 5}
    assert figures["median_ms"] > 0


def test_it_tries_eight_times_over_three_days(sandbox, receiver):
    world, client = sandbox
    receiver.status = 500
    change(world)
    receiver.take()
    for at, wait_s in enumerate(RETRIES_S, 1):
        settled(client, count=at, waiting=1)
        client.post("/clock", json={"advance_s": wait_s + 1})
        receiver.take()
    assert settled(client, count=8, waiting=0)["failed"] == 1


def test_it_waits_two_minutes_before_the_second_try(sandbox, receiver):
    world, client = sandbox
    receiver.status = 500
    change(world)
    receiver.take()
    settled(client, count=1)
    client.post("/clock", json={"advance_s": 110})
    assert client.get("/webhooks/chargebee").json()["waiting"] == 1
    assert receiver.got.empty()


def test_it_says_on_a_retry_that_it_is_one(sandbox, receiver):
    world, client = sandbox
    receiver.status = 500
    change(world)
    receiver.take()
    settled(client, count=1, waiting=1)
    client.post("/clock", json={"advance_s": 121})
    [(_, event)] = receiver.take()
    assert event["webhooks"][0]["webhook_status"] == "re_scheduled"


def test_it_takes_a_redirect_for_a_failure(sandbox, receiver):
    world, client = sandbox
    receiver.status = 302
    change(world)
    receiver.take()
    assert settled(client, count=1)["delivered"] == 0


def test_it_duplicates(sandbox, receiver):
    world, client = sandbox
    client.post("/faults/chargebee", json={"rules": [{"kind": "webhook_duplicate", "value_s": 0.01}]})
    change(world)
    first, second = receiver.take(2)
    assert first[1]["id"] == second[1]["id"]


def test_it_drops(sandbox, receiver):
    world, client = sandbox
    client.post("/faults/chargebee", json={"rules": [{"kind": "webhook_drop", "times": 2}]})
    change(world, 3)
    [(_, event)] = receiver.take()
    assert event["content"]["customer"]["company"] == "Company 2"
    assert client.get("/webhooks/chargebee").json()["dropped"] == 2


def test_it_reorders(sandbox, receiver):
    world, client = sandbox
    rules = [{"kind": "webhook_reorder", "rate": 0.5, "value_s": 0.5}]
    client.post("/faults/chargebee", json={"seed": 5, "rules": rules})
    change(world, 20)
    names = [event["content"]["customer"]["company"] for _, event in receiver.take(20)]
    assert sorted(names) == sorted(f"Company {at}" for at in range(20))
    assert names != [f"Company {at}" for at in range(20)]


def test_it_sends_a_sample_with_ids_that_exist_nowhere(sandbox, receiver):
    world, client = sandbox
    client.post("/webhook_test/chargebee", json={})
    [(_, event)] = receiver.take()
    assert event["content"]["customer"]["id"].startswith("cbdemo_")
    assert not site_of(world).has("events", event["id"])


def test_it_has_five_endpoints_at_most(sandbox):
    _, client = sandbox
    answers = [client.post("/webhooks/chargebee", json={"url": f"http://127.0.0.1:9/{at}"}) for at in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 400]


def test_it_refuses_an_endpoint_without_a_scheme(sandbox):
    _, client = sandbox
    assert client.post("/webhooks/chargebee", json={"url": "127.0.0.1"}).status_code == 400


def test_it_forgets_endpoints_on_request(sandbox, receiver):
    world, client = sandbox
    client.delete("/webhooks/chargebee")
    change(world)
    assert client.get("/webhooks/chargebee").json()["waiting"] == 0


def test_it_delivers_hundreds_duplicated_and_shuffled(sandbox, receiver):
    _, client = sandbox
    rules = [{"kind": "webhook_duplicate", "rate": 0.25, "value_s": 0.3}, {"kind": "webhook_reorder", "value_s": 0.5}]
    client.post("/faults/chargebee", json={"seed": 2, "rules": rules})
    client.post("/generate/chargebee", json={"activity": 400, "objects": 80})
    doubled = client.get("/webhooks/chargebee").json()["duplicated"]
    got = [event["id"] for _, event in receiver.take(400 + doubled)]
    assert (len(set(got)), doubled > 50) == (400, True)

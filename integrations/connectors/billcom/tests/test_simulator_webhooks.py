"""Webhooks over real sockets, as in 5.2 to 5.5: payloads, signature, retries on the sandbox clock, disabling."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import httpx
import pytest

from integrations.connectors.billcom.simulator.webhooks import RETRIES_S
from integrations.connectors.billcom.tests.simulator_helpers import (
    advance,
    bill_body,
    good,
    make_bill,
    make_vendor,
    make_world,
    org_of,
    signed_in,
    token_client,
)
from integrations.sandbox.server import running

PATIENCE_S = 10
ALL = ("vendor.created", "bill.created", "bill.updated", "bill.archived", "payment.updated", "payment.failed")


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
                outer.got.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/bill"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, count=1):
        return [self.got.get(timeout=PATIENCE_S) for _ in range(count)]

    def events(self, count=1):
        return [json.loads(body) for _, body in self.take(count)]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Sandbox:
    """A running sandbox with one subscription to the receiver."""

    def __init__(self, world, where, url):
        self.world = world
        self.client = token_client(world)
        self.hooks = signed_in(world, root="connect-events")
        self.control = httpx.Client(base_url=where.control)
        body = {
            "name": "portal",
            "events": [{"type": name, "version": "1"} for name in ALL],
            "notificationUrl": url,
        }
        key = {"X-Idempotent-Key": str(uuid4())}
        self.made = good(self.hooks.post("/v3/subscriptions", json=body, headers=key))

    @property
    def path(self):
        return f"/v3/subscriptions/{self.made['id']}"

    def switch(self, **switches):
        good(self.control.post("/switches/billcom", json=switches))

    def fault(self, kind, **rule):
        good(self.control.post("/faults/billcom", json={"rules": [{"kind": kind, **rule}]}))

    def settled(self, **wanted):
        """Read the figures until they are as wanted; the receiver already has the deliveries, their count follows."""
        pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            figures = self.control.get("/webhooks/billcom").json()
            if all(figures[name] == value for name, value in wanted.items()):
                return figures
            pause.wait(0.01)
        raise AssertionError(f"Wanted {wanted}, have {figures}")


@pytest.fixture
def sandbox(receiver):
    world = make_world()
    with running(world) as where:
        made = Sandbox(world, where, receiver.url)
        yield made
        made.control.close()


def signature(key, body):
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def test_it_signs_the_raw_minified_body(sandbox, receiver):
    make_vendor(sandbox.client, "Müller & Söhne")
    [(headers, body)] = receiver.take()
    assert headers["x-bill-sha-signature"] == signature(sandbox.made["securityKey"], body)
    assert b": " not in body


def test_it_wraps_a_bill_in_metadata_without_lines(sandbox, receiver):
    vendor_id = make_vendor(sandbox.client)["id"]
    bill = make_bill(sandbox.client, vendor_id, purchaseOrderNumber="4711-OP-00100")
    event = next(one for one in receiver.events(2) if "bill" in one)
    assert set(event["metadata"]) == {"eventId", "subscriptionId", "organizationId", "eventType", "version"}
    assert event["metadata"]["eventType"] == "bill.created"
    assert event["bill"]["invoice"]["invoiceDate"] == "2026-11-20T00:00:00.000Z"
    assert (event["bill"]["id"], event["bill"]["purchaseOrderNumber"]) == (bill["id"], "4711-OP-00100")
    assert "billLineItems" not in event["bill"]


def test_it_tells_a_payments_fine_status_and_only_the_ids_of_its_bills(sandbox, receiver):
    bill = make_bill(sandbox.client)
    receiver.take(2)
    payment = advance(sandbox.world, bill["id"], "paid", status="PROCESSED", disbursement_type="ACH")
    events = {event["payment"]["status"]: event["payment"] for event in receiver.events(4)}
    assert set(events) == {"SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "PROCESSED"}
    assert {event["id"] for event in events.values()} == {payment["id"]}
    assert (events["PROCESSED"]["billIds"], "billPayments" in events["PROCESSED"]) == ([bill["id"]], False)
    assert set(events["SCHEDULED"]["disbursement"]) == {"arrivesByDate", "disbursementAccount"}
    assert events["PROCESSED"]["disbursement"]["amount"] == 100


def test_it_tells_of_a_refused_payment_without_an_id_and_with_errors_beside(sandbox, receiver):
    sandbox.switch(mfa_required=False)
    client = signed_in(sandbox.world)
    bill = make_bill(client)
    receiver.take(2)
    funding = {"type": "BANK_ACCOUNT", "id": "bac01BANK0000000001"}
    body = {"vendorId": bill["vendorId"], "billId": bill["id"], "amount": 999, "fundingAccount": funding}
    assert client.post("/v3/payments", json={**body, "processDate": "2030-01-02"}).status_code == 422
    [event] = receiver.events()
    assert event["metadata"]["eventType"] == "payment.failed"
    assert ("id" in event["payment"], event["payment"]["bills"]) == (False, [{"id": bill["id"], "amount": 999}])
    assert event["errors"][0]["code"] == "BDC_1159"


def test_it_says_nothing_of_approval_and_payment_on_the_bill_unless_switched_so(sandbox, receiver):
    bill = make_bill(sandbox.client)
    receiver.take(2)
    advance(sandbox.world, bill["id"], "approved")
    sandbox.switch(approval_moves_bill=True)
    advance(sandbox.world, bill["id"], "approved")
    [event] = receiver.events()
    assert event["metadata"]["eventType"] == "bill.updated"
    sandbox.settled(delivered=3, waiting=0)


def test_it_retries_after_2_4_8_and_16_seconds_and_then_disables(sandbox, receiver):
    receiver.status = 503
    make_vendor(sandbox.client)
    receiver.take()
    for tries, wait_s in enumerate(RETRIES_S, 1):
        sandbox.settled(tried=tries, waiting=1)
        sandbox.world.advance(wait_s - 0.1)
        assert receiver.got.empty()
        sandbox.world.advance(0.1)
        receiver.take()
    sandbox.settled(failed=1, waiting=0, disabled=1)
    assert RETRIES_S == (2, 4, 8, 16)
    assert good(sandbox.hooks.get(sandbox.path))["status"] == {"enabled": False}


@pytest.mark.parametrize("status", [201, 202, 204, 302])
def test_it_takes_nothing_but_200_for_success(sandbox, receiver, status):
    receiver.status = status
    make_vendor(sandbox.client)
    receiver.take()
    assert sandbox.settled(tried=1, waiting=1)["delivered"] == 0


def test_it_delivers_again_once_enabled_and_resends_from_history(sandbox, receiver):
    good(sandbox.hooks.patch(sandbox.path, json={"status": {"enabled": False}}))
    make_vendor(sandbox.client, "Missed")
    good(sandbox.hooks.patch(sandbox.path, json={"status": {"enabled": True}}))
    make_vendor(sandbox.client, "Seen")
    [seen] = receiver.events()
    history = good(sandbox.hooks.get(f"/v3/events/subscription/{sandbox.made['id']}"))["results"]
    resend = f"/v3/events/subscription/{sandbox.made['id']}/event/{history[0]['id']}"
    assert sandbox.hooks.post(resend).status_code == 200
    [missed] = receiver.events()
    assert [seen["vendor"]["name"], missed["vendor"]["name"]] == ["Seen", "Missed"]


def test_it_sends_a_test_event_whose_ids_exist_nowhere(sandbox, receiver):
    body = {"eventType": "bill.created", "version": "1", "bill": {"id": "test-bill-id"}}
    sent = good(sandbox.hooks.post(f"{sandbox.path}/test", json=body))
    [event] = receiver.events()
    assert (event["bill"]["id"], event["metadata"]["eventId"]) == ("test-bill-id", sent["id"])
    assert sandbox.hooks.post(f"{sandbox.path}/test").status_code == 200
    assert receiver.events()[0]["metadata"]["eventType"] == ALL[0]


def test_it_encodes_the_body_twice_where_switched_so(sandbox, receiver):
    sandbox.switch(double_encoded_webhooks=True)
    make_vendor(sandbox.client)
    [(headers, body)] = receiver.take()
    assert json.loads(json.loads(body))["vendor"]["name"] == "Acme Bearings"
    assert headers["x-bill-sha-signature"] == signature(sandbox.made["securityKey"], body)


def test_it_signs_wrongly_where_switched_so(sandbox, receiver):
    sandbox.switch(bad_signatures=1)
    make_vendor(sandbox.client)
    make_vendor(sandbox.client)
    right = [
        headers["x-bill-sha-signature"] == signature(sandbox.made["securityKey"], body)
        for headers, body in receiver.take(2)
    ]
    assert sorted(right) == [False, True]


@pytest.mark.parametrize(("old_for_s", "is_old"), [(0, False), (600, True)])
def test_it_signs_with_a_rotated_key(sandbox, receiver, old_for_s, is_old):
    sandbox.switch(signs_with_old_key_s=old_for_s)
    key = {"X-Idempotent-Key": str(uuid4())}
    fresh = good(sandbox.hooks.post(f"{sandbox.path}/security_key", headers=key))["securityKey"]
    make_vendor(sandbox.client)
    [(headers, body)] = receiver.take()
    wanted = sandbox.made["securityKey"] if is_old else fresh
    assert headers["x-bill-sha-signature"] == signature(wanted, body)


def test_it_sends_an_event_twice_under_the_fault(sandbox, receiver):
    sandbox.fault("webhook_duplicate", times=1, value_s=60)
    make_vendor(sandbox.client)
    sandbox.world.advance(60)
    first, second = receiver.events(2)
    assert first["metadata"]["eventId"] == second["metadata"]["eventId"]


def test_it_sends_a_later_event_first_under_the_fault(sandbox, receiver):
    sandbox.fault("webhook_reorder", times=1, value_s=1_000_000)
    make_vendor(sandbox.client, "First")
    make_vendor(sandbox.client, "Second")
    sandbox.settled(tried=1)
    assert receiver.events()[0]["vendor"]["name"] == "Second"
    sandbox.world.advance(1_000_000)
    assert receiver.events()[0]["vendor"]["name"] == "First"


def test_it_loses_an_event_under_the_fault(sandbox, receiver):
    sandbox.fault("webhook_drop", times=1)
    make_vendor(sandbox.client, "Lost")
    make_vendor(sandbox.client, "Seen")
    assert receiver.events()[0]["vendor"]["name"] == "Seen"
    sandbox.settled(dropped=1, delivered=1, waiting=0)


def test_it_sends_nothing_for_a_bulk_that_was_rolled_back(sandbox, receiver):
    vendor_id = make_vendor(sandbox.client)["id"]
    rows = [bill_body(vendor_id, "1"), bill_body(vendor_id, "X" * 22)]
    assert sandbox.client.post("/v3/bills/bulk", json=rows).status_code == 400
    receiver.take()
    sandbox.settled(delivered=1, waiting=0)
    assert org_of(sandbox.world).books.documents == {}

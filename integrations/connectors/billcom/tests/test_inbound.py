"""Webhooks: genuine only with BILL's signature over the raw bytes, read in both documented shapes."""

import base64
import hashlib
import hmac
import json

import pytest

from integrations.connectors.billcom.inbound import SIGNATURE, events_of, hint, parts_of, verify
from integrations.connectors.billcom.tests.client_kit import START
from integrations.contracts import InboundRequest
from integrations.errors import ContractError

KEY = "sandbox-signing-key"
SECRETS = {"webhook_security_key": KEY, "webhook_previous_key": "older-key"}
BODY = {
    "metadata": {
        "eventId": "5b1e0000-0000-4000-8000-000000000001",
        "subscriptionId": "77aa",
        "organizationId": "00801ACMEORG00000001",
        "eventType": "bill.updated",
        "version": "1",
    },
    "bill": {"id": "00n01BILL0000000001", "updatedTime": "2026-04-02T08:00:00.000+00:00"},
}


def call(body: object = BODY, key: str = KEY, **headers: str) -> InboundRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    sent = base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest()).decode()
    return InboundRequest(headers={SIGNATURE: sent, **headers}, body=raw)


@pytest.mark.parametrize("key", [KEY, "older-key"])
def test_it_takes_a_call_signed_with_the_present_key_or_the_one_before(key):
    assert verify(call(key=key), SECRETS)


def test_it_refuses_a_body_that_was_written_anew():
    spaced = InboundRequest(headers=call().headers, body=json.dumps(BODY, indent=1).encode())
    assert not verify(spaced, SECRETS)


@pytest.mark.parametrize("header", ["", "x", "é", "=" * 44])
def test_it_refuses_a_wrong_signature(header):
    assert not verify(InboundRequest(headers={SIGNATURE: header}, body=call().body), SECRETS)


@pytest.mark.parametrize("secrets", [{}, {"webhook_security_key": ""}])
def test_it_is_never_genuine_without_a_stored_key(secrets):
    assert not verify(call(key=""), secrets)


@pytest.mark.parametrize("body", [BODY, json.dumps(BODY)])
def test_it_reads_an_object_and_an_object_written_as_a_string(body):
    found = hint(call(body))
    assert found.event_type == "bill.updated"
    assert parts_of(found.event_id) == ("bills", "00n01BILL0000000001", 1775116800000)


def test_a_failed_payment_request_touches_nothing():
    metadata = {**BODY["metadata"], "eventType": "payment.failed"}
    found = hint(call({"metadata": metadata, "payment": {"bills": [{"id": "00n1"}]}, "errors": []}))
    (event,) = events_of([found.event_id], {}, START)
    assert event.changed == ()


def test_an_event_whose_object_is_unknown_is_not_confirmed():
    assert events_of([hint(call()).event_id], {"bills": frozenset()}, START) == ()


def test_an_event_id_fits_the_inbox():
    body = {**BODY, "metadata": {**BODY["metadata"], "eventId": "e" * 500}}
    assert len(hint(call(body)).event_id) <= 120


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b'{"metadata":{}}', b'{"metadata":{"eventId":1}}', b"\xff"])
def test_it_refuses_what_is_no_event(body):
    with pytest.raises(ContractError):
        hint(call(body))

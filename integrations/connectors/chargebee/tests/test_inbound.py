"""Who may call the webhook address, and what is read of a call."""

import base64

import pytest

from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.contracts import InboundRequest
from integrations.errors import ContractError

SECRETS = {"webhook_username": "portal", "webhook_password": "pässword:with:colons"}


def call(user="portal", password="pässword:with:colons", body=b"{}", scheme="Basic"):
    packed = base64.b64encode(f"{user}:{password}".encode()).decode()
    return InboundRequest(headers={"authorization": f"{scheme} {packed}"}, body=body)


def test_it_accepts_the_right_name_and_password():
    assert CONNECTOR.inbound.verify(call(), SECRETS)


@pytest.mark.parametrize(
    "request_",
    [
        call(user="other"),
        call(password="wrong"),
        call(password=""),
        call(scheme="Bearer"),
        InboundRequest(headers={}, body=b"{}"),
        InboundRequest(headers={"authorization": "Basic"}, body=b"{}"),
        InboundRequest(headers={"authorization": "Basic %%%"}, body=b"{}"),
        InboundRequest(headers={"authorization": "Basic cG9ydGFs"}, body=b"{}"),
        InboundRequest(headers={"authorization": "Basic é"}, body=b"{}"),
    ],
)
def test_it_refuses_everybody_else(request_):
    assert not CONNECTOR.inbound.verify(request_, SECRETS)


@pytest.mark.parametrize("secrets", [{}, {"webhook_username": "", "webhook_password": ""}])
def test_it_accepts_nobody_while_no_secret_is_stored(secrets):
    assert not CONNECTOR.inbound.verify(call(user="", password=""), secrets)


def test_it_reads_the_events_id_and_type():
    body = b'{"id":"ev_1","event_type":"invoice_updated","content":{}}'
    hint = CONNECTOR.inbound.hint(call(body=body))
    assert (hint.event_id, hint.event_type) == ("ev_1", "invoice_updated")


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"id":"ev_1"}', b'{"id":7,"event_type":"x"}', b"\xff\xfe"])
def test_it_refuses_a_body_that_is_no_event(body):
    with pytest.raises(ContractError) as caught:
        CONNECTOR.inbound.hint(call(body=body))
    assert caught.value.code == "chargebee_unreadable_webhook"


def test_it_names_the_secrets_that_the_portal_makes():
    assert set(CONNECTOR.inbound.secret_names) == set(SECRETS)

"""Push notifications: known by their header, read as hints, confirmed by reading what changed."""

import json

import pytest

from integrations.connectors.acumatica.inbound import INBOUND, hint, parts_of, stream_of, verify
from integrations.connectors.acumatica.tests.client_kit import Bench, book
from integrations.contracts import InboundRequest
from integrations.errors import ContractError

SECRETS = {"push_secret": "sandbox-new", "push_previous_secret": "sandbox-old"}
BODY = {
    "Inserted": [{"CustomerID": "C1"}],
    "Deleted": [],
    "Query": "MLC-Customers",
    "CompanyId": "ACME",
    "Id": "3f0c0000-0000-0000-0000-000000000000",
    "TimeStamp": 639_000_000_000_000_000,
    "AdditionalInfo": {},
}


def call(body: object = BODY, **headers: str) -> InboundRequest:
    return InboundRequest(headers=headers, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("sent", "good"), [("sandbox-new", True), ("sandbox-old", True), ("other", False), ("", False)]
)
def test_it_knows_a_notification_by_its_header(sent, good):
    assert verify(call(**{"x-ml-connector-secret": sent}), SECRETS) is good


def test_it_trusts_nobody_without_a_secret():
    assert verify(call(**{"x-ml-connector-secret": ""}), {}) is False
    assert verify(call(), {"push_secret": ""}) is False


def test_it_reads_id_stream_and_time():
    found = hint(call())
    assert found.event_id == "3f0c0000-0000-0000-0000-000000000000|customers|639000000000000000"
    assert found.event_type == "MLC-Customers"
    assert len(found.event_id) <= 120


def test_it_knows_a_resent_notification_again():
    assert hint(call()).event_id == hint(call({**BODY, "Inserted": []})).event_id


@pytest.mark.parametrize("body", [[], {}, {"Id": "x"}, {"Id": "", "Query": "x"}, {"Id": 5, "Query": "x"}])
def test_it_refuses_what_is_no_notification(body):
    with pytest.raises(ContractError) as caught:
        hint(call(body))
    assert caught.value.code == "acumatica_unreadable_push"


@pytest.mark.parametrize(
    ("query", "stream"),
    [("MLC-Invoices", "invoices"), ("MLC-Memos", "credit_memos"), ("MLC-Journals", "journals"), ("Other", "")],
)
def test_it_knows_the_stream_by_the_inquiry(query, stream):
    assert stream_of(query) == stream


def test_it_reads_again_what_changed(bench: Bench):
    session = bench.session()
    customer = book(session, bench.customer())
    events = session.confirm(["a|customers|1", "b|nothing|1", "garbage"])
    assert {event.id: [one.key for one in event.changed] for event in events} == {
        "a|customers|1": [customer],
        "b|nothing|1": [],
        "garbage": [],
    }


def test_it_never_looks_back_for_ever(bench: Bench):
    now = bench.world.clock.now()
    _, moment = parts_of("a|customers|1", now)
    assert (now - moment).days == 2


def test_it_tells_how_to_set_it_up():
    assert "SM302000" in INBOUND.guide
    assert "x-ml-connector-secret" in INBOUND.guide

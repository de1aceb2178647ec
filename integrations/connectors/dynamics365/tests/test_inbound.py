"""Business events: flat stubs, Dataverse's wrapping, duplicates, and what is read again."""

import json

import pytest

from integrations.connectors.dynamics365.inbound import HEADER, SECRET, hint, subject_of, verify
from integrations.connectors.dynamics365.tests.kit import canned, rows_of
from integrations.contracts import InboundRequest
from integrations.errors import ContractError

# The form is that of downloaded schemas and samples in public repositories; the values are ours.
STUB = {
    "BusinessEventId": "CustFreeTextInvoicePostedBusinessEvent",
    "BusinessEventLegalEntity": "USMF",
    "ContextRecordSubject": "",
    "ControlNumber": 5637200417,
    "EventId": "7B1E90D2-5A3C-4F10-9C64-2D8AE1F0B955",
    "EventTime": "/Date(1741942800000)/",
    "EventTimeIso8601": "2025-03-14T09:00:00.1234567Z",
    "InitiatingUserAADObjectId": "{0F6C2B71-88AD-4E55-A1B0-6C90D3E7F412}",
    "MajorVersion": 0,
    "MinorVersion": 0,
    "ParentContextRecordSubjects": None,
    "InvoiceAccount": "CB10042",
    "InvoiceId": "FTI-00000123",
    "InvoiceDate": "/Date(1741910400000)/",
    "InvoiceAmountInAccountingCurrency": 129.95,
    "LegalEntity": "USMF",
}
ROW = {"dataAreaId": "usmf", "SysRecId": 5637144001, "Invoice": "FTI-00000123", "AccountNum": "CB10042"}


def call(body: object, query: dict | None = None, **headers: str) -> InboundRequest:
    return InboundRequest(headers=headers, body=json.dumps(body).encode(), query=query or {})


@pytest.mark.parametrize(
    ("request_", "is_genuine"),
    [
        (call(STUB, {"code": "s3cret"}), True),
        (call(STUB, None, **{HEADER: "s3cret"}), True),
        (call(STUB, {"code": "s3cre"}), False),
        (call(STUB), False),
    ],
)
def test_it_wants_the_secret_of_the_address(request_: InboundRequest, is_genuine: bool):
    assert verify(request_, {SECRET: "s3cret"}) is is_genuine


def test_it_trusts_nobody_without_a_stored_secret():
    assert verify(call(STUB, {"code": ""}), {}) is False


def test_it_reads_event_business_key_and_order():
    found = hint(call(STUB))
    assert found.event_type == "CustFreeTextInvoicePostedBusinessEvent"
    assert subject_of(found.event_id) == ("invoice", "usmf", "FTI-00000123", 5637200417)


def test_it_knows_a_duplicate_by_its_event_id():
    assert hint(call(STUB)) == hint(call({**STUB, "InitiatingUserAADObjectId": "{other}"}))
    assert hint(call(STUB)) != hint(call({**STUB, "EventId": "another"}))


@pytest.mark.parametrize(
    "wrapped",
    [
        {"InputParameters": [{"key": "payload", "value": json.dumps(STUB)}], "MessageName": "x"},
        {"InputParameters": [{"key": name, "value": value} for name, value in STUB.items()]},
        {"Context": {"Inner": {"Stub": STUB}}},
    ],
    ids=["text", "pairs", "nested"],
)
def test_it_finds_the_stub_inside_dataverses_context(wrapped: dict):
    assert hint(call(wrapped)) == hint(call(STUB))


@pytest.mark.parametrize("body", [[], {}, {"EventId": "x"}, {"EventId": 1, "BusinessEventId": 2}])
def test_it_refuses_what_is_no_event(body: object):
    with pytest.raises(ContractError) as caught:
        hint(call(body))
    assert caught.value.code == "d365_unreadable_event"


def test_it_keeps_the_id_within_the_inboxs_room():
    assert len(hint(call({**STUB, "EventId": "e" * 500, "InvoiceId": "I" * 500})).event_id) <= 120


def test_it_reads_the_record_again_and_orders_by_control_number():
    with canned(lambda request: rows_of([ROW]) if "CustTransactions" in request.path else None) as (bench, system):
        event_id = hint(call(STUB)).event_id
        (event,) = bench.session().confirm([event_id])
    (changed,) = event.changed
    assert (changed.stream, changed.key, changed.order) == ("customer_transactions", "5637144001", 5637200417)
    assert "FTI-00000123" in dict(system.asked("CustTransactions")[0].query)["$filter"]


def test_it_does_not_confirm_what_is_not_there():
    with canned(lambda request: None) as (bench, _):
        assert bench.session().confirm([hint(call(STUB)).event_id]) == ()


def test_it_confirms_another_companys_event_without_any_change():
    with canned(lambda request: None) as (bench, _):
        other = hint(call({**STUB, "BusinessEventLegalEntity": "DEMF", "LegalEntity": "DEMF"}))
        (event,) = bench.session().confirm([other.event_id])
    assert event.changed == ()

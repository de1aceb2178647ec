"""Payments read from the sandbox BILL as they go through their life, and the webhooks that tell of it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest

from integrations.connectors.billcom.inbound import SIGNATURE, hint, signature, verify
from integrations.connectors.billcom.records import Payment
from integrations.connectors.billcom.tests.client_kit import Bench, pages_of, sandbox
from integrations.contracts import InboundRequest, Window


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as opened:
        yield opened


def bill(bench: Bench, session) -> str:
    vendor_id = session.sink("vendors").book(bench.vendor()).external_id
    return session.sink("bills").book(bench.bill(vendor_id, "INV-1", "100.00", "25.50")).external_id


def payments_of(bench: Bench, session, bill_id: str) -> list[Payment]:
    records, _ = pages_of(session.stream("payments"), Window(start=None, end=bench.world.clock.now()))
    return [one.body for one in records if any(part.bill_id == bill_id for part in one.body.bill_payments)]


def advance(bench: Bench, bill_id: str, *states: str) -> None:
    for state in states:
        bench.simulator.controls()["POST advance"]({"bill": bill_id, "to": state})


def test_a_paid_bill_gives_a_payment_with_its_allocation(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid")
    (payment,) = payments_of(bench, session, bill_id)
    assert [(part.bill_id, part.amount) for part in payment.bill_payments] == [(bill_id, Decimal("125.50"))]
    assert payment.amount == Decimal("125.50")
    assert payment.single_status


def test_a_voided_payment_says_so_and_its_bill_is_open_again(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid", "voided")
    (payment,) = payments_of(bench, session, bill_id)
    ((record,), _) = session.stream("bills").read([bill_id])
    assert payment.single_status == "VOIDED"
    assert record.body.open_amount == Decimal("125.50")


def test_a_bounced_payment_comes_again_in_the_window_of_its_change(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid")
    bench.world.advance(7 * 86_400)
    start = bench.world.clock.now()
    advance(bench, bill_id, "bounced")
    records, _ = pages_of(session.stream("payments"), Window(start=start, end=bench.world.clock.now()))
    assert "FAILED" in records[0].body.single_status


@pytest.mark.parametrize("is_string", [False, True])
def test_what_bill_sends_is_genuine_and_leads_back_to_the_payment(bench, is_string):
    session = bench.session()
    made = session.subscribe("portal", "https://portal.example/hooks/bill/8f3a", str(uuid4()))
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid")
    sent = next(one for one in bench.simulator.webhooks.history[made.id] if one.type == "payment.updated")
    raw = (json.dumps(sent.body) if is_string else sent.body).encode()
    key = made.security_key
    call = InboundRequest(headers={SIGNATURE: signature(raw, key).decode()}, body=raw)
    assert verify(call, {"webhook_security_key": key})
    (event,) = session.confirm([hint(call).event_id])
    (payment,) = payments_of(bench, session, bill_id)
    shown = [("payments", payment.id), ("settlements", payment.id)]
    assert [(one.stream, one.key) for one in event.changed] == shown

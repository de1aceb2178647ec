"""Parts of a payment that others keyed: none is booked beside them unasked, and none of theirs is taken for ours."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.acumatica.records import apply_to, payload
from integrations.contracts import Application, Draft, Facts
from integrations.engine import decisions
from integrations.engine.sessions import open_session
from integrations.engine.tests.harness import ACTOR, sandbox
from integrations.models import Companion, Link, SyncRecord
from integrations.pairs.chargebee_to_acumatica.tests.test_lost_answers import Story

DAY = date(2026, 9, 5)


@pytest.fixture
def story(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield Story(box)


def key_by_hand(story, customer, amount, invoice=""):
    """Let somebody else book and release a payment of a customer."""
    named = Link.objects.get(flow="customers", natural_key=customer).external_id
    values = {"CustomerID": named, "ApplicationDate": DAY, "PaymentAmount": Decimal(amount), "CurrencyID": "USD"}
    values |= {"CashAccount": "10200", "PaymentMethod": "CHECK", "Type": "Payment", "PaymentRef": "X1"}
    applied = apply_to((Application(external_id=invoice, amount=Decimal(amount)),)) if invoice else {}
    made = Draft(
        flow="payments",
        key=customer,
        sink="payments",
        reference=f"BY-HAND-{customer}",
        payload={**payload(values), **applied},
        facts=Facts(customer=named, currency="USD", total=Decimal(amount), date=DAY),
    )
    with open_session(story.sync.target) as session:
        id = session.sink("payments").book(made).external_id
        session.sink("payments").book(replace(made, operation="release", external_id=id, payload={}))


def test_it_asks_before_it_books_a_part_that_others_keyed_and_never_links_it(story):
    story.choose(look_alikes="link")
    story.act("add_customer", customer_id="kid", company="Kid Inc", preferred_currency_code="USD")
    invoice = story.invoice(customer="kid")
    story.invoice(customer="ann")
    story.run()
    key_by_hand(story, "kid", 100, Link.objects.get(flow="invoices", natural_key=invoice).external_id)
    key_by_hand(story, "ann", 25)
    given = {"amount": 12500, "customer_id": "ann", "method": "bank_transfer"}
    paid = story.act("record_payment", "2026-09-05", applied={invoice: 10000}, **given)["id"]
    story.run()
    record = SyncRecord.objects.get(flow="payments", natural_key=paid)
    assert (record.state, record.code) == ("parked", "possible_duplicate")
    decisions.link_found(record, actor=ACTOR)
    story.run()
    record.refresh_from_db()
    assert (record.state, Companion.objects.exists()) == ("parked", False)
    totals = [one["total"] for one in story.box.control.documents("acumatica") if one["kind"] == "payment"]
    assert sorted(totals) == ["100.00", "25.00"]

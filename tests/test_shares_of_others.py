"""Parts of a payment that others keyed: none is booked beside them unasked, and none of theirs is taken for ours."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.acumatica.records import apply_to, payload
from integrations.contracts import Application, Draft, Facts
from integrations.engine import decisions
from integrations.engine.sessions import open_session
from integrations.engine.tests.casebook import trial_balance
from integrations.engine.tests.harness import ACTOR, sandbox
from integrations.engine.undo import Scope, plan_undo, undo
from integrations.errors import ConfigurationError
from integrations.models import Companion, Link, SyncRecord
from integrations.pairs.chargebee_to_acumatica.tests.test_lost_answers import ROOT, Story

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


@pytest.fixture
def parts(story):
    """Give a payment of two customers, theirs for the one and ours for the other, with both invoices: theirs first."""
    story.choose(look_alikes="link")
    paid = {}
    for customer, amount in (("kid", 10000), ("sib", 5000)):
        story.act("add_customer", customer_id=customer, company=customer, preferred_currency_code="USD")
        paid[story.invoice(amount, customer)] = amount
    story.run()
    first, second = (SyncRecord.objects.get(flow="invoices", natural_key=one) for one in paid)
    key_by_hand(story, "kid", 100, Link.objects.get(flow="invoices", natural_key=first.natural_key).external_id)
    given = {"customer_id": "ann", "method": "bank_transfer"}
    payment = story.act("record_payment", "2026-09-05", applied=paid, **given)["id"]
    story.run()
    return SyncRecord.objects.get(flow="payments", natural_key=payment), first, second


def test_it_undoes_its_own_part_and_leaves_what_others_booked(story, parts):
    record, _, _ = parts
    undo(story.sync, scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong")
    story.lose("POST", f"{ROOT}/Payment/VoidPayment")
    story.run("replay")
    record.refresh_from_db()
    link = Link.objects.get(flow="payments")
    assert (record.state, record.code) == ("skipped", "undone")
    assert f"{link.external_id} was booked by others and stays" in record.reason
    assert (link.is_ours, link.state, Companion.objects.get().state) == (False, "standing", "reversed")
    assert story.kinds().count("void") == 1
    assert trial_balance(story.ledger()) == {"10200": 100, "11000": 50, "40000": -150}
    with pytest.raises(ConfigurationError, match="undone before"):
        plan_undo(story.sync, Scope(record_id=record.pk))


def test_it_undoes_its_own_part_with_the_invoice_that_this_pays(story, parts):
    record, theirs, ours = parts
    with pytest.raises(ConfigurationError, match="was booked by others"):
        plan_undo(story.sync, Scope(record_id=theirs.pk))
    plan = undo(story.sync, scope=Scope(record_id=ours.pk), actor=ACTOR, reason="Wrong")
    assert ([*plan.children], [*plan.partly]) == ([record], [record])
    story.run("replay")
    assert trial_balance(story.ledger()) == {"10200": 100, "40000": -100}
    assert Companion.objects.get().state == "reversed"

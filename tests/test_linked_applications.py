"""What a linked document is applied to: ours is brought up to date, that of others is shown where it differs."""

from copy import copy
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from audit.models import Attempt
from integrations.connectors.acumatica.records import apply_to
from integrations.connectors.netsuite.records import application, sublist, unapplication
from integrations.contracts import Application, Changed, Draft, Facts
from integrations.engine import decisions, inbox, syncs
from integrations.engine.drafts import load_draft
from integrations.engine.sessions import open_session
from integrations.engine.tests.harness import ACTOR, make_live_sync
from tests.test_lifecycle import (  # noqa: F401 (fixtures)
    Story,
    box,
    clearing,
    key_by_hand,
    pay_by_hand,
    payload_of,
    payments_of,
    story,
)


def successor(story):  # noqa: F811
    """Give the story of a second company on the same two systems."""
    told = copy(story)
    told.sync = make_live_sync(story.box, story.sync.pair)
    return told


def pay_on_account(story, *, day):  # noqa: F811
    """Let somebody else book a payment that is applied to nothing."""
    paid = {"customer": {"id": story.link("customers", "ann").external_id}, "payment": 100, "tranDate": day}
    paid |= {"currency": payload_of(story)["currency"], "account": {"id": clearing(story)}, "autoApply": False}
    return key_by_hand(story, "payments", reference="ON-ACCOUNT", **paid)


def move_by_hand(story, keyed, here, there):  # noqa: F811
    """Let somebody else move a payment from one invoice to another."""
    rows = sublist([unapplication(here), application(there, Decimal(100))])
    with open_session(story.sync.target) as session:
        moved = Draft(
            flow="payments",
            key="x",
            sink="payments",
            operation="apply",
            external_id=keyed,
            reference="PAID-BY-HAND",
            payload={"autoApply": False, "apply": rows},
            facts=Facts(),
        )
        session.sink("payments").book(moved)


def paid_elsewhere(story, *, is_chosen=True):  # noqa: F811
    """Give a payment of one invoice in the source, which others keyed against another one, and both invoices.

    A person has chosen to link the two, or not yet.
    """
    story.choose(look_alikes="link")
    first, second = story.invoice(), story.invoice(day="2026-09-02")
    story.run()
    keyed = pay_by_hand(story, story.link("invoices", second).external_id, day="2026-09-05")
    payment = story.payment({first: 10000})
    story.run()
    if is_chosen:
        link(story, "payments", payment, keyed)
    return payment, keyed, (first, second)


def link(told, flow, key, keyed):
    """Let a person link a record to the document it is parked beside."""
    assert told.state(flow, key) == ("parked", "possible_duplicate")
    decisions.link_found(told.record(flow, key), actor=ACTOR, external_id=keyed)
    told.run("replay")


def tell_of(story, flow, key):  # noqa: F811
    """Let a webhook tell of a change that is none, and run."""
    with transaction.atomic():
        inbox.make_due(story.sync, [Changed(stream="transactions", key=key, order=0)])
    story.run()


# Of others


def test_it_asks_by_every_policy_where_a_payment_of_others_is_applied_elsewhere(story):  # noqa: F811
    payment, keyed, invoices = paid_elsewhere(story, is_chosen=False)
    record = story.record("payments", payment)
    assert (record.state, record.code, record.problem.value) == ("parked", "possible_duplicate", keyed)
    wanted, there = (story.link("invoices", invoice).external_id for invoice in invoices)
    assert f"applied to {there} 100 there, and to {wanted} 100.00 in" in record.reason


def test_it_shows_that_a_linked_payment_of_others_is_applied_elsewhere(story):  # noqa: F811
    payment, keyed, (_, second) = paid_elsewhere(story)
    record = story.record("payments", payment)
    assert (record.state, record.code) == ("different", "applied_otherwise")
    assert keyed in record.reason
    assert story.applied("payments", payment) == {story.link("invoices", second).external_id: Decimal(100)}
    assert len(payments_of(story)) == 1


def test_it_shows_that_a_payment_of_others_which_a_person_chose_is_applied_to_nothing(story):  # noqa: F811
    story.invoice()
    invoice = story.invoice(day="2026-09-02")
    story.run()
    keyed = pay_on_account(story, day="2026-09-05")
    payment = story.payment({invoice: 10000})
    story.run()
    link(story, "payments", payment, keyed)
    assert (story.state("payments", payment), story.link("payments", payment).external_id) == (
        ("different", "applied_otherwise"),
        keyed,
    )
    assert story.applied("payments", payment) == {}


def test_it_takes_the_payment_of_others_for_delivered_once_it_was_corrected_there(story):  # noqa: F811
    payment, keyed, invoices = paid_elsewhere(story)
    there, here = (story.link("invoices", invoice).external_id for invoice in invoices)
    move_by_hand(story, keyed, here, there)
    syncs.replay(story.sync, record_ids=[story.record("payments", payment).pk], actor=ACTOR)
    story.run("replay")
    assert story.state("payments", payment) == ("delivered", "")


def test_it_keeps_what_was_accepted_of_others_as_it_is(story):  # noqa: F811
    payment, _, _ = paid_elsewhere(story)
    decisions.accept_different(story.record("payments", payment), reason="Agreed with Ann", actor=ACTOR)
    writes = story.writes()
    tell_of(story, "payments", payment)
    assert (story.state("payments", payment)[0], story.writes()) == ("delivered", writes)


def test_it_moves_no_application_of_others_and_shows_that_it_should(story):  # noqa: F811
    story.choose(look_alikes="link")
    first, second = story.invoice(), story.invoice(day="2026-09-02")
    story.run()
    there = story.link("invoices", first).external_id
    pay_by_hand(story, there, day="2026-09-05")
    payment = story.payment({first: 10000})
    story.run()
    assert story.state("payments", payment) == ("delivered", "")
    writes = story.writes()
    story.act("take_off", "2026-09-10", payment_id=payment, invoice_id=first)
    story.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=second, amount=10000)
    story.run()
    assert (story.state("payments", payment), story.writes()) == (("different", "applied_otherwise"), writes)
    assert story.applied("payments", payment) == {there: Decimal(100)}


# Ours


def test_it_brings_up_to_date_what_a_company_before_booked(story):  # noqa: F811
    first, second = story.invoice(), story.invoice(day="2026-09-02")
    payment = story.payment({first: 10000})
    story.run()
    story.act("take_off", "2026-09-10", payment_id=payment, invoice_id=first)
    story.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=second, amount=10000)
    again = successor(story)
    again.run()
    assert again.state("payments", payment) == ("delivered", "")
    assert again.applied("payments", payment) == {again.link("invoices", second).external_id: Decimal(100)}
    assert len(payments_of(again)) == 1


def test_it_amends_no_more_what_was_accepted_though_its_application_was_dropped(story):  # noqa: F811
    first, second = story.invoice(), story.invoice(day="2026-09-02")
    payment = story.payment({first: 10000})
    story.run()
    story.act("take_off", "2026-09-10", payment_id=payment, invoice_id=first)
    story.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=second, amount=10000)
    story.box.fault("netsuite", "write_dropped_field", method="PATCH", times=1)
    story.run()
    assert story.state("payments", payment) == ("different", "different")
    decisions.accept_different(story.record("payments", payment), reason="Agreed with Ann", actor=ACTOR)
    writes = story.writes()
    tell_of(story, "payments", payment)
    assert (story.state("payments", payment)[0], story.writes()) == ("delivered", writes)


# In Acumatica, whose look-ups do not show applications


class AcumaticaStory(Story):
    """The story with Acumatica for its ledger."""

    def __init__(self, box):  # noqa: F811
        super().__init__(box, "chargebee_to_acumatica")

    def ledger(self):
        return [one for one in self.box.control.documents("acumatica") if one["kind"] != "customer"]

    def writes(self):
        return self.box.control.writes("acumatica")

    def document(self, external_id):
        return next(one for one in self.ledger() if external_id == f"{one['record']}/{one['number']}")


@pytest.fixture
def acumatica(box):  # noqa: F811
    return AcumaticaStory(box)


def as_others_key(told, flow, *, applied=(), released=True):
    """Let somebody else book in Acumatica what the sync booked last of a kind, applied to these documents."""
    booked = Attempt.objects.filter(flow=flow, operation="create", outcome="delivered").latest("id")
    draft = load_draft(booked.draft)[0]
    rows = apply_to([Application(external_id=there, amount=Decimal(100)) for there in applied])
    payload = {name: value for name, value in draft.payload.items() if name != "DocumentsToApply"}
    keyed = replace(draft, reference="BY-HAND", payload={**payload, **(rows if applied else {})}, facts=Facts())
    with open_session(told.sync.target) as session:
        sink = session.sink(draft.sink)
        external_id = sink.book(keyed).external_id
        if released:
            sink.book(replace(keyed, operation="release", external_id=external_id, payload={}))
    return external_id


def two_invoices_and_one_paid(told):
    """Give two open invoices beside one whose payment the sync booked on the day of the next one."""
    told.choose(look_alikes="link")
    third = told.invoice()
    told.payment({third: 10000})
    invoices = told.invoice(), told.invoice()
    told.run()
    return invoices


def test_it_shows_in_acumatica_that_a_payment_of_others_is_applied_elsewhere(acumatica):
    first, second = two_invoices_and_one_paid(acumatica)
    keyed = as_others_key(acumatica, "payments", applied=[acumatica.link("invoices", second).external_id])
    payment = acumatica.payment({first: 10000})
    writes = acumatica.writes()
    acumatica.run()
    link(acumatica, "payments", payment, keyed)
    assert (acumatica.state("payments", payment), acumatica.writes()) == (("different", "applied_otherwise"), writes)
    assert acumatica.link("payments", payment).external_id == keyed


def test_it_releases_no_payment_of_others_and_watches_it(acumatica):
    first, _ = two_invoices_and_one_paid(acumatica)
    there = acumatica.link("invoices", first).external_id
    as_others_key(acumatica, "payments", applied=[there], released=False)
    payment = acumatica.payment({first: 10000})
    writes = acumatica.writes()
    acumatica.run()
    assert (acumatica.state("payments", payment), acumatica.writes()) == (("delivered", ""), writes)
    assert not acumatica.link("payments", payment).is_posted


def test_it_applies_no_credit_of_others_and_shows_that_it_should_be(acumatica):
    acumatica.choose(look_alikes="link")
    first, second = acumatica.invoice(), acumatica.invoice()
    acumatica.act("adjust_invoice", "2026-09-02", invoice_id=first, total=1000)
    acumatica.run()
    keyed = as_others_key(acumatica, "credit_notes")
    note = acumatica.act("adjust_invoice", "2026-09-02", invoice_id=second, total=1000)["id"]
    writes = acumatica.writes()
    acumatica.run()
    link(acumatica, "credit_notes", note, keyed)
    assert (acumatica.state("credit_notes", note), acumatica.writes()) == (("different", "applied_otherwise"), writes)


def test_it_applies_in_acumatica_what_a_company_before_left_on_account(acumatica):
    first, _ = two_invoices_and_one_paid(acumatica)
    payment = acumatica.payment({}, customer_id="ann", amount=10000)
    acumatica.run()
    acumatica.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=first, amount=10000)
    again = successor(acumatica)
    again.run()
    assert again.state("payments", payment) == ("delivered", "")
    there = again.document(again.link("invoices", first).external_id)["id"]
    assert again.applied("payments", payment) == {there: Decimal(100)}

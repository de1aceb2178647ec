"""What others booked stays theirs: it is linked, never taken back by accounts of ours, nor linked once it is out."""

import pytest

from integrations.engine import decisions, syncs
from integrations.engine.reversal import children_of
from integrations.engine.tests.harness import ACTOR
from integrations.engine.undo import Scope, plan_undo, undo
from integrations.errors import ConfigurationError
from integrations.models import Link, SyncRecord
from tests.test_lifecycle import (  # noqa: F401 (fixtures)
    as_keyed,
    box,
    paid_invoice,
    pay_by_hand,
    story,
)


def linked_payment(story):  # noqa: F811
    """Give an invoice of ours and its payment, which others keyed."""
    story.choose(look_alikes="link")
    invoice = story.invoice()
    story.run()
    keyed = pay_by_hand(story, story.link("invoices", invoice).external_id, day="2026-09-05")
    payment = story.payment({invoice: 10000})
    story.run()
    assert story.link("payments", payment).external_id == keyed
    return invoice, payment


# Reversals of what others booked


@pytest.mark.parametrize("read_back", [False, True])
def test_it_reverses_no_payment_of_others_over_an_account_of_ours(story, read_back):  # noqa: F811
    _, payment = linked_payment(story)
    if read_back:
        syncs.replay(story.sync, record_ids=[story.record("payments", payment).pk], actor=ACTOR)
        story.run("replay")
    writes = story.writes()
    story.act("late_fail", "2026-09-10", payment_id=payment)
    story.run()
    assert (story.state("payments", payment), story.writes()) == (("parked", "account_unknown"), writes)


# What is applied to a document


def test_it_takes_no_amount_for_a_document(story):  # noqa: F811
    _, payment = paid_invoice(story)
    ((there, amount),) = Link.objects.get(flow="payments", natural_key=payment).facts["applied"]
    assert list(children_of(story.sync, [there, amount])) == [there]


# Undo


def test_it_undoes_nothing_that_others_paid(story):  # noqa: F811
    invoice, payment = linked_payment(story)
    scope = Scope(record_id=story.record("invoices", invoice).pk)
    with pytest.raises(ConfigurationError, match=f"was booked by others: reverse it there.*{payment}"):
        undo(story.sync, scope=scope, actor=ACTOR, reason="Wrong")
    assert not SyncRecord.objects.filter(sync=story.sync, decision="undo").exists()


def test_it_leaves_out_of_an_undo_what_others_took_back_themselves(story):  # noqa: F811
    invoice, payment = linked_payment(story)
    record = story.record("payments", payment)
    story.box.control.post("/tamper/netsuite", {"id": story.link("payments", payment).external_id, "op": "delete"})
    syncs.replay(story.sync, record_ids=[record.pk], actor=ACTOR)
    story.run("replay")
    decisions.skip_held(story.record("payments", payment), reason="Deleted there", actor=ACTOR)
    scope = Scope(record_id=story.record("invoices", invoice).pk)
    assert plan_undo(story.sync, scope).children == ()
    undo(story.sync, scope=scope, actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert story.state("invoices", invoice) == ("skipped", "undone")


# A choice ends with its document


def chosen_invoice(story):  # noqa: F811
    """Give an invoice that a person linked to one that others keyed, and the id of that."""
    story.invoice()
    story.run()
    invoice = story.invoice(day="2026-08-20")
    keyed = as_keyed(story, invoice)
    story.run()
    decisions.link_found(story.record("invoices", invoice), actor=ACTOR, external_id=keyed)
    story.run("replay")
    return invoice, keyed


def test_it_forgets_the_choice_of_a_look_alike_once_it_is_linked(story):  # noqa: F811
    invoice, keyed = chosen_invoice(story)
    record = story.record("invoices", invoice)
    assert story.link("invoices", invoice).external_id == keyed
    assert (record.state, record.decision, record.decision_value) == ("delivered", "", "")


@pytest.mark.parametrize("end", ["posted", "skipped"])
def test_it_forgets_the_wish_to_post_anew_once_it_is_met_or_given_up(story, end):  # noqa: F811
    story.invoice()
    story.run()
    invoice = story.invoice(day="2026-08-20")
    as_keyed(story, invoice)
    story.run()
    decisions.post_anew(story.record("invoices", invoice), actor=ACTOR)
    if end == "posted":
        story.run("replay")
    else:
        SyncRecord.objects.filter(pk=story.record("invoices", invoice).pk).update(state="parked")
        decisions.skip_held(story.record("invoices", invoice), reason="A trial", actor=ACTOR)
    record = story.record("invoices", invoice)
    assert (record.state, record.decision) == ("delivered" if end == "posted" else "skipped", "")


def test_it_never_links_a_document_of_others_again_that_it_took_back(story):  # noqa: F811
    invoice, keyed = chosen_invoice(story)
    story.choose(after_posting="reverse", look_alikes="link")
    for day, text in (("2026-09-10", "Advice"), ("2026-09-11", "Audit")):
        story.act("change_lines", day, invoice_id=invoice, lines=[{"description": text, "amount": 10000}])
        story.run()
    links = Link.objects.filter(flow="invoices", natural_key=invoice).order_by("revision")
    assert [link.external_id == keyed for link in links] == [True, False, False]
    assert [link.state for link in links] == ["reversed", "reversed", "standing"]

"""What was entered and never released is released before it is taken back."""

from decimal import Decimal

import pytest

from integrations.pairs.chargebee_to_acumatica.tests.test_lost_answers import ROOT, Story, story

__all__ = ["story"]
pytestmark = pytest.mark.django_db(transaction=True)


def open_amounts(told: Story) -> dict[str, Decimal]:
    return {one["kind"]: Decimal(one["open"]) for one in told.ledger()}


def test_it_releases_an_invoice_voided_before_its_first_post(story):
    story.act("void_invoice", "2026-09-15", invoice_id=story.invoice())
    story.lose("POST", f"{ROOT}/Invoice/ReleaseInvoice", "rate_limit")
    story.run()
    assert (open_amounts(story), story.states()) == (
        {"invoice": 0, "credit_note": 0},
        {("customers", "delivered"), ("invoices", "delivered")},
    )


def test_it_releases_a_payment_that_bounced_meanwhile(story):
    invoice = story.invoice()
    story.run()
    paid = story.act("record_payment", "2026-09-05", applied={invoice: 10000}, method="bank_transfer")["id"]
    story.lose("POST", f"{ROOT}/Payment/ReleasePayment", "rate_limit", times=2)
    story.act("late_fail", "2026-09-15", payment_id=paid)
    story.run()
    assert open_amounts(story)["invoice"] == 100
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered"), ("payments", "delivered")}

"""Payments over customers, and at other rates, reconciled: parts make the payment, each customer owes what is due."""

from datetime import date

import pytest

from integrations.engine.reconcile.open_items import balances, tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.tests.casebook import play
from integrations.engine.tests.harness import sandbox
from integrations.models import Link, Sync
from integrations.pairs.chargebee_to_acumatica.tests.test_cases import FOLDER, OPENING

START, END = date(2020, 1, 1), date(2027, 12, 31)


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("paid_by_parent_too_much", {"ann": (-25, -25)}),
        ("paid_by_parent_too_much_refunded", {}),
        ("payment_for_two_children_bounced", {"kid": (100, 100), "sib": (50, 50)}),
        ("tax_withheld", {}),
        ("foreign_currency_difference", {}),
        ("refund_over_customers", {}),
    ],
)
def test_it_agrees_on_every_document_and_on_what_each_customer_owes(live_db, settings, name, due):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play(FOLDER / f"{name}.yaml", "chargebee_to_acumatica", box, OPENING)
        sync = Sync.objects.latest("pk")
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
        told = owed(sync, opened)
    assert (report.differences, told) == ((), due)


def owed(sync, opened):
    """Give what each customer owes, by its name in Chargebee: there, and in the target."""
    names = dict(Link.objects.filter(tenant=sync.tenant, flow="customers").values_list("external_id", "natural_key"))
    amounts = {names[one.customer]: (one.source.amount, one.target.amount) for one in balances(opened)}
    return {name: both for name, both in amounts.items() if any(both)}

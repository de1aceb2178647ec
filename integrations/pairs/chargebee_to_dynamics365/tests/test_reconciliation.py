"""Cases reconciled: what was posted agrees with Chargebee, document by document and per currency."""

from datetime import date

import pytest

from integrations.engine.reconcile.open_items import balances, tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.tests.casebook import play
from integrations.engine.tests.harness import sandbox
from integrations.models import Link, Sync, SyncRecord
from integrations.pairs.chargebee_to_dynamics365.tests.test_cases import FOLDER, OPENING

START, END = date(2020, 1, 1), date(2027, 12, 31)
NAMES = (
    "foreign_currency_voided",
    "invoice_of_zero",
    "invoice_paid_in_parts",
    "invoice_written_off",
    "ledger_mode",
    "ledger_mode_foreign_credited",
    "paid_by_parent_too_much_refunded",
    "payment_late_failure",
    "payment_split",
    "refund_over_customers",
    "tax_withheld",
)


@pytest.fixture
def played(live_db, settings):
    settings.SETTLE_SCALE = 0

    def play_one(name, box):
        play(FOLDER / f"{name}.yaml", "chargebee_to_dynamics365", box, OPENING)
        return Sync.objects.latest("pk")

    return play_one


@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_on_every_document_of_a_case(played, name):
    with sandbox() as box:
        report = reconcile_period(played(name, box), START, END)
    assert report.differences == ()
    assert all(line.agrees for line in report.lines)


@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_on_what_each_customer_owes(played, name):
    with sandbox() as box:
        opened = tie_out(played(name, box), END, since=START)
    assert (opened.differing, [each for each in balances(opened) if not each.agrees]) == ((), [])


def test_it_remarks_once_a_customer_what_is_settled_otherwise_there(played):
    with sandbox() as box:
        opened = tie_out(played("payment_late_failure", box), END, since=START)
    folded = {row.id for row in opened.rows if row.difference}
    told = [(set(each.ids), each.n) for each in opened.remarks if each.code == "settled_otherwise"]
    assert told == [(folded, len(folded))]


def test_it_ties_out_what_a_parent_paid_for_its_child_and_beyond(played):
    with sandbox() as box:
        sync = played("paid_by_parent_too_much", box)
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
        told = owed(sync, opened)
    assert (report.differences, told) == ((), {"ann": (-25, -25)})


def test_it_names_the_customers_where_a_parents_credit_pays_its_childs_invoice(played):
    with sandbox() as box:
        sync = played("credit_of_parent_for_child", box)
        told = owed(sync, tie_out(sync, END, since=START))
    assert told == {"ann": (0, -40), "kid": (20, 60)}


def owed(sync, opened):
    """Give what each customer owes, by its name in Chargebee: there, and in the target."""
    names = dict(Link.objects.filter(tenant=sync.tenant, flow="customers").values_list("external_id", "natural_key"))
    amounts = {names[one.customer]: (one.source.amount, one.target.amount) for one in balances(opened)}
    return {name: both for name, both in amounts.items() if any(both)}


def test_it_tells_what_waits_to_be_paid_before_it_is_posted(played):
    with sandbox() as box:
        sync = played("invoice_unpaid", box)
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
        invoice = SyncRecord.objects.get(sync=sync, code="not_paid_yet").natural_key
    told = {
        each.reason.rpartition(": ")[2].rstrip("."): each.total for each in report.remarks if each.code == "not_yet"
    }
    waiting = [(each.ids, each.total) for each in opened.remarks if each.code == "not_posted"]
    assert (told["not paid yet"], waiting) == (100, [((invoice,), 100)])
    assert (report.differences, list(opened.differing)) == ((), [])

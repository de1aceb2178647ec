"""Pairs of every kind reconcile what their syncs delivered: journals, sales documents, bills, lists without lines."""

from decimal import Decimal

import pytest

from integrations.engine.reconcile.open_items import balances, tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.report import Total
from integrations.engine.reconcile.tests.ground import END, START, found, settle
from integrations.engine.tests.harness import make_live_sync, sandbox
from integrations.errors import ConfigurationError
from integrations.models import Link, Sync, SyncRecord
from integrations.pairs.jde_to_billcom.tests.telling import FOLDER, play
from portal.demo.payables import pay_bills

PAIRS = ("chargebee_to_netsuite", "chargebee_to_jde", "chargebee_to_acumatica", "chargebee_to_dynamics365")


@pytest.fixture(params=PAIRS)
def billed(live_db, settings, request):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 10, "seed": 3, "months": 4})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box, request.param)
        settle_posted(sync, box)
        yield sync


def settle_posted(sync, box):
    """Settle, and let what awaits posting be posted as the target's own staff would: what waits for it follows."""
    for _ in range(4):
        settle(sync)
        box.control.post(f"/post/{sync.target.connector}")
        SyncRecord.objects.filter(sync=sync, state="waiting").update(state="due", due_at="2000-01-01T00:00Z")


def test_it_agrees_three_ways_and_ties_out_what_was_delivered(billed):
    report = reconcile_period(billed, START, END)
    assert found(report) == []
    assert sum(line.source.n for line in report.lines) > 40
    assert all(line.agrees for line in report.lines)
    assert unequal(billed) == []


def unequal(sync):
    """Name who owes another amount in the target.

    Accounts of JD Edwards' journals have no open amounts. F&O settles credits with what they belong to by itself later:
    what a customer owes in all is compared.
    """
    if sync.pair == "chargebee_to_jde":
        with pytest.raises(ConfigurationError, match="balance of their account"):
            tie_out(sync, END, since=START)
        return []
    opened = tie_out(sync, END, since=START)
    assert len(opened.rows) > 3
    unequal = [each for each in balances(opened) if not each.agrees]
    if sync.pair == "chargebee_to_dynamics365":
        return [each for each in unequal if each.source != each.target and each.customer not in bounced(sync)]
    return unequal


def bounced(sync):
    """Give customers whose payment bounced: no payment says that its invoice stays posted, as it was paid before."""
    reversed_ = Link.objects.filter(tenant=sync.tenant, flow="payments", state="reversed")
    return {link.facts["customer"] for link in reversed_}


@pytest.fixture
def paid(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/jde", {"seed": 1})
        sync = make_live_sync(box, "jde_to_billcom")
        settle(sync)
        pay_bills(box.control)
        settle(sync)
        yield sync


def test_it_agrees_three_ways_and_ties_out_payables(paid):
    report, opened = reconcile_period(paid, START, END), tie_out(paid, END, since=START)
    assert found(report) == []
    assert sum(line.source.n for line in report.lines) > 25
    assert all(line.agrees for line in report.lines)
    assert opened.differing == ()
    assert len(opened.rows) > 10


CASES = ("order_then_invoice", "order_changed", "held_and_debit_memo", "vendor_credit_used", "partial_payments")


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_on_a_purchase_however_its_bill_came_about(live_db, case):
    with sandbox() as box:
        play(FOLDER / f"{case}.yaml", box)
        sync = Sync.objects.latest("pk")
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
    assert found(report) == []
    assert all(line.agrees for line in report.lines)
    assert opened.differing == ()


def test_it_counts_a_paid_order_once_and_names_its_invoice_as_held_beside_the_bill(live_db):
    with sandbox() as box:
        play(FOLDER / "order_paid_then_invoice.yaml", box)
        sync = Sync.objects.latest("pk")
        report = reconcile_period(sync, START, END)
    bills = next(line for line in report.lines if line.kind == "bills")
    assert (bills.source, bills.trail, bills.target) == (Total(n=1, total=Decimal(200)),) * 3
    (named,) = report.differences
    assert (named.kind, named.id, named.number) == ("held", "PV-45001-00001", "OP-4701-00001")
    assert (named.source, named.target, named.heal) == (Decimal(200), Decimal(200), "")

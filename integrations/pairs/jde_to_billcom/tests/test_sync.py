"""The whole pair on the sandbox: a generated history goes over once, payments come back once, faults are seen."""

from datetime import date, timedelta

import pytest

from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.tests.harness import held, make_live_sync, rested, run_to_rest, sandbox, states, verdict
from portal.demo.payables import pay_bills

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box():
    with sandbox() as made:
        made.control.post("/generate/jde", {"seed": 1})
        yield made


@pytest.fixture
def sync(box):
    return rested(synced, box)


def synced(box):
    made = make_live_sync(box, "jde_to_billcom")
    run_to_rest(made)
    assert pay_bills(box.control)
    run_to_rest(made)
    return made


def test_it_brings_everything_over_once(box, sync):
    found = verdict(sync, box)
    assert (found.findings, found.is_reconciled) == ([], True)
    assert not [row for row in held(sync) if row[2] != "skipped"]
    assert min(flow["delivered"] for flow in states(sync).values()) > 5


def test_it_writes_nothing_the_second_time(box, sync):
    run_to_rest(sync)  # what it entered itself in JD Edwards is read and left alone
    writes = box.control.writes("jde"), box.control.writes("billcom")
    run_to_rest(sync)
    assert (box.control.writes("jde"), box.control.writes("billcom")) == writes


def test_the_checker_sees_each_bill_that_was_tampered_with(box, sync):
    bills = [one for one in box.control.documents("billcom") if one["kind"] == "bill" and one["status"] == "unpaid"]
    for bill, (op, value) in zip(bills, (("amount", "0.01"), ("delete", None), ("duplicate", None)), strict=False):
        box.control.post("/tamper/billcom", {"id": bill["id"], "op": op, "value": value})
    found = verdict(sync, box)
    assert (found.amount_differences, found.missing, found.duplicates) == (1, 1, 1)
    assert not found.is_reconciled


def test_the_checker_sees_each_payment_that_was_tampered_with(box, sync):
    paid = [
        one
        for one in box.control.documents("jde")
        if one["kind"] == "payment" and any(line["account"] == "1.1115" for line in one["lines"])
    ]
    for payment, (op, value) in zip(paid, (("amount", "0.01"), ("delete", None)), strict=False):
        box.control.post("/tamper/jde", {"id": payment["id"], "op": op, "value": value})
    found = verdict(sync, box)
    assert (found.amount_differences, found.missing) == (1, 1)


def test_it_makes_each_bill_once_when_answers_are_lost(box):
    box.fault("billcom", "answer_lost_after_commit", method="POST", path="/connect/v3/bills", rate=0.5)
    made = make_live_sync(box, "jde_to_billcom")
    run_to_rest(made)
    box.heal("billcom")
    made.records.filter(state__in=["unknown", "due"]).update(due_at="2000-01-01T00:00Z")
    run_to_rest(made)
    assert verdict(made, box).duplicates == 0


def test_it_ties_out_the_past_days_of_a_generated_history(box, sync):
    today = date.fromisoformat(box.control.get("/clock")["now"][:10])
    days = [today, today.replace(day=1) - timedelta(days=1), today - timedelta(days=50)]
    opened = [tie_out(sync, day, since=today - timedelta(days=400)) for day in days]
    assert [row for each in opened for row in each.differing] == []
    assert all(len(each.rows) > 5 for each in opened)

"""The casebook of purchases: what must stand in both systems, written by hand from accounting."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Attempt
from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.tests.casebook import named_cases
from integrations.engine.tests.harness import make_live_sync, run_to_rest, sandbox
from integrations.models import Problem, Sync, SyncRecord
from integrations.pairs.jde_to_billcom.tests.telling import FOLDER, play

pytestmark = pytest.mark.django_db(transaction=True)
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_it_stands_in_both_systems_as_the_case_says(case):
    with sandbox() as box:
        wanted, stands = play(case, box)
    assert stands == wanted


def test_it_names_every_case_in_the_table():
    assert named_cases(FOLDER) == {path.stem for path in CASES}


def test_it_brings_a_suppliers_new_name_to_its_vendor():
    with sandbox() as box:
        supplier = box.control.post("/act/jde", {"do": "add_supplier", "name": "Acme Bearings"})["supplier"]
        sync = make_live_sync(box, "jde_to_billcom")
        run_to_rest(sync)
        box.control.post("/act/jde", {"do": "change_supplier", "supplier": supplier, "name": "Acme Bearings Ltd"})
        run_to_rest(sync)
        names = [one["name"] for one in box.control.documents("billcom") if one["kind"] == "vendor"]
    assert names == ["Acme Bearings Ltd"]


def test_it_says_under_one_problem_what_a_supplier_lacks():
    with sandbox() as box:
        play(FOLDER / "vendor_without_address.yaml", box)
    problem = Problem.objects.get()
    supplier = SyncRecord.objects.get(flow="vendors").natural_key
    assert (problem.code, problem.field, problem.value) == ("parent_incomplete", "vendors", supplier)
    assert f"Supplier {supplier} has no address line 1, city, postal code, country in JD Edwards" in problem.message


def test_it_says_why_a_purchase_is_left_to_jd_edwards():
    with sandbox() as box:
        play(FOLDER / "vendor_address_left.yaml", box)
    left = SyncRecord.objects.get(flow="bills")
    assert left.reason.endswith(
        "has no address line 1, city, postal code, country in JD Edwards (P01012), and BILL needs it."
    )


def test_it_dates_a_void_by_the_periods_of_its_own_company():
    """Another company's open month is no reason to try a day that the own company has closed."""
    with sandbox() as box:
        play(FOLDER / "closed_period_void.yaml", box)
    assert not Attempt.objects.filter(outcome=Attempt.Outcome.REJECTED).exists()


def test_it_says_on_the_record_where_the_day_of_a_reversal_is_from():
    with sandbox() as box:
        play(FOLDER / "payment_funding_failed_later.yaml", box)
    assert "that of its last update, as BILL tells no day of its end" in SyncRecord.objects.get(flow="payments").reason


def test_it_ties_out_what_receipts_leave_to_pay(settings):
    """A receipt counts as open until BILL has paid it, though JD Edwards' vouchers name its order alone."""
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play(FOLDER / "receipts_make_bills.yaml", box)
        sync, today = Sync.objects.latest("pk"), date.fromisoformat(box.control.get("/clock")["now"][:10])
        opened = tie_out(sync, today, since=today - timedelta(days=400))
    assert opened.differing == ()


def test_it_counts_a_purchase_once_whose_order_is_billed_and_whose_invoice_waits(settings):
    """The order tells what its voucher leaves open; the voucher itself tells it only once it has a bill of its own."""
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play(FOLDER / "order_scheduled_then_invoice.yaml", box)
        sync, today = Sync.objects.latest("pk"), date.fromisoformat(box.control.get("/clock")["now"][:10])
        opened = tie_out(sync, today, since=today - timedelta(days=400))
    assert [(row.label, row.source, row.target) for row in opened.rows] == [
        ("Purchase order OP-4701-00001", Decimal(200), Decimal(200))
    ]
    assert [(remark.code, remark.total) for remark in opened.remarks] == [("held", Decimal(200))]

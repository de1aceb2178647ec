"""What is left to pay at the end of a past day: both systems say the same, whatever happened since."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.syncs import change_sync
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.models import SyncRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(settings) -> Iterator[Any]:
    settings.SETTLE_SCALE = 0
    with sandbox() as made:
        yield made


def _act(box, **order):
    return box.control.post("/act/jde", order)


def _enter(box, supplier, invoice, amount):
    lines = [{"account": "110.8620", "amount": amount}]
    return _act(box, do="enter_invoice", supplier=supplier, invoice=invoice, lines=lines)["document"]


def _order(box, supplier, *prices):
    lines = [{"account": "110.8620", "price": price} for price in prices]
    order = _act(box, do="add_order", supplier=supplier, lines=lines)["order"]
    _act(box, do="approve_order", order=order)
    return order


def _pay(box, *parts, credits=()):
    bills = [{"bill": number, "amount": amount, "credits": list(credits)} for number, amount in parts]
    return box.control.post("/act/billcom", {"do": "pay", "status": "PROCESSED", "bills": bills})["object"]["id"]


def _go_on(box, days):
    box.control.post("/clock", {"advance_s": days * 86_400})


def _today(box):
    return date.fromisoformat(box.control.get("/clock")["now"][:10])


def _credit(box, number):
    return next(one["id"] for one in box.control.documents("billcom") if one["number"] == number)


def _run(sync):
    run_to_rest(sync)
    SyncRecord.objects.filter(state__in=["due", "unknown"]).update(due_at="2000-01-01T00:00Z")
    run_to_rest(sync)


def _rows(sync, day):
    opened = tie_out(sync, day, since=day - timedelta(days=400))
    return {row.label.rpartition(" ")[2]: (row.source, row.target) for row in opened.rows}


def _both(**amounts):
    return {name.replace("_", "-"): (Decimal(amount), Decimal(amount)) for name, amount in amounts.items()}


def test_it_tells_of_each_day_what_was_open_then(box):
    """Paid in parts, paid with a credit, a payment and a voucher voided: each on a later day than the one told."""
    acme = _act(box, do="add_supplier", name="Acme Bearings")["supplier"]
    for number, amount in (("A-1", "100"), ("B-1", "100"), ("C-1", "70"), ("CR-1", "-30")):
        _enter(box, acme, number, amount)
    voided = _enter(box, acme, "V-1", "50")
    sync = make_live_sync(box, "jde_to_billcom")
    _run(sync)
    _pay(box, ("A-1", "40"))
    taken_back = _pay(box, ("C-1", "70"))
    _run(sync)
    first = _today(box)
    _go_on(box, 3)
    _pay(box, ("A-1", "25"))
    _pay(box, ("B-1", "70"), credits=[{"id": _credit(box, "CR-1"), "amount": "30"}])
    box.control.post("/act/billcom", {"do": "void", "payment": taken_back})
    _act(box, do="void_voucher", document=voided)
    _enter(box, acme, "N-1", "20")
    _run(sync)
    told = {day: _rows(sync, first + timedelta(days=day)) for day in (-1, 0, 2, 3)}
    before = _both(A_1="60", B_1="100", CR_1="-30", V_1="50")
    assert told == {-1: {}, 0: before, 2: before, 3: _both(A_1="35", C_1="70", N_1="20")}


def test_it_tells_of_each_day_what_orders_left_to_pay_then(box):
    """One paid, one cancelled, one received and invoiced: each on a later day than the one told.

    The bill of an order that was invoiced shows the invoice's day in BILL, and is told from then on by both.
    """
    acme = _act(box, do="add_supplier", name="Acme Bearings")["supplier"]
    paid, cancelled, invoiced = (_order(box, acme, price) for price in ("200", "80", "90"))
    sync = make_live_sync(box, "jde_to_billcom")
    _run(sync)
    first = _today(box)
    _go_on(box, 3)
    _pay(box, (f"OP-{paid}-00001", "200"))
    _act(box, do="cancel_order", order=cancelled)
    _act(box, do="receive_order", order=invoiced)
    _act(box, do="voucher_received", order=invoiced, invoice="INV-1")
    _run(sync)
    told = {day: _rows(sync, first + timedelta(days=day)) for day in (-1, 0, 3)}
    before = _both(**{f"OP_{paid}_00001": "200", f"OP_{cancelled}_00001": "80"})
    assert told == {-1: {}, 0: before, 3: _both(INV_1="90")}


def test_it_tells_of_each_day_what_receipts_left_to_pay_then(box):
    acme = _act(box, do="add_supplier", name="Acme Bearings")["supplier"]
    order = _order(box, acme, "200", "100")
    _act(box, do="receive_order", order=order, line=1)
    _go_on(box, 1)
    _act(box, do="receive_order", order=order, line=2)
    sync = make_live_sync(box, "jde_to_billcom")
    change_sync(sync, changes={"policies": {**sync.policies, "bills.bills_come_from": "receipts"}}, actor=ACTOR)
    sync.refresh_from_db()
    _run(sync)
    first = _today(box)
    _go_on(box, 3)
    _act(box, do="voucher_received", order=order, invoice="INV-1")
    _run(sync)
    _pay(box, ("OV-1-00001", "200"))
    _run(sync)
    told = {day: _rows(sync, first + timedelta(days=day)) for day in (-1, 0, 3)}
    both = _both(OV_1_00001="200", OV_2_00001="100")
    assert told == {-1: _both(OV_1_00001="200"), 0: both, 3: _both(OV_2_00001="100")}


def test_it_names_the_rule_by_which_an_open_invoice_is_in_no_bill(box):
    acme = _act(box, do="add_supplier", name="Acme Bearings")["supplier"]
    _act(box, do="set_pay_status", document=_enter(box, acme, "H-1", "60"), status="H")
    sync = make_live_sync(box, "jde_to_billcom")
    _run(sync)
    opened = tie_out(sync, _today(box), since=_today(box))
    told = [(one.code, one.reason, one.total) for one in opened.remarks]
    assert (opened.rows, told) == ((), [("not_posted", "Not posted, by rule: not approved", Decimal(60))])

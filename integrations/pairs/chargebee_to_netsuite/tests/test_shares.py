"""A payment over several customers: seen, proven, changed and taken back document by document."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from audit.models import Attempt
from integrations.contracts import Draft, Facts, LinkView, Mapped, Record
from integrations.engine.decisions import accept_different, post_anew
from integrations.engine.drafts import load_facts
from integrations.engine.reconcile.open_items import balances, tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.tests.ground import found, tamper
from integrations.engine.sessions import open_session
from integrations.engine.syncs import replay
from integrations.engine.tests.casebook import begin, play, tell, trial_balance
from integrations.engine.tests.harness import ACTOR, Sandbox, run_to_rest, sandbox
from integrations.engine.undo import Scope, undo
from integrations.errors import RejectedError
from integrations.models import Companion, Link, ReferenceValue, Sync, SyncRecord
from integrations.pairs.chargebee_to_netsuite import payments
from integrations.pairs.chargebee_to_netsuite.tests.test_undo import ledger, settle

FOLDER = Path(__file__).parent / "cases"
OPENING = yaml.safe_load((FOLDER / "opening.yml").read_text())
START, END = date(2026, 8, 1), date(2026, 9, 30)


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as served:
        play_case(served, "paid_by_parent_too_much")
        yield served


def play_case(box: Sandbox, name: str) -> None:
    play(FOLDER / f"{name}.yaml", "chargebee_to_netsuite", box, OPENING)


def payment() -> SyncRecord:
    return SyncRecord.objects.get(flow="payments", natural_key=Link.objects.get(flow="payments").natural_key)


def read_again() -> SyncRecord:
    """Have the payment read again; give it as it is then."""
    sync, record = Sync.objects.get(), payment()
    replay(sync, record_ids=[record.pk], actor=ACTOR)
    settle(sync, "replay")
    return payment()


def act(box: Sandbox, do: str, **order: object) -> dict:
    return box.control.post("/act/chargebee", {"do": do, **order})["object"]


def test_it_ties_out_what_a_parent_paid_too_much(box):
    sync, share = Sync.objects.get(), Companion.objects.get()
    report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
    assert (found(report), report.ok, all(line.agrees for line in report.lines)) == ([], True, True)
    assert [line.target.total for line in report.lines if line.kind == "payments"] == [Decimal(125)]
    owed = {each.customer: (each.source.amount, each.target.amount) for each in balances(opened)}
    assert {who: both for who, both in owed.items() if any(both)} == {share.facts["customer"]: (-25, -25)}


@pytest.mark.parametrize(
    "case",
    [
        "paid_by_parent_excess_refunded",
        "payment_of_two_children_bounced",
        "refund_over_customers",
        "tax_withheld_removed",
    ],
)
def test_it_ties_out_what_became_of_further_documents(live_db, settings, case):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play_case(box, case)
        sync = Sync.objects.get()
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
        assert (found(report), [each for each in balances(opened) if not each.agrees]) == ([], [])


def test_it_sees_a_share_that_is_altered_and_one_that_is_gone(box):
    share = Companion.objects.get()
    tamper(box, share.external_id, "amount", "24")
    different = read_again()
    assert (different.state, different.problem.value) == ("different", share.external_id)
    report = reconcile_period(Sync.objects.get(), START, END)
    assert found(report) == [("payments", "amount", different.natural_key)]
    assert [line.difference for line in report.lines if line.kind == "payments"] == [Decimal(-1)]
    assert read_again().state == "different"
    accept_different(payment(), reason="A rebate", actor=ACTOR)
    assert payment().state == "delivered"
    tamper(box, share.external_id, "delete")
    for _ in range(2):
        gone = read_again()
        assert (gone.state, gone.code, share.external_id in gone.reason) == ("parked", "deleted_in_target", True)
    report = reconcile_period(Sync.objects.get(), START, END)
    assert found(report) == [("payments", "missing", gone.natural_key)]


def test_it_moves_no_cash_between_customers(box):
    invoice = act(
        box, "issue_invoice", customer_id="kid", currency="USD", status="posted", at="2026-09-10T10:00:00-04:00",
        lines=[{"description": "More", "amount": 2500}],
    )  # fmt: skip
    order = {"payment_id": payment().natural_key, "invoice_id": invoice["id"], "amount": 2500}
    act(box, "apply_excess", at="2026-09-11T10:00:00-04:00", **order)
    before = box.control.writes("netsuite")
    settle(Sync.objects.get())
    held = payment()
    assert (held.state, held.code, box.control.writes("netsuite") - before) == ("parked", "payment_over_customers", 1)


@pytest.mark.parametrize("flow", ["payments", "invoices"])
def test_it_undoes_what_stands_in_shares(box, flow):
    sync = Sync.objects.get()
    record = SyncRecord.objects.get(flow=flow, state="delivered")
    undo(sync, scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong customer")
    settle(sync, "replay")
    assert list(SyncRecord.objects.filter(state__in=["parked", "different", "waiting"]).values_list("reason")) == []
    assert trial_balance(ledger(box)).get("1214", 0) == 0
    assert not Companion.objects.exclude(state="reversed").exists()


def test_it_takes_all_shares_for_reversed_once_the_last_reversal_is_accepted_as_it_stands(box):
    rule = {"kind": "write_altered", "rate": 1, "times": 1, "method": "PUT", "path": "*-OF-*REV*", "value": "date"}
    box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    undo(Sync.objects.get(), scope=Scope(record_id=payment().pk), actor=ACTOR, reason="Wrong customer")
    settle(Sync.objects.get(), "replay")
    accept_different(payment(), reason="The bank's day", actor=ACTOR)
    settle(Sync.objects.get(), "replay")
    assert (payment().code, Link.objects.get(flow="payments").state) == ("undone", "reversed")
    assert not Companion.objects.exclude(state="reversed").exists()


@pytest.mark.parametrize("kind", ["answer_lost_before_commit", "answer_lost_after_commit"])
def test_it_books_a_share_once_though_its_answer_is_lost(live_db, settings, kind):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        rule = {"kind": kind, "rate": 1, "times": 1, "method": "PUT", "path": "*-OF-*"}
        box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
        play_case(box, "paid_by_parent_too_much")
        settle(Sync.objects.get(), "recovery")
        assert Attempt.objects.filter(operation__startswith="create-share", outcome="unknown").exists()
        totals = sorted(one["total"] for one in ledger(box) if one["kind"] == "payment")
        assert (totals, payment().state, Companion.objects.count()) == (["100.00", "25.00"], "delivered", 1)


@pytest.fixture
def by_hand(live_db, settings):
    """Give how a story goes on where people keyed a part of what a parent pays, before the sync sees the payment."""
    settings.SETTLE_SCALE = 0
    *story, pay, _ = yaml.safe_load((FOLDER / "paid_by_parent_too_much.yaml").read_text())["story"]
    with sandbox() as box:
        telling = begin("chargebee_to_netsuite", box, OPENING, {"look_alikes": "link"})
        for step in (*story, "sync"):
            tell(telling, step)

        def go_on(customer, amount, invoice=""):
            key_by_hand(telling.sync, customer, amount, telling.names.get(invoice, ""))
            for step in (pay, "sync"):
                tell(telling, step)
            return SyncRecord.objects.get(flow="payments", natural_key=telling.names["pay"])

        yield go_on


def key_by_hand(sync: Sync, customer: str, amount: int, invoice: str) -> None:
    """Let somebody else book a payment of a customer."""
    links = {(one.flow, one.natural_key): one.external_id for one in Link.objects.all()}
    codes = {(one.kind, one.number): one.code for one in ReferenceValue.objects.filter(connection=sync.target)}
    paid = {"customer": {"id": links["customers", customer]}, "payment": amount, "tranDate": "2026-09-05"}
    paid |= {"currency": {"id": codes["currency", "USD"]}, "account": {"id": codes["account", "1214"]}}
    doc = {"doc": {"id": links.get(("invoices", invoice))}, "apply": True, "amount": amount}
    paid |= {"autoApply": False, **({"apply": {"items": [doc]}} if invoice else {})}
    made = Draft(flow="payments", key="x", sink="payments", reference="BY-HAND", payload=paid, facts=Facts())
    with open_session(sync.target) as session:
        session.sink("payments").book(made)


def test_it_asks_before_it_books_a_part_that_others_keyed(by_hand):
    held = by_hand("ann", 25)
    assert (held.state, held.code, Companion.objects.exists()) == ("parked", "possible_duplicate", False)
    replay(Sync.objects.get(), record_ids=[held.pk], actor=ACTOR)
    settle(Sync.objects.get(), "replay")
    assert (payment().code, Companion.objects.exists()) == ("possible_duplicate", False)
    post_anew(payment(), actor=ACTOR)
    settle(Sync.objects.get(), "replay")
    assert (payment().state, Companion.objects.count()) == ("delivered", 1)


def test_it_undoes_its_own_part_and_leaves_what_others_booked(by_hand):
    linked = by_hand("kid", 100, "inv")
    assert (linked.state, Link.objects.get(flow="payments").is_ours, Companion.objects.count()) == (
        "delivered",
        False,
        1,
    )
    undo(Sync.objects.get(), scope=Scope(record_id=linked.pk), actor=ACTOR, reason="Wrong customer")
    settle(Sync.objects.get(), "replay")
    left = payment()
    assert (left.state, left.code, "was booked by others and stays" in left.reason) == ("skipped", "undone", True)
    assert Link.objects.get(flow="payments").state == "standing"
    assert not Companion.objects.exclude(state="reversed").exists()


def test_it_tells_in_a_reconciliation_that_a_share_is_still_to_be_booked(live_db, settings):
    settings.SETTLE_SCALE = 0
    *story, _ = yaml.safe_load((FOLDER / "paid_by_parent_too_much.yaml").read_text())["story"]
    with sandbox() as box:
        telling = begin("chargebee_to_netsuite", box, OPENING, {})
        for step in story:
            tell(telling, step)
        rule = {"kind": "rate_limit", "rate": 1, "method": "PUT", "path": "*-OF-*"}
        box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
        run_to_rest(telling.sync)
        assert found(reconcile_period(telling.sync, START, END)) == [("payments", "amount", payment().natural_key)]
        box.control.delete("/faults/netsuite")
        settle(telling.sync, "recovery")
        assert (payment().state, found(reconcile_period(telling.sync, START, END))) == ("delivered", [])


def test_it_books_no_part_twice_where_an_invoice_came_to_stand_between_two_parts(box):
    other = act(
        box, "issue_invoice", customer_id="ann", currency="USD", status="posted", at="2026-09-10T10:00:00-04:00",
        lines=[{"description": "Own", "amount": 2500}],
    )  # fmt: skip
    settle(Sync.objects.get())
    links = {(one.flow, one.natural_key): one for one in Link.objects.all()}
    views = {name: LinkView(external_id=one.external_id, facts=load_facts(one.facts)) for name, one in links.items()}
    paid = next(key for flow, key in views if flow == "invoices" and key != other["id"])
    mine = ("payments", payment().natural_key)
    views[mine] = replace(views[mine], facts=replace(views[mine].facts, total=Decimal(125)))  # before the other stood
    moment = datetime(2026, 9, 5, tzinfo=UTC)
    body = SimpleNamespace(
        customer_id="ann", amount=Decimal(125), status="success", deleted=False, date=moment, currency_code="USD",
        linked_invoices=[
            SimpleNamespace(invoice_id=paid, applied_amount=Decimal(100)),
            SimpleNamespace(invoice_id=other["id"], applied_amount=Decimal(25)),
        ],
    )  # fmt: skip
    context = SimpleNamespace(links=views, revision=1)
    with pytest.raises(RejectedError, match="cash that stands is never moved"):
        payments.draft(Record(stream="transactions", key=mine[1], body=body), Mapped(header={}), context)


@pytest.mark.parametrize(
    ("case", "flow", "path"),
    [
        ("paid_by_parent_excess_refunded", "refunds", "/customerRefund/"),
        ("credit_adjustment", "credit_notes", "/creditMemo/"),
    ],
)
def test_it_sees_what_was_not_used_up_by_its_reversal(live_db, settings, case, flow, path):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play_case(box, case)
        rule = {"kind": "write_dropped_field", "rate": 1, "times": 1, "path": path, "value": "apply"}
        box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
        record = SyncRecord.objects.get(flow=flow, state="delivered")
        undo(Sync.objects.get(), scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong customer")
        settle(Sync.objects.get(), "replay")
        record.refresh_from_db()
        assert (record.state, "applied" in record.reason) == ("different", True)

"""The memo for tax that a customer withheld: a document of its own beside the invoice, seen, proven and taken back."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from integrations.connectors.netsuite.records import application, sublist, unapplication
from integrations.contracts import Draft, Facts
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.tests.ground import found, tamper
from integrations.engine.sessions import open_session
from integrations.engine.syncs import replay
from integrations.engine.tests.casebook import begin, play, tell, trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, sandbox
from integrations.engine.undo import Scope, undo
from integrations.models import Companion, Link, Sync, SyncRecord
from integrations.pairs.chargebee_to_netsuite.tests.test_undo import ledger, settle

FOLDER = Path(__file__).parent / "cases"
START, END = date(2026, 8, 1), date(2026, 9, 30)


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    opening = yaml.safe_load((FOLDER / "opening.yml").read_text())
    with sandbox() as served:
        play(FOLDER / "tax_withheld.yaml", "chargebee_to_netsuite", served, opening)
        yield served


def read_again(sync):
    """Have the invoice read again; give it as it is then."""
    record = SyncRecord.objects.get(
        sync=sync, flow="invoices", natural_key=Link.objects.get(flow="invoices").natural_key
    )
    replay(sync, record_ids=[record.pk], actor=ACTOR)
    settle(sync, "replay")
    record.refresh_from_db()
    return record


def test_it_undoes_an_invoice_with_withheld_tax(box):
    sync = Sync.objects.get()
    record = SyncRecord.objects.get(sync=sync, flow="invoices", state="delivered")
    undo(sync, scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong customer")
    settle(sync, "replay")
    held = SyncRecord.objects.filter(sync=sync, state__in=["parked", "different", "waiting"])
    assert list(held.values_list("flow", "code", "reason")) == []
    assert trial_balance(ledger(box)) == {}
    assert {one["open"] for one in ledger(box)} == {"0.00"}


def test_it_never_calls_an_invoice_delivered_while_its_memo_is_wrong(box):
    sync, memo = Sync.objects.get(), Companion.objects.get()
    assert (found(reconcile_period(sync, START, END)), read_again(sync).state) == ([], "delivered")
    tamper(box, memo.external_id, "date", "2026-09-21")
    assert read_again(sync).state == "different"
    tamper(box, memo.external_id, "date", "2026-09-20")
    assert read_again(sync).state == "delivered"
    tamper(box, memo.external_id, "delete")
    gone = read_again(sync)
    assert (gone.state, gone.code, memo.external_id in gone.reason) == ("parked", "deleted_in_target", True)
    assert found(reconcile_period(sync, START, END)) == [("invoices", "missing", gone.natural_key)]


def test_it_books_a_deleted_invoice_anew_for_a_second_company_with_its_memo(box):
    tamper(box, Link.objects.get(flow="invoices").external_id, "delete")
    second = make_live_sync(box)
    settle(second)
    assert not SyncRecord.objects.filter(sync=second, state__in=["parked", "different"]).exists()
    invoice = next(one for one in ledger(box) if one["kind"] == "invoice")
    memo = next(one for one in ledger(box) if one["kind"] == "credit_note")
    assert [(one["id"], one["amount"]) for one in memo["applied"]] == [(invoice["id"], "10.00")]


def use_up_by_hand(sync, memo, invoice, other):
    """Let somebody apply a credit memo to another invoice."""
    rows = sublist([unapplication(invoice), application(other, Decimal(10))])
    made = Draft(
        flow="invoices", key="x", sink="credit_memos", operation="apply", external_id=memo, reference="x",
        payload={"autoApply": False, "apply": rows}, facts=Facts(),
    )  # fmt: skip
    with open_session(sync.target) as session:
        session.sink("credit_memos").book(made)


def test_it_takes_no_memo_for_taken_back_while_it_settles_the_invoice(live_db, settings):
    settings.SETTLE_SCALE = 0
    opening = yaml.safe_load((FOLDER / "opening.yml").read_text())
    *story, last = yaml.safe_load((FOLDER / "tax_withheld_removed.yaml").read_text())["story"]
    with sandbox() as box:
        telling = begin("chargebee_to_netsuite", box, opening, {})
        for step in story:
            tell(telling, step)
        memo, invoice = Companion.objects.get(), Link.objects.get(flow="invoices").external_id
        rule = {"kind": "write_dropped_field", "rate": 1, "times": 1, "method": "PATCH", "path": "/creditMemo/"}
        box.control.post("/faults/netsuite", {"seed": 1, "rules": [{**rule, "value": "apply"}]})
        tell(telling, last)
        assert read_again(telling.sync).state == "different"
        other = Companion.objects.exclude(pk=memo.pk).get().external_id
        use_up_by_hand(telling.sync, memo.external_id, invoice, other)
        assert read_again(telling.sync).state == "delivered"
        memo.refresh_from_db()
        assert memo.state == "reversed"

"""Undo of an invoice whose customer withheld tax: its credit memo is taken back first, and the ledger is as before."""

from pathlib import Path

import yaml

from integrations.engine.tests.casebook import play, trial_balance
from integrations.engine.tests.harness import ACTOR, sandbox
from integrations.engine.undo import Scope, undo
from integrations.models import Sync, SyncRecord
from integrations.pairs.chargebee_to_netsuite.tests.test_undo import ledger, settle

FOLDER = Path(__file__).parent / "cases"


def test_it_undoes_an_invoice_with_withheld_tax(live_db, settings):
    settings.SETTLE_SCALE = 0
    opening = yaml.safe_load((FOLDER / "opening.yml").read_text())
    with sandbox() as box:
        play(FOLDER / "tax_withheld.yaml", "chargebee_to_netsuite", box, opening)
        sync = Sync.objects.get()
        record = SyncRecord.objects.get(sync=sync, flow="invoices", state="delivered")
        undo(sync, scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong customer")
        settle(sync, "replay")
        held = SyncRecord.objects.filter(sync=sync, state__in=["parked", "different", "waiting"])
        assert list(held.values_list("flow", "code", "reason")) == []
        assert trial_balance(ledger(box)) == {}
        assert {one["open"] for one in ledger(box)} == {"0.00"}

"""Undo of a day of mixed documents: the trial balance returns to where it was, to the cent, and nothing is deleted."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from integrations.engine.tests.casebook import NO_DOCUMENTS, trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.undo import Scope, undo
from integrations.errors import ConfigurationError
from integrations.models import SyncRecord

PAIRS = ("chargebee_to_jde", "chargebee_to_acumatica", "chargebee_to_dynamics365")  # NetSuite's has its own folder
SETTLES_BY_HAND = ("chargebee_to_dynamics365",)  # no public call settles what is posted: its staff does, or its batch
HELD = ("parked", "different", "unknown")
GAINS, LOSSES = "801300", "801400"  # F&O's: a gain that is taken back is a loss there, so the two come to nothing


def ledger(box, sync):
    return [one for one in box.control.documents(sync.target.connector) if one["kind"] not in NO_DOCUMENTS]


def by_currency(documents):
    """Add up by account and currency, each in its own: what a target books by itself for exchange has no currency."""
    sums = defaultdict(Decimal)
    for one in documents:
        for line in one["lines"]:
            sums[line["account"], one["currency"]] += Decimal(line["debit"]) - Decimal(line["credit"])
    return {name: amount for name, amount in sums.items() if amount}


def left(documents):
    """Give the trial balance with realised gains and losses as one figure."""
    balances = trial_balance(documents)
    exchange = balances.pop(GAINS, Decimal(0)) + balances.pop(LOSSES, Decimal(0))
    return balances | ({LOSSES: exchange} if exchange else {})


def settle(sync, box, trigger):
    """Run until nothing is left to do, the target's own staff posting what was booked."""
    for _ in range(8):
        run_to_rest(sync, trigger=trigger)
        posted = box.control.post(f"/post/{sync.target.connector}").get("posted")
        waiting = SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open", "waiting"])
        if not waiting.exclude(state="waiting").exists() and not posted:
            return
        waiting.update(state="due", due_at="2000-01-01T00:00Z")
        trigger = "recovery"


@pytest.mark.parametrize("pair", PAIRS)
def test_it_takes_a_day_of_mixed_documents_back_to_the_cent(live_db, settings, pair):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 8, "seed": 5, "months": 3})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box, pair)
        settle(sync, box, "manual")
        booked = {one["id"] for one in ledger(box, sync)}
        today = datetime.now(ZoneInfo(sync.tenant.time_zone or "UTC")).date()
        undo(sync, scope=Scope(day=today), actor=ACTOR, reason="Wrong account")
        settle(sync, box, "replay")
        after = ledger(box, sync)
        held = SyncRecord.objects.filter(sync=sync, state__in=HELD)
        assert list(held.values_list("flow", "natural_key", "code", "reason")) == []
        assert by_currency(after) == {}
        if pair in SETTLES_BY_HAND:
            box.control.post(f"/settle/{sync.target.connector}")
            after = ledger(box, sync)
        assert left(after) == {}
        assert [one["reference"] for one in after if Decimal(one["open"])] == []
        assert len(booked) > 20
        assert booked <= {one["id"] for one in after}
        with pytest.raises(ConfigurationError, match="undone before"):
            undo(sync, scope=Scope(day=today), actor=ACTOR, reason="Once more")

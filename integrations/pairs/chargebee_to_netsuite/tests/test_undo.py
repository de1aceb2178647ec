"""Undo of all that was booked on a day: the ledger returns to where it was, to the cent; nothing is deleted."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.engine.tests.casebook import NO_DOCUMENTS, trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.undo import Scope, undo
from integrations.errors import ConfigurationError
from integrations.models import SyncRecord


def ledger(box):
    return [one for one in box.control.documents("netsuite") if one["kind"] not in NO_DOCUMENTS]


def settle(sync, trigger="manual"):
    for _ in range(12):
        run_to_rest(sync, trigger=trigger)
        busy = SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open"])
        if not busy.exists():
            return
        busy.update(due_at="2000-01-01T00:00Z")
        trigger = "recovery"
    raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "code", "reason")[:5]))


def test_it_takes_a_day_of_mixed_documents_back_to_the_cent(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 20, "seed": 5, "months": 4})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box)
        settle(sync)
        booked = {one["id"] for one in ledger(box)}
        today = datetime.now(ZoneInfo(sync.tenant.time_zone or "UTC")).date()
        undo(sync, scope=Scope(day=today), actor=ACTOR, reason="Wrong account")
        settle(sync, "replay")
        after = ledger(box)
        held = SyncRecord.objects.filter(sync=sync, state__in=["parked", "different", "waiting"])
        assert list(held.values_list("flow", "natural_key", "code", "reason")) == []
        assert trial_balance(after) == {}
        assert booked <= {one["id"] for one in after}
        with pytest.raises(ConfigurationError):
            undo(sync, scope=Scope(day=today), actor=ACTOR, reason="Once more")

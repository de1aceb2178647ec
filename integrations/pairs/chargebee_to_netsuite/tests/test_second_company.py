"""A second company on the same systems: what the first one booked, settled and took back is linked, and left alone."""

from audit.models import Attempt
from integrations.engine.tests.casebook import trial_balance
from integrations.engine.tests.harness import make_live_sync, sandbox
from integrations.models import SyncRecord
from integrations.pairs.chargebee_to_netsuite.tests.test_undo import ledger, settle


def test_it_settles_nothing_a_second_time(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 30, "seed": 5, "months": 4})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        settle(make_live_sync(box))
        writes, before = box.control.writes("netsuite"), [ledger(box), trial_balance(ledger(box))]
        second = make_live_sync(box)
        settle(second)
        held = SyncRecord.objects.filter(sync=second, state__in=["parked", "different", "waiting"])
        assert list(held.values_list("flow", "natural_key", "code", "reason")) == []
        # Settling steps are upserts that change nothing here: cheaper to send again than to look up each time.
        upserts = Attempt.objects.filter(run__sync_id=second.pk, operation__startswith="settle").count()
        withheld = Attempt.objects.filter(run__sync_id=second.pk, operation__startswith="withheld")
        assert set(withheld.values_list("outcome", flat=True)) == {"linked"}
        assert box.control.writes("netsuite") - writes <= upserts
        assert [ledger(box), trial_balance(ledger(box))] == before

"""Retention and the engine: what was erased still stands, ties and is never posted twice, but cannot be reversed."""

from datetime import UTC, date, datetime, timedelta

from audit.models import Attempt
from audit.seal import verify
from integrations.engine import syncs
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.retention import erase_over
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.undo import Scope, undo
from integrations.models import SyncRecord


def erase_everything(sync):
    later = datetime.now(UTC) + timedelta(days=1)
    return erase_over(tenant_id=sync.tenant_id, tried_before=later, booked_before=later)


def test_it_goes_on_without_payloads(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 6, "seed": 3})
        sync = make_live_sync(box)
        run_to_rest(sync)
        booked, before = box.control.documents("netsuite"), SyncRecord.objects.filter(state="delivered").count()
        assert erase_everything(sync) == Attempt.objects.count()
        assert verify(sync.tenant_id) is None

        ids = list(SyncRecord.objects.values_list("pk", flat=True))
        syncs.replay(sync, record_ids=ids, actor=ACTOR)
        run_to_rest(sync, trigger="replay")

        assert box.control.documents("netsuite") == booked
        assert SyncRecord.objects.filter(state="delivered").count() == before
        assert reconcile_period(sync, date(2020, 1, 1), date(2030, 1, 1)).ok

        erase_everything(sync)
        payment = SyncRecord.objects.filter(flow="payments", state="delivered").first()
        undo(sync, scope=Scope(record_id=payment.pk), actor=ACTOR, reason="Wrong account")
        run_to_rest(sync, trigger="replay")
        payment.refresh_from_db()

        assert (payment.state, payment.code) == ("parked", "payload_erased")
        assert box.control.documents("netsuite") == booked
        assert verify(sync.tenant_id) is None

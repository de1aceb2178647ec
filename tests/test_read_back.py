"""A 2xx is not proof: of many writes, each one that arrives changed is caught, and no other is held up."""

import pytest

from integrations.engine.tests.harness import make_live_sync, run_to_rest, sandbox, verdict
from integrations.models import SyncRecord

DOCUMENTS = ("/invoice/", "/customerPayment/")


@pytest.mark.parametrize("kind", ["write_altered", "write_dropped_field"])
def test_it_catches_each_altered_write_in_fifty_and_raises_no_false_alarm(live_db, settings, kind):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 40, "seed": 11, "months": 6, "invoices": 400})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box)
        rules = [{"kind": kind, "rate": 0.02, "method": "PUT", "path": path} for path in DOCUMENTS]
        box.control.post("/faults/netsuite", {"seed": 4, "rules": rules})
        run_to_rest(sync)
        struck = box.control.get("/faults/netsuite")["hits"][kind]
        box.heal("netsuite")
        records = SyncRecord.objects.filter(sync=sync)
        assert struck > 5
        assert records.filter(state="different").count() == struck
        assert verdict(sync, box).findings == []
        assert records.filter(state="delivered").count() > 40 * struck

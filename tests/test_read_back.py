"""A 2xx is not proof: of many writes, each one that arrives changed is caught, and no other is held up.

What a read-back compares is what is posted: amounts, dates, customers, accounts, applications. Texts (memo, e-mail) are
not, so where the simulator would alter a memo for want of lines, the date is altered instead.
"""

import pytest

from integrations.engine.tests.harness import make_live_sync, run_to_rest, sandbox, verdict
from integrations.models import SyncRecord

RATES = {"invoice": 0.02, "customerPayment": 0.02, "creditMemo": 0.2, "customerRefund": 0.2}  # of few, enough
WITHOUT_LINES = ("customerRefund",)
HELD = ("different", "unknown", "parked")  # what waits for such a document is held up with it


def rule(kind, record):
    altered = {"value": "date"} if kind == "write_altered" and record in WITHOUT_LINES else {}
    return {"kind": kind, "rate": RATES[record], "method": "PUT", "path": f"/{record}/", **altered}


@pytest.mark.parametrize("kind", ["write_altered", "write_dropped_field"])
def test_it_catches_each_altered_write_in_fifty_and_raises_no_false_alarm(live_db, settings, kind):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 40, "seed": 11, "months": 6, "invoices": 400})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box)
        box.control.post("/faults/netsuite", {"seed": 4, "rules": [rule(kind, record) for record in RATES]})
        run_to_rest(sync)
        struck = box.control.get("/faults/netsuite")["hits"][kind]
        box.heal("netsuite")
        records = SyncRecord.objects.filter(sync=sync)
        caught = records.filter(state__in=HELD)
        assert struck > 20
        assert caught.count() == struck
        assert {"invoices", "credit_notes", "payments"} <= set(caught.values_list("flow", flat=True))
        assert verdict(sync, box).findings == []
        assert records.filter(state="delivered").count() > 20 * struck


@pytest.mark.parametrize(("kind", "value"), [("write_altered", "date"), ("write_dropped_field", "tranDate")])
def test_it_counts_no_refund_as_delivered_that_arrived_changed(live_db, settings, kind, value):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 15, "seed": 11, "months": 4})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box)
        box.fault("netsuite", kind, method="PUT", path="/customerRefund/", value=value)
        run_to_rest(sync)
        struck = box.control.get("/faults/netsuite")["hits"][kind]
        box.heal("netsuite")
        refunds = SyncRecord.objects.filter(sync=sync, state="different")
        assert (struck > 0, refunds.count()) == (True, struck)

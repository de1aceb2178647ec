"""Pairs of every kind reconcile what their syncs delivered: journals, sales documents, lists without lines."""

import pytest

from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.tests.ground import END, START, found, settle
from integrations.engine.tests.harness import make_live_sync, sandbox

PAIRS = ("chargebee_to_netsuite", "chargebee_to_jde", "chargebee_to_acumatica")


@pytest.mark.parametrize("pair", PAIRS)
def test_it_agrees_three_ways_with_what_was_delivered(live_db, settings, pair):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 10, "seed": 3, "months": 4})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box, pair)
        settle(sync)
        report = reconcile_period(sync, START, END)
    assert found(report) == []
    assert sum(line.source.n for line in report.lines) > 40
    assert all(line.agrees for line in report.lines)

"""A chaos run follows from its seed, and is clean only where an outside look finds nothing doubled."""

from integrations.engine.run import run_sync
from integrations.engine.tests.harness import make_live_sync, sandbox
from portal.chaos.dice import MOMENTS, blows
from portal.chaos.report import report_of
from portal.chaos.storm import Tally


def test_it_deals_the_same_blows_for_the_same_seed_and_kills_at_every_moment():
    assert blows(3) == blows(3) != blows(4)
    assert {blow.checkpoint.partition(":")[0] for blow in blows(3)} == set(MOMENTS)
    assert any(blow.empties_redis for blow in blows(3))


def test_it_is_clean_only_without_a_double(live_db, settings):
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 3, "seed": 1, "months": 2})
        box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_live_sync(box)
        run_sync(sync.pk, trigger="manual")

        def outcome():
            return report_of(sync, box.control, Tally(worker_kills=1), seed=1, came_to_rest=True, seconds=1.0).report

        assert (outcome()["ok"], outcome()["worker_kills"]) == (True, 1)
        invoice = next(one for one in box.control.documents("netsuite") if one["kind"] == "invoice")
        box.control.post("/tamper/netsuite", {"id": invoice["id"], "op": "duplicate"})
        assert (outcome()["ok"], outcome()["duplicates"]) == (False, 1)

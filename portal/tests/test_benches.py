"""The benches run small: what they report is whole and counts right. How long anything took is nobody's test."""

from audit.models import Attempt, Seal
from integrations.engine.tests.harness import sandbox
from integrations.models import Sync, SyncRecord
from portal.bench import audit, growth, scheduler

PARTS = {"name", "figures", "ratio", "machine"}


def test_it_measures_ticks_and_claims_in_turns(live_db):
    report = scheduler.measure_scheduler(scheduler.Size(syncs=30, due=10, tenants=5), times=2)
    figures = report["figures"]

    assert set(report) == PARTS
    assert report["name"] == "scheduler"
    assert (figures["syncs"], figures["due"], figures["ticks_until_all_claimed"]) == (30, 10, 1)
    assert figures["companies_served_by_first_tick"] == 5
    assert figures["one_sync_companies_last_place"] == 5  # each has its turn before the first company's second
    assert set(report["ratio"]) == {"claim_vs_bare", "busy_tick_vs_bare"}
    assert Sync.objects.filter(claimed_until__isnull=False).count() == 10


def test_it_measures_what_the_trail_costs(live_db):
    report = audit.measure_audit(audit.Size(runs=2, attempts=30, batch=20))

    assert set(report) == PARTS
    assert (report["figures"]["attempts"], report["figures"]["seals"]) == (60, 2)
    assert set(report["ratio"]) == {"trail_vs_bare", "sealing_share", "verify_vs_digests"}
    assert Seal.objects.count() == 2
    assert Attempt.objects.count() == 120  # the floor's, too


def test_it_measures_the_same_work_after_a_longer_history(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        report = growth.measure_growth(box.control, sizes=(3, 30), times=1)
    figures = report["figures"]

    assert set(report) == PARTS
    assert list(figures["by_documents"]) == ["3", "30"]
    assert {"run", "run_nothing_new", "reconcile", "page_home"} < set(report["ratio"])
    assert figures["queries_grow_in"] == []
    assert SyncRecord.objects.filter(natural_key__startswith="former-").count() == 30

"""The engine end to end on real sockets: whatever goes wrong, each document stands in the ledger once, to the cent."""

import pytest

from audit.models import Attempt, Run
from audit.seal import verify
from integrations.engine import decisions, inbox, syncs
from integrations.engine.ping import ping
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import (
    ACTOR,
    Sandbox,
    held,
    links,
    make_live_sync,
    run_to_rest,
    sandbox,
    states,
    verdict,
)
from integrations.errors import ConfigurationError
from integrations.models import Connection, Problem, ReferenceValue, Sync, SyncRecord
from mappings.map_versions import change_entries
from mappings.models import ValueMap
from mappings.value_maps import Entry
from mappings.versions import publish_map_changes


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/generate/chargebee", {"customers": 15, "seed": 3, "months": 4})
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


def settle(sync: Sync, trigger: str = "manual") -> None:
    """Run until neither due nor unknown records are left, as the tick would."""
    for _ in range(10):
        run_to_rest(sync, trigger=trigger)
        busy = SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open"])
        if not busy.exists():
            return
        busy.update(due_at="2000-01-01T00:00Z")
        trigger = "recovery"
    raise AssertionError(states(sync))


def check_books(sync: Sync, box: Sandbox) -> None:
    found = verdict(sync, box)
    assert (found.findings, found.is_reconciled) == ([], True)
    assert not Attempt.objects.filter(closed_at=None).exists()
    assert verify(sync.tenant_id) is None


def test_it_delivers_all_that_is_due_and_says_why_it_skips_the_rest(box):
    sync = make_live_sync(box)
    settle(sync)
    check_books(sync, box)
    assert {state for _, _, state, _ in held(sync)} <= {"skipped"}
    assert all(reason for *_, reason in held(sync))
    assert states(sync)["invoices"]["delivered"] > 20


def test_it_writes_nothing_the_second_time(box):
    sync = make_live_sync(box)
    settle(sync)
    before = box.control.writes("netsuite")
    settle(sync)
    assert box.control.writes("netsuite") == before
    check_books(sync, box)


def test_it_delivers_exactly_what_an_unfiltered_read_shows_though_rows_change_meanwhile(box):
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers",))
    box.control.post("/generate/chargebee", {"activity": 60, "seed": 9})
    settle(sync)
    box.control.post("/generate/chargebee", {"activity": 60, "seed": 10})
    run_to_rest(sync)
    run_to_rest(sync, trigger="sweep")
    settle(sync)
    source = {d["id"] for d in box.control.documents("chargebee") if d["object"] == "invoice"}
    assert set(SyncRecord.objects.filter(sync=sync, flow="invoices").values_list("natural_key", flat=True)) == source
    assert verdict(sync, box).missing == 0


@pytest.mark.parametrize(
    "kind",
    [
        "answer_lost_after_commit",
        "answer_lost_before_commit",
        "connection_reset",
        "server_error",
        "commit_after_timeout",
    ],
)
def test_it_books_once_when_answers_are_lost(box, kind, settings):
    settings.CALL_TIMEOUT_S = 1.0
    sync = make_live_sync(box)
    box.control.post(
        "/faults/netsuite", {"seed": 5, "rules": [{"kind": kind, "rate": 0.15, "method": "PUT", "times": 12}]}
    )
    settle(sync)
    box.heal("netsuite")
    settle(sync)
    check_books(sync, box)
    assert Attempt.objects.exclude(outcome__in=["delivered"]).exists()


@pytest.mark.parametrize("kind", ["token_expired", "rate_limit", "rate_limit_no_hint"])
def test_it_goes_on_after_the_target_asked_for_a_new_token_or_a_pause(box, kind):
    sync = make_live_sync(box)
    box.control.post("/faults/netsuite", {"seed": 5, "rules": [{"kind": kind, "rate": 0.1, "times": 3}]})
    settle(sync)
    box.heal("netsuite")
    settle(sync)
    check_books(sync, box)


@pytest.mark.parametrize("kind", ["write_altered", "write_dropped_field"])
def test_it_counts_nothing_as_delivered_that_stands_differently(box, kind):
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers", "items"))
    box.control.post("/faults/netsuite", {"seed": 2, "rules": [{"kind": kind, "rate": 0.1, "path": "/invoice"}]})
    run_to_rest(sync)
    box.heal("netsuite")
    different = set(SyncRecord.objects.filter(sync=sync, state="different").values_list("natural_key", flat=True))
    found = verdict(sync, box)
    assert different
    assert found.amount_differences == 0
    assert Problem.objects.filter(sync=sync, code="different", records__gt=0).exists()


def test_it_parks_only_the_records_that_a_missing_account_holds_up_and_heals_them(box):
    sync = make_live_sync(box)
    clearing = ValueMap.objects.get(sync_id=sync.pk, name="clearing_accounts")
    change_entries(value_map=clearing, actor=ACTOR, put=[Entry(keys=("stripe", "*"), value="9999")])
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)
    settle(sync)
    problem = Problem.objects.get(sync=sync, healed_at=None)
    parked = SyncRecord.objects.filter(sync=sync, state="parked")
    assert (problem.records, "9999" in problem.message) == (parked.count(), True)
    assert problem.money
    assert "parked" not in states(sync)["invoices"]
    change_entries(value_map=clearing, actor=ACTOR, put=[Entry(keys=("stripe", "*"), value="1210")])
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)
    syncs.replay(sync, record_ids=list(parked.values_list("pk", flat=True)), actor=ACTOR)
    settle(sync, trigger="replay")
    problem.refresh_from_db()
    assert (problem.records, problem.healed_at is not None) == (0, True)
    check_books(sync, box)


def test_it_parks_what_names_reference_data_that_vanished(box):
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers", "items", "invoices"))
    ReferenceValue.objects.filter(connection=sync.target, kind="account", number="1210").update(is_active=False)
    settle(sync)
    parked = set(SyncRecord.objects.filter(sync=sync, state="parked").values_list("flow", "code"))
    assert parked <= {("payments", "missing_reference"), ("refunds", "missing_reference")}
    assert ("payments", "missing_reference") in parked


def test_it_stops_with_the_reason_when_the_credentials_are_refused(box):
    sync = make_live_sync(box)
    box.control.post("/limits/chargebee", {"status": "blocked"})
    run_to_rest(sync)
    stopped = Sync.objects.get(pk=sync.pk)
    assert (stopped.state, bool(stopped.stop_reason), stopped.next_run_at) == ("stopped", True, None)
    assert Run.objects.latest("id").state == "failed"


def test_it_only_reads_back_what_is_replayed_after_delivery(box):
    sync = make_live_sync(box)
    settle(sync)
    before = box.control.writes("netsuite")
    record = SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered").first()
    syncs.replay(sync, record_ids=[record.pk], actor=ACTOR)
    run_to_rest(sync, trigger="replay")
    assert box.control.writes("netsuite") == before
    assert list(Attempt.objects.filter(record_id=record.pk).order_by("id").values_list("outcome", flat=True)) == [
        "delivered",
        "delivered",
    ]


def test_it_finds_a_change_made_by_hand_when_a_record_is_read_again(box):
    sync = make_live_sync(box)
    settle(sync)
    record = SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered").first()
    external_id = links(sync, "invoices")[record.natural_key]
    box.control.post("/tamper/netsuite", {"id": external_id, "op": "amount", "value": "1.23"})
    syncs.replay(sync, record_ids=[record.pk], actor=ACTOR)
    run_to_rest(sync, trigger="replay")
    record.refresh_from_db()
    assert (record.state, "1.23" in record.reason) == ("different", True)


def test_it_releases_a_payment_when_its_invoice_is_delivered(box):
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers", "items", "payments"))
    assert states(sync)["payments"]["waiting"] > 10
    settle(sync)
    assert "waiting" not in states(sync)["payments"]
    check_books(sync, box)


def test_it_delivers_a_burst_of_webhooks_once_per_object(box):
    sync = make_live_sync(box)
    settle(sync)
    before = Attempt.objects.count()
    made = box.control.post("/generate/chargebee", {"activity": 120, "objects": 30, "seed": 4})
    assert made
    events = list(box.world.simulators["chargebee"].site.every("events"))[-120:]
    for event in [*events, *events[::-1]]:
        inbox.accept(sync.source, inbox.Hint(event_id=event["id"], event_type=event["event_type"]))
    inbox.drain(sync.source_id)
    settle(sync, trigger="webhook")
    assert Attempt.objects.filter(flow="invoices").count() <= before + 30
    assert SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered").count() >= 30
    check_books(sync, box)


def test_it_refuses_a_second_live_sync_between_the_same_systems(box):
    sync = make_live_sync(box)
    second = syncs.create_sync(
        tenant_id=sync.tenant_id,
        pair_slug=sync.pair,
        name="second",
        source=sync.source,
        target=sync.target,
        actor=ACTOR,
    )
    with pytest.raises(ConfigurationError, match="already joins"):
        syncs.activate(second, actor=ACTOR)


def test_it_takes_a_difference_as_delivered_only_with_a_reason_and_lets_the_children_go_on(box):
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers", "items"))
    box.control.post(
        "/faults/netsuite",
        {"seed": 2, "rules": [{"kind": "write_altered", "rate": 1.0, "path": "/invoice", "times": 3}]},
    )
    run_to_rest(sync)
    box.heal("netsuite")
    different = SyncRecord.objects.filter(sync=sync, state="different")
    children = SyncRecord.objects.filter(sync=sync, state="waiting").count()
    assert children
    with pytest.raises(ConfigurationError):
        decisions.accept_different(different.first(), reason=" ", actor=ACTOR)
    for record in list(different):
        decisions.accept_different(record, reason="The customer agreed.", actor=ACTOR)
    settle(sync, trigger="replay")
    assert not SyncRecord.objects.filter(sync=sync, state__in=["different", "waiting"]).exists()
    assert not Problem.objects.filter(sync=sync, code="different", healed_at=None).exists()
    assert verify(sync.tenant_id) is None


def test_it_lets_an_archived_syncs_successor_go_on_with_its_records(box):
    sync = make_live_sync(box)
    settle(sync)
    before = box.control.writes("netsuite")
    decisions.archive(sync, actor=ACTOR)
    again = syncs.create_sync(
        tenant_id=sync.tenant_id, pair_slug=sync.pair, name="again", source=sync.source, target=sync.target, actor=ACTOR
    )
    syncs.activate(again, actor=ACTOR)
    settle(again)
    assert box.control.writes("netsuite") == before
    assert SyncRecord.objects.filter(sync=again, state="delivered").count() > 100


def test_it_stops_when_a_connection_becomes_another_system_until_an_owner_confirms(box):
    sync = make_live_sync(box)
    target = sync.target
    Connection.objects.filter(pk=target.pk).update(fingerprint="netsuite:another")
    target.refresh_from_db()
    assert not ping(target, actor=ACTOR).ok
    target.refresh_from_db()
    assert (target.state, Sync.objects.get(pk=sync.pk).state) == ("changed", "stopped")
    with pytest.raises(ConfigurationError, match="no good ping"):
        syncs.activate(Sync.objects.get(pk=sync.pk), actor=ACTOR)
    decisions.confirm_identity(target, actor=ACTOR)
    target.refresh_from_db()
    assert ping(target, actor=ACTOR).ok
    syncs.activate(Sync.objects.get(pk=sync.pk), actor=ACTOR)
    settle(Sync.objects.get(pk=sync.pk))
    check_books(sync, box)

"""A draft is tried on what was delivered and on what is parked, before it is published."""

import pytest

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.changes import replay_healed
from integrations.engine.rehearsal.tests.kit import billing, entries_of, fill_map
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, states
from integrations.models import Check, Sync, SyncRecord
from mappings.map_versions import change_entries
from mappings.models import Mapping, ValueMap
from mappings.value_maps import Entry
from mappings.versions import create_draft, publish, save_as_draft


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing() as running:
        yield running


def live(sync: Sync, flow: str) -> Mapping:
    return Mapping.objects.get(sync_id=sync.pk, flow=flow, status="published")


def compared(sync: Sync, draft: Mapping) -> Check:
    check = stored.ask(sync, Check.Kind.CHANGE, flow=draft.flow, actor=ACTOR, params={"version": draft.version})
    return making.make(check.pk)


def test_it_names_the_delivered_records_and_the_amounts_that_would_move(box):
    sync = make_live_sync(box, "chargebee_to_acumatica")
    run_to_rest(sync)
    accounts = ValueMap.objects.get(sync_id=sync.pk, name="line_accounts")
    change_entries(value_map=accounts, actor=ACTOR, put=[Entry(keys=("item", "*"), value="41000")])
    draft = create_draft(tenant_id=sync.tenant_id, sync_id=sync.pk, flow="invoices", actor=ACTOR)
    report = compared(sync, draft).report
    delivered = SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered").count()
    assert (report["compared"], 0 < report["differ"] <= delivered) == (delivered, True)
    assert {row["account"] for row in report["moved"]} == {"40000", "41000"}
    assert all(one["label"] and one["fields"] for one in report["records"])


def test_it_finds_nothing_in_a_draft_that_changes_nothing(box):
    sync = make_live_sync(box)
    run_to_rest(sync)
    same = save_as_draft(mapping=live(sync, "payments"), actor=ACTOR, rows=live(sync, "payments").rows).mapping
    report = compared(sync, same).report
    assert (report["differ"], report["moved"], report["heals"]) == (0, [], [])


def test_it_lists_what_the_draft_would_heal_and_replays_it(box):
    sync = make_live_sync(box)
    whole = entries_of(sync, "clearing_accounts")
    fill_map(sync, "clearing_accounts", {("stripe", "*"): "1210"})
    run_to_rest(sync)
    parked = set(SyncRecord.objects.filter(sync=sync, flow="payments", state="parked").values_list("pk", flat=True))
    accounts = ValueMap.objects.get(sync_id=sync.pk, name="clearing_accounts")
    change_entries(
        value_map=accounts, actor=ACTOR, put=[Entry(keys=keys, value=value) for keys, value in whole.items()]
    )
    draft = create_draft(tenant_id=sync.tenant_id, sync_id=sync.pk, flow="payments", actor=ACTOR)
    check = compared(sync, draft)
    assert {one["id"] for one in check.report["heals"]} == parked
    assert parked
    publish(mapping=draft, actor=ACTOR)
    assert replay_healed(check, actor=ACTOR) == len(parked)
    run_to_rest(sync, trigger="replay")
    assert "parked" not in states(sync)["payments"]

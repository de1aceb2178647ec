"""An account vanishes in the target: only what needs it is held up, coverage shows it, and the fix heals all of it."""

import pytest

from integrations.engine import syncs
from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.tests.kit import billing, fill_map
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR, make_live_sync, rested, run_to_rest, states, verdict
from integrations.models import Check, Problem, ReferenceValue, SyncRecord
from mappings.map_versions import change_entries
from mappings.models import ValueMap
from mappings.value_maps import Entry
from mappings.versions import publish_map_changes
from portal.models import Role
from portal.tests.people import client_of, join

MAP = {("stripe", "*"): "1210", ("*", "*"): "1211"}


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing() as running:
        yield running


@pytest.fixture
def sync(box):
    return rested(booked, box)


def booked(box):
    """Give a sync whose invoices are booked, measured when all was well, before its account vanishes."""
    made = make_live_sync(box)
    fill_map(made, "clearing_accounts", MAP)
    run_sync(made.pk, trigger="manual", flows=("customers", "items", "invoices"))
    making.make(stored.ask(made, Check.Kind.COVERAGE, actor=ACTOR).pk)
    vanish(made, box, is_gone=True)
    return made


def vanish(sync, box, *, is_gone: bool) -> None:
    account = ReferenceValue.objects.get(connection=sync.target, kind="account", number="1210")
    box.control.post("/inactivate/netsuite", {"type": "account", "id": account.code, "inactive": is_gone})


@pytest.fixture
def client(sync):
    return client_of(join(sync.tenant, Role.AUDITOR).user, tenant=sync.tenant)


def test_it_parks_only_what_needs_the_vanished_account(box, sync):
    run_to_rest(sync)
    assert set(states(sync)["invoices"]) <= {"delivered", "skipped"}
    problem = Problem.objects.get(sync=sync, healed_at=None)
    held = SyncRecord.objects.filter(sync=sync, state="parked")
    assert problem.records == held.count() > 0
    assert states(sync)["payments"]["delivered"] > 0


def test_it_shows_the_vanished_account_in_coverage_after_the_run_that_met_it(client, sync):
    page = f"/syncs/{sync.pk}/coverage/"
    assert "is no longer active in the target" not in client.get(page).content.decode()
    run_to_rest(sync)
    assert "Account 1210 is no longer active in the target" in client.get(page).content.decode()


def test_it_heals_what_was_held_once_the_account_is_back(box, sync):
    run_to_rest(sync)
    vanish(sync, box, is_gone=False)
    replay(sync)
    check_all_delivered(box, sync)


def test_it_heals_what_was_held_once_another_account_is_mapped(box, sync):
    run_to_rest(sync)
    accounts = ValueMap.objects.get(sync_id=sync.pk, name="clearing_accounts")
    change_entries(value_map=accounts, actor=ACTOR, put=[Entry(keys=("stripe", "*"), value="1211")])
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)
    replay(sync)
    check_all_delivered(box, sync)


def replay(sync) -> None:
    held = SyncRecord.objects.filter(sync=sync, state="parked")
    syncs.replay(sync, record_ids=list(held.values_list("pk", flat=True)), actor=ACTOR)
    sync.refresh_from_db()
    run_to_rest(sync, trigger="replay")
    run_to_rest(sync)


def check_all_delivered(box, sync) -> None:
    assert set(SyncRecord.objects.filter(sync=sync).values_list("state", flat=True)) <= {"delivered", "skipped"}
    assert not Problem.objects.filter(sync=sync, healed_at=None).exists()
    assert verdict(sync, box).findings == []

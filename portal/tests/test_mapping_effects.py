"""Publishing with open eyes: what would differ is looked at first, what it heals is tried again in one click."""

import pytest

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.tests.kit import billing, entries_of, fill_map
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, states
from integrations.models import Check, SyncRecord
from mappings.map_versions import change_entries
from mappings.models import Mapping, ValueMap
from mappings.value_maps import Entry
from mappings.versions import save_as_draft
from portal.models import Role
from portal.tests.people import client_of, join


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing(customers=6, months=2) as running:
        yield running


@pytest.fixture
def sync(box):
    return make_live_sync(box)


@pytest.fixture
def delivered(sync):
    run_to_rest(sync)
    return sync


@pytest.fixture
def client(sync):
    return client_of(join(sync.tenant, Role.ADMIN).user, tenant=sync.tenant)


def published(sync, flow="payments"):
    return Mapping.objects.get(sync_id=sync.pk, flow=flow, status="published")


def draft_of(sync, flow="payments"):
    return save_as_draft(mapping=published(sync, flow), actor=ACTOR, rows=published(sync, flow).rows).mapping


def publish(client, sync, version, **more):
    return client.post(f"/syncs/{sync.pk}/mappings/payments/publish/", {"version": version, **more}, follow=True)


def look(sync) -> str:
    return f"/syncs/{sync.pk}/changed-maps/"


def make_last(sync, flow="payments") -> Check:
    return making.make(stored.newest(sync, Check.Kind.CHANGE, flow).pk)


def put(sync, entries) -> None:
    accounts = ValueMap.objects.get(sync_id=sync.pk, name="clearing_accounts")
    put = [Entry(keys=keys, value=value) for keys, value in entries.items()]
    change_entries(value_map=accounts, actor=ACTOR, put=put, is_whole=True)


def test_it_asks_to_look_before_a_draft_is_published(delivered, sync, client):
    draft = draft_of(sync)
    said = publish(client, sync, draft.version).content.decode()
    assert "First look at what would differ" in said
    assert published(sync).version == 1
    assert stored.newest(sync, Check.Kind.CHANGE, "payments").params == {"version": draft.version}


def test_it_publishes_once_somebody_could_look(delivered, sync, client):
    draft = draft_of(sync)
    publish(client, sync, draft.version)
    make_last(sync)
    publish(client, sync, draft.version)
    assert published(sync).version == draft.version


def test_it_publishes_without_a_look_where_that_is_asked_for(delivered, sync, client):
    draft = draft_of(sync)
    publish(client, sync, draft.version, anyway="1")
    assert published(sync).version == draft.version


def test_it_asks_again_after_the_draft_was_changed(delivered, sync, client):
    draft = draft_of(sync)
    publish(client, sync, draft.version)
    make_last(sync)
    Mapping.objects.filter(pk=draft.pk).update(rows=draft.rows[:-1])
    publish(client, sync, draft.version)
    assert published(sync).version == 1


def test_it_asks_to_look_before_value_maps_are_published(delivered, sync, client):
    put(sync, {("*", "*"): "1211"})
    client.post(f"/syncs/{sync.pk}/publish-maps/")
    assert published(sync).version == 1
    for flow in ("payments", "refunds"):
        if stored.newest(sync, Check.Kind.CHANGE, flow):
            make_last(sync, flow)
    effects = {effect.mapping.flow: effect for effect in client.get(look(sync)).context["effects"]}
    assert effects["payments"].check.report["differ"] > 0
    client.post(f"/syncs/{sync.pk}/publish-maps/")
    assert published(sync).version == 2


def test_it_lists_what_a_publication_heals_and_replays_it_on_one_click(sync, client):
    whole = entries_of(sync, "clearing_accounts")
    fill_map(sync, "clearing_accounts", {("nobody", "*"): "1210"})
    run_to_rest(sync)
    parked = set(SyncRecord.objects.filter(sync=sync, flow="payments", state="parked").values_list("pk", flat=True))
    assert parked
    put(sync, whole)
    client.post(f"/syncs/{sync.pk}/publish-maps/", {"anyway": "1"})
    make_last(sync)
    page = client.get(look(sync))
    healed = next(effect for effect in page.context["healing"] if effect.mapping.flow == "payments")
    assert {one["id"] for one in healed.heals} == parked
    assert "healed by it" in client.get(f"/syncs/{sync.pk}/mappings/payments/").content.decode()
    client.post(f"/syncs/{sync.pk}/mappings/payments/heal/", {"back": "maps"})
    run_to_rest(sync, trigger="replay")
    assert "parked" not in states(sync)["payments"]

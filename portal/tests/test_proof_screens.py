"""The proof of a sync's mappings on screen: asked for, shown flow by flow, its counter-examples one click away."""

import pytest

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.tests.kit import billing, fill_map
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest
from integrations.models import Check, SyncRecord
from mappings.models import Mapping
from mappings.versions import save_as_draft
from portal.models import Role
from portal.tests.people import client_of, join


@pytest.fixture
def sync(live_db):
    with billing(customers=6, months=2) as box:
        yield make_live_sync(box)


@pytest.fixture
def client(sync):
    return client_of(join(sync.tenant, Role.ADMIN).user, tenant=sync.tenant)


def prove(sync, client, **form):
    client.post(f"/syncs/{sync.pk}/proof/make/", form)
    return making.make(stored.newest(sync, Check.Kind.PROOF).pk)


def flows(sync, client):
    return {flow.slug: flow for flow in client.get(f"/syncs/{sync.pk}/proof/").context["flows"]}


def test_it_shows_that_each_flow_is_proved(sync, client):
    prove(sync, client)
    shown = flows(sync, client)
    assert {slug: flow.failures for slug, flow in shown.items()} == dict.fromkeys(shown, ())
    assert shown["invoices"].records > 0
    assert "Proved" in client.get(f"/syncs/{sync.pk}/proof/").content.decode()


def test_it_leads_to_the_record_that_shows_the_fault(sync, client):
    run_to_rest(sync)
    fill_map(sync, "clearing_accounts", {("paypal", "*"): "1210"})
    prove(sync, client)
    failure = flows(sync, client)["payments"].failures[0]
    row = SyncRecord.objects.get(pk=failure.record_id)
    assert (row.flow, row.natural_key) == ("payments", failure.facts["key"])
    assert f"/records/{row.pk}/" in client.get(f"/syncs/{sync.pk}/proof/").content.decode()


def test_it_offers_a_preview_of_a_record_that_no_run_has_met(sync, client):
    fill_map(sync, "clearing_accounts", {("paypal", "*"): "1210"})
    prove(sync, client)
    failure = flows(sync, client)["payments"].failures[0]
    assert failure.record_id is None
    assert f'name="keys" value="{failure.facts["key"]}"' in client.get(f"/syncs/{sync.pk}/proof/").content.decode()


def test_it_proves_the_drafts_that_wait(sync, client):
    published = Mapping.objects.get(sync_id=sync.pk, flow="payments", status="published")
    save_as_draft(mapping=published, actor=ACTOR, rows=[row for row in published.rows if not row.get("required")])
    prove(sync, client, choice="drafts")
    shown = flows(sync, client)
    assert (shown["payments"].version, shown["invoices"].version) == (2, 1)
    assert shown["payments"].failures

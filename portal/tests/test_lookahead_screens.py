"""Coverage, previews, rehearsals and configuration files on screen, from a real sandbox."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.tests.kit import billing, entries_of, fill_map
from integrations.engine.tests.harness import ACTOR, make_live_sync
from integrations.models import Check, Sync
from portal.models import Role
from portal.tests.people import client_of, join


@pytest.fixture
def sync(live_db):
    with billing(customers=6, months=2) as box:
        yield make_live_sync(box)


@pytest.fixture
def client(sync):
    return client_of(join(sync.tenant, Role.ADMIN).user, tenant=sync.tenant)


def made(sync: Sync, kind: str, **asked) -> Check:
    return making.make(stored.ask(sync, kind, actor=ACTOR, **asked).pk)


def page(client, sync: Sync, name: str) -> str:
    answer = client.get(f"/syncs/{sync.pk}/{name}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_what_is_missing_and_takes_a_suggestion_over(sync, client):
    fill_map(sync, "clearing_accounts", {("stripe", "USD"): "1210"})
    made(sync, Check.Kind.COVERAGE)
    shown = page(client, sync, "coverage/")
    assert "codes have no bank or clearing account" in shown
    form = {"map": "clearing_accounts", "keys": "stripe\x1fEUR", "value": "1210"}
    client.post(f"/syncs/{sync.pk}/coverage/accept/", form)
    assert entries_of(sync, "clearing_accounts")[("stripe", "EUR")] == "1210"
    assert "publish the map" in page(client, sync, "coverage/")


def test_it_shows_records_with_entries_and_accepts_a_fault_by_name(sync, client):
    fill_map(sync, "clearing_accounts", {("stripe", "*"): "1210"})
    check = made(sync, Check.Kind.PREVIEW, flow="payments")
    shown = page(client, sync, "preview/?flow=payments")
    assert "Accounts receivable" in shown
    assert "map clearing_accounts by gateway, currency" in shown
    fault = check.report["faults"][0]["name"]
    form = {"flow": "payments", "fault": fault, "reason": "Booked by hand."}
    client.post(f"/syncs/{sync.pk}/preview/accept/", form)
    assert Check.objects.get(pk=check.pk).marks[fault]["reason"] == "Booked by hand."


def test_it_shows_a_rehearsal_with_its_trial_balance_and_payloads(sync, client):
    params = {"start": "2026-01-01", "end": timezone.now().date().isoformat()}
    made(sync, Check.Kind.REHEARSAL, params=params)
    assert "Trial balance" in page(client, sync, "rehearsal/")
    assert '"operation":"create"' in page(client, sync, "rehearsal/payloads/")


def test_it_compares_a_file_before_it_takes_it_over(sync, client):
    text = page(client, sync, "configuration/export/").replace("every_minutes: 15", "every_minutes: 20")
    address = f"/syncs/{sync.pk}/configuration/"
    shown = client.post(address, {"file": SimpleUploadedFile("sync.yaml", text.encode())}).content.decode()
    assert "every minutes" in shown
    assert Sync.objects.get(pk=sync.pk).every_minutes == 15
    client.post(address, {"text": text, "take_over": "1", "publishes": "1"})
    assert Sync.objects.get(pk=sync.pk).every_minutes == 20
    refused = client.post(address, {"text": "pair: nothing"})
    assert (refused.status_code, "lacks format" in refused.content.decode()) == (422, True)


def test_it_tells_when_each_entry_of_a_map_was_last_used(sync, client):
    fill_map(sync, "clearing_accounts", {("stripe", "*"): "1210", ("*", "*"): "1210", ("nobody", "*"): "1210"})
    made(sync, Check.Kind.COVERAGE)
    used = {tuple(entry.keys): use for entry, use in client.get(maps(sync)).context["entries"]}
    assert used[("stripe", "*")].last is not None
    assert used[("stripe", "*")].documents > 1
    assert used[("nobody", "*")].documents == 0
    assert "not in 12 months" in page(client, sync, "maps/clearing_accounts/")


def test_it_claims_nothing_of_entries_that_are_newer_than_the_coverage(sync, client):
    made(sync, Check.Kind.COVERAGE)
    fill_map(sync, "clearing_accounts", {("klarna", "*"): "1210"}, whole=False)
    used = {tuple(entry.keys): use for entry, use in client.get(maps(sync)).context["entries"]}
    assert used.pop(("klarna", "*")) is None
    assert None not in used.values()


def test_it_says_where_to_learn_when_entries_were_last_used(sync, client):
    assert {use for _, use in client.get(maps(sync)).context["entries"]} == {None}
    assert "is measured" in page(client, sync, "maps/clearing_accounts/")


def maps(sync: Sync) -> str:
    return f"/syncs/{sync.pk}/maps/clearing_accounts/"

"""Prove it: real documents are booked through the engine, balances checked, everything reversed to net zero."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.engine import syncs
from integrations.engine.lease import take_lease
from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.tests.kit import billing
from integrations.engine.tests.builders import make_sync
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, verdict
from integrations.engine.trial import life
from integrations.engine.trial.choosing import choose
from integrations.engine.trial.prove import ask_for_proof
from integrations.errors import ConfigurationError
from integrations.models import Check, Connection, Link, Sync, SyncRecord
from integrations.registry import pair as pair_of

PROVABLE = ("chargebee_to_netsuite", "chargebee_to_acumatica")  # those whose simulators post at once
_NO_DOCUMENTS = ("customer", "item", "address")


@pytest.fixture
def box(live_db):
    with billing() as running:
        yield running


def proven(sync: Sync) -> Check:
    return making.make(ask_for_proof(sync, actor=ACTOR).pk)


def failed(check: Check) -> list[tuple[str, str]]:
    return [(step["slug"], step["said"]) for step in check.report["steps"] if step["state"] == "failed"]


def trial_balance(box, target: str) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for document in box.control.documents(target):
        for line in document["lines"] if document["kind"] not in _NO_DOCUMENTS else ():
            name = (line["account"], document["currency"])
            sums[name] = sums.get(name, Decimal(0)) + Decimal(line["debit"]) - Decimal(line["credit"])
    return {name: amount for name, amount in sums.items() if amount}


@pytest.mark.parametrize("pair", PROVABLE)
def test_it_books_checks_and_reverses_to_net_zero(box, pair):
    check = proven(make_live_sync(box, pair))
    assert (check.state, check.reason, failed(check)) == ("done", "", [])
    booked = [one for one in check.report["documents"] if one["is_document"]]
    assert {one["state"] for one in booked} == {"reversed"}
    assert len({one["currency"] for one in booked}) == 2
    assert {one["flow"] for one in booked} == {"invoices", "payments", "credit_notes", "refunds"}
    assert trial_balance(box, pair_of(pair).target) == {}


@pytest.mark.parametrize("pair", PROVABLE)
def test_it_leaves_the_sync_as_it_was_and_lets_it_deliver_everything_afterwards(box, pair):
    sync = make_live_sync(box, pair)
    assert failed(proven(sync)) == []
    assert not Sync.objects.filter(trial_of=sync).exists()
    assert not SyncRecord.objects.exists()
    assert not Link.objects.exists()
    run_to_rest(sync)
    assert not SyncRecord.objects.filter(state__in=["parked", "different"], code="possible_duplicate").exists()
    assert verdict(sync, box).duplicates == 0


def test_it_refuses_a_live_target(box):
    sync = make_live_sync(box)
    Connection.objects.filter(pk=sync.target_id).update(environment="live")
    sync.refresh_from_db()
    with pytest.raises(ConfigurationError, match="is a live system"):
        ask_for_proof(sync, actor=ACTOR)


def test_it_refuses_a_test_company_that_says_it_is_production(box):
    sync = make_live_sync(box)
    identity = {**sync.target.identity, "is_production": True}
    Connection.objects.filter(pk=sync.target_id).update(environment="test", identity=identity)
    sync.refresh_from_db()
    with pytest.raises(ConfigurationError, match="is a live system"):
        ask_for_proof(sync, actor=ACTOR)


def test_it_survives_a_lost_answer(box):
    sync = make_live_sync(box)
    box.fault("netsuite", "answer_lost_after_commit", method="PUT", path="/creditMemo/", times=1)
    assert failed(proven(sync)) == []
    assert trial_balance(box, "netsuite") == {}


def test_it_says_what_stands_differently_and_where_the_trial_is(box):
    sync = make_live_sync(box)
    box.fault("netsuite", "write_altered", method="PUT", path="/creditMemo/", times=1)
    check = proven(sync)
    assert not check.report["ok"]
    told = re.search(r"total: ([\d.]+) was sent, ([\d.]+) stands there", dict(failed(check))["compare"])
    assert told
    assert Decimal(told[2]) - Decimal(told[1]) == 1  # what the fault adds
    assert Sync.objects.get(trial_of=sync).pk == check.report["trial"]


def test_a_trial_takes_no_run_of_its_own(box):
    sync = make_live_sync(box)
    trial = life.make_trial(sync, [], actor=ACTOR, number=900)
    with pytest.raises(ConfigurationError, match="only reverses what it booked"):
        syncs.run_now(trial, actor=ACTOR)


def test_it_first_reverses_what_an_earlier_trial_left(box):
    sync = make_live_sync(box)
    with open_ground(sync) as ground:
        sync.source_identity += "#trial"
        chosen = choose(ground)
    sync.refresh_from_db()
    left = life.make_trial(sync, list(chosen.works), actor=ACTOR, number=900)
    life.run_to_rest(left, seconds=60)
    assert trial_balance(box, "netsuite") != {}
    assert failed(proven(sync)) == []
    assert not Sync.objects.filter(trial_of=sync).exists()
    assert trial_balance(box, "netsuite") == {}


def booked_trial(sync: Sync) -> Sync:
    """Book one document with its own sync, as a trial that was left."""
    trial = life.make_trial(sync, [("invoices", "inv-1")], actor=ACTOR, number=900)
    sides = {"source_identity": trial.source_identity, "target_identity": trial.target_identity}
    Link.objects.create(
        tenant=trial.tenant, flow="invoices", natural_key="inv-1", external_id="77", revision=1900, **sides
    )
    return trial


@pytest.mark.parametrize("state", ["parked", "waiting"])
def test_it_tries_a_reversal_again_that_was_held_up(db, state, monkeypatch):
    trial = booked_trial(make_sync(state="active"))
    trial.records.update(state=state, decision="undo", due_at=None)
    monkeypatch.setattr(life, "run_to_rest", lambda trial, seconds: None)
    life.reverse(trial, actor=ACTOR, seconds=1)
    assert trial.records.get().state == "due"


def test_it_removes_nothing_that_a_run_still_works_on(db):
    trial = booked_trial(make_sync(state="active"))
    Link.objects.update(state="reversed")
    trial.records.update(state="delivered")
    lease = take_lease(trial.pk)
    assert not life.remove(trial, patience_s=0)
    assert Link.objects.exists()
    lease.release()
    assert life.remove(trial, patience_s=0)
    assert not Link.objects.exists()


def test_it_counts_a_look_as_lost_from_when_it_was_begun(db):
    now = timezone.now()
    check = Check(tenant=(sync := make_sync()).tenant, sync=sync, kind="trial", asked_at=now - timedelta(hours=2))
    check.save()
    seen = []
    stored.make(check.pk, {"trial": lambda sync, check: seen.append((stored.find_due(), Check.objects.get().state))})
    assert seen == [([], "running")]
    Check.objects.update(state="running", started_at=now - timedelta(hours=1))
    stored.find_due()
    assert Check.objects.get().state == "failed"

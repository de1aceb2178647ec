"""Records stay with the two systems they are of, whatever becomes of their sync; a moved start date lets them in."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from integrations.engine import syncs
from integrations.engine.succession import take_up_moved
from integrations.engine.tests.builders import make_sync
from integrations.errors import ConfigurationError
from integrations.models import Reconciliation, Sync, SyncRecord

OLD = "netsuite:test"


@pytest.fixture
def sync(db):
    return make_sync(state="stopped")


def record(sync, key, **fields):
    defaults = {"flow": "invoices", "state": "due", "due_at": timezone.now(), "target_identity": sync.target_identity}
    return SyncRecord.objects.create(
        tenant=sync.tenant, sync=sync, natural_key=key, source_identity=sync.source_identity, **{**defaults, **fields}
    )


def lead_to(sync, fingerprint):
    sync.target.fingerprint = fingerprint
    sync.target.save()
    Sync.objects.filter(pk=sync.pk).update(state="stopped")
    sync.refresh_from_db()
    syncs.activate(sync, actor="ann")


def test_it_leaves_to_another_company_nothing_of_the_one_before(sync):
    left = record(sync, "I1")
    Reconciliation.objects.create(
        tenant=sync.tenant, sync=sync, start=date(2026, 9, 1), end=date(2026, 9, 30), ok=True, report={}
    )
    lead_to(sync, "netsuite:other")
    left.refresh_from_db()
    assert not SyncRecord.objects.filter(sync=sync).exists()
    assert (left.sync.state, left.sync.target_identity, left.state) == ("archived", OLD, "due")
    assert Reconciliation.objects.get().sync == left.sync


def test_it_goes_on_with_the_records_of_a_company_that_comes_back(sync):
    left = record(sync, "I1")
    lead_to(sync, "netsuite:other")
    record(sync, "I1")
    lead_to(sync, OLD)
    assert list(SyncRecord.objects.filter(sync=sync)) == [left]


def test_it_joins_no_other_company_while_its_last_run_ends(sync):
    Sync.objects.filter(pk=sync.pk).update(lease_until=timezone.now() + timedelta(seconds=60))
    sync.refresh_from_db()
    with pytest.raises(ConfigurationError, match="still ending"):
        lead_to(sync, "netsuite:other")


@pytest.mark.parametrize("moved", [date(2026, 9, 1), None])
def test_it_judges_anew_what_a_start_date_moved_back_no_longer_keeps_out(sync, moved):
    syncs.change_sync(sync, changes={"start_date": date(2026, 10, 1)}, actor="ann")
    kept_out = {"state": "skipped", "code": "before_start_date", "due_at": None}
    inside = record(sync, "I1", document_date=date(2026, 9, 5), **kept_out)
    other = record(sync, "I2", document_date=date(2026, 9, 5), **{**kept_out, "code": "filtered"})
    running = Sync.objects.get(pk=sync.pk)
    syncs.change_sync(sync, changes={"start_date": moved}, actor="ann")
    inside.refresh_from_db()
    other.refresh_from_db()
    assert (inside.state, other.state) == ("due", "skipped")
    SyncRecord.objects.filter(pk=inside.pk).update(**kept_out)  # by a run that began before
    take_up_moved(running)
    inside.refresh_from_db()
    assert inside.state == "due"


def test_it_leaves_out_what_is_older_than_the_moved_start_date_too(sync):
    older = record(sync, "I1", document_date=date(2026, 8, 31), state="skipped", code="before_start_date", due_at=None)
    syncs.change_sync(sync, changes={"start_date": date(2026, 9, 1)}, actor="ann")
    older.refresh_from_db()
    assert older.state == "skipped"


@pytest.mark.parametrize(("state", "decision"), [("parked", "undo"), ("skipped", "")])
def test_it_forgets_by_a_replay_only_an_undo_that_is_done(sync, state, decision):
    undone = record(sync, "I1", state=state, decision="undo", due_at=None)
    syncs.replay(sync, record_ids=[undone.pk], actor="ann")
    undone.refresh_from_db()
    assert (undone.state, undone.decision) == ("due", decision)

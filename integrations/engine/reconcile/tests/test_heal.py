"""Healing sets going what a report names, on either side of the sync; what it named before harms nothing."""

import pytest
from django.utils import timezone

from integrations.engine.reconcile.heal import heal
from integrations.engine.reconcile.report import Difference
from integrations.engine.tests.builders import make_sync
from integrations.models import Link, SyncRecord


def difference(kind="missing", flow="invoices", **fields):
    return Difference(kind=kind, flow=flow, id="I1", label="I1", currency="USD", action="", **fields)


@pytest.mark.parametrize(
    ("pair", "flow"),
    [("chargebee_to_netsuite", "invoices"), ("jde_to_billcom", "bills"), ("jde_to_billcom", "payments")],
)
def test_it_has_a_record_read_once_of_which_several_things_differ(db, pair, flow):
    sync = make_sync(pair=pair, state="active")
    healing = heal(sync, [difference(kind, flow, heal="run") for kind in ("amount", "date")], actor="ann")
    assert healing.begun == {"run": 1}
    assert list(SyncRecord.objects.values_list("flow", "natural_key", "state")) == [(flow, "I1", "due")]


def test_it_posts_nothing_anew_whose_undo_is_under_way(db):
    sync = make_sync(state="active")
    sides = {"source_identity": sync.source_identity, "target_identity": sync.target_identity}
    named = {"tenant": sync.tenant, "flow": "invoices", "natural_key": "I1", **sides}
    record = SyncRecord.objects.create(sync=sync, state="due", due_at=timezone.now(), decision="undo", **named)
    Link.objects.create(reference="R", external_id="7", source_version="v", **named)
    heal(sync, [difference(heal="post_anew", record_id=record.pk)], actor="ann")
    record.refresh_from_db()
    assert (record.decision, Link.objects.get().state) == ("undo", "standing")

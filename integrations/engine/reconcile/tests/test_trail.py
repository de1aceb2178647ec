"""What the trail says of records whose drafts are hard to read: nothing that came from outside breaks it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from audit.models import Attempt
from audit.record import open_attempts, open_run
from audit.tests.test_trail import opening
from integrations.engine.reconcile.trail import load_drafts, load_trails
from integrations.engine.tests.builders import make_sync
from integrations.models import SyncRecord

pytestmark = pytest.mark.django_db


def booked(draft: str):
    """Book a record by a draft; give its sync and the attempt's id."""
    sync = make_sync()
    sides = {"source_identity": sync.source_identity, "target_identity": sync.target_identity}
    record = SyncRecord.objects.create(
        tenant=sync.tenant, sync=sync, flow="invoices", natural_key="INV-1", state="delivered", **sides
    )
    run = open_run(tenant_id=sync.tenant_id, sync_id=sync.pk, pair=sync.pair, trigger="manual", fence=1)
    (attempt_id,) = open_attempts(run=run, openings=[opening(record.pk, draft=draft)])
    Attempt.objects.filter(pk=attempt_id).update(outcome="delivered", external_id="77", closed_at=datetime.now(UTC))
    return sync, attempt_id


@pytest.mark.parametrize("text", [r"half \ud800 pair", r"\u0000", "plain"])
def test_it_reads_the_facts_beside_a_text_that_postgresql_cannot_hold(text):
    sync, _ = booked(f'{{"payload":{{"memo":"{text}"}},"facts":{{"total":"12.30"}},"sink":"invoices"}}')
    found = load_trails(sync, "invoices", ["INV-1"])["INV-1"].booked["77"]

    assert (found.facts.total, found.sink) == (Decimal("12.30"), "invoices")


@pytest.mark.parametrize("draft", ["{}", "", "[1]", '{"payload": {"erased_payload": true}}'])
def test_it_knows_of_an_attempt_of_whose_draft_nothing_is_left(draft):
    sync, attempt_id = booked(draft)

    assert load_trails(sync, "invoices", ["INV-1"])["INV-1"].booked["77"].facts.total is None
    assert load_drafts(sync, [attempt_id])[attempt_id].reference.startswith("CB-INV-")

"""The check from outside: a whole history is in order, and each planted mistake turns it red."""

from decimal import Decimal

import pytest

from integrations.engine.tests.harness import make_live_sync, rested, run_to_rest, sandbox, verdict
from integrations.models import Link

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "chargebee_to_acumatica"


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as made:
        made.control.post("/generate/chargebee", {"customers": 3, "seed": 5})
        yield made


@pytest.fixture
def sync(box):
    return rested(synced, box)


def synced(box):
    made = make_live_sync(box, SLUG)
    run_to_rest(made)
    return made


def plant(box, sync, op, **more):
    """Tamper with the biggest invoice that was posted."""
    ours = set(Link.objects.filter(tenant=sync.tenant, flow="invoices").values_list("reference", flat=True))
    posted = [one for one in box.control.documents("acumatica") if one["reference"] in ours]
    found = max(posted, key=lambda one: Decimal(one["total"]))
    box.control.post("/tamper/acumatica", {"id": found["id"], "op": op, **more})
    return found


def test_it_finds_a_whole_history_in_order(box, sync):
    found = verdict(sync, box)
    assert found.findings == []
    assert found.is_reconciled
    assert found.flows["invoices"].found > 5
    assert found.flows["receivable"].target_totals


def test_it_counts_a_planted_double(box, sync):
    plant(box, sync, "duplicate")
    found = verdict(sync, box)
    assert (found.duplicates, found.missing, found.is_reconciled) == (1, 0, False)


def test_it_counts_a_planted_loss(box, sync):
    plant(box, sync, "delete")
    found = verdict(sync, box)
    assert (found.duplicates, found.missing, found.is_reconciled) == (0, 1, False)


def test_it_counts_a_change_of_one_cent(box, sync):
    document = plant(box, sync, "amount")
    found = verdict(sync, box)
    assert found.amount_differences == 1
    assert any(str(document["total"]) in told for told in found.findings)
    assert not found.is_reconciled


def test_it_counts_an_application_taken_back(box, sync):
    link = Link.objects.filter(tenant=sync.tenant, flow="payments", facts__applied__0__isnull=False).first()
    box.control.post("/tamper/acumatica", {"id": link.reference, "op": "unapply"})
    assert verdict(sync, box).amount_differences == 1

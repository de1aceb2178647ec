"""The check from outside: a whole history is in order, and each planted mistake turns it red."""

from decimal import Decimal

import pytest

from integrations.engine.tests.harness import rested, sandbox, verdict
from integrations.models import Link
from integrations.pairs.chargebee_to_dynamics365.tests.test_history import synced

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as made:
        made.control.post("/generate/chargebee", {"customers": 6, "seed": 5})
        yield made


@pytest.fixture
def sync(box):
    return rested(synced, box)


def plant(box, sync, op, **more):
    """Tamper with the biggest invoice that was posted."""
    batches = set(Link.objects.filter(tenant=sync.tenant, flow="invoices").values_list("external_id", flat=True))
    posted = [one for one in box.control.documents("dynamics365") if one.get("journal") in batches]
    found = max(posted, key=lambda one: Decimal(one["total"]))
    box.control.post("/tamper/dynamics365", {"id": found["id"], "op": op, **more})
    return found


@pytest.mark.parametrize("post_when", ["paid", "finalised"])
def test_it_finds_a_whole_history_in_order(box, post_when):
    found = verdict(rested(synced, box, post_when=post_when), box)
    assert found.findings == []
    assert found.is_reconciled
    assert found.flows["invoices"].found > 10


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
    assert any(document["number"] in told for told in found.findings)
    assert not found.is_reconciled


def test_it_counts_a_changed_date(box, sync):
    plant(box, sync, "date")
    assert verdict(sync, box).amount_differences == 1

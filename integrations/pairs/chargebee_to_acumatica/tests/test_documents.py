"""A company's whole billing history in Acumatica's ledger: counted from outside, then once more without a write."""

from decimal import Decimal

import pytest

from integrations.engine.tests.harness import held, make_live_sync, rested, run_to_rest, sandbox, states
from integrations.models import Link, SyncRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(live_db):
    with sandbox() as made:
        made.control.post("/generate/chargebee", {"customers": 12, "seed": 3})
        yield made


def synced(box):
    sync = make_live_sync(box, "chargebee_to_acumatica")
    run_to_rest(sync)
    return sync


def test_it_books_and_releases_every_document_and_leaves_on_the_receivable_what_is_owed(box):
    sync = rested(synced, box)
    counted = states(sync)
    assert set().union(*(counts.keys() for counts in counted.values())) <= {"delivered", "skipped"}, held(sync)[:5]
    booked = Link.objects.filter(tenant=sync.tenant, flow__in=["invoices", "credit_notes", "payments", "refunds"])
    assert booked.count() > 20
    assert set(booked.values_list("is_posted", flat=True)) == {True}
    require_what_is_owed(box)


def require_what_is_owed(box):
    """See that the receivable has what customers owe by Chargebee."""
    documents = [one for one in box.control.get("/state/acumatica")["documents"] if one.get("lines")]
    for currency in ("USD", "EUR"):
        lines = [line for one in documents if one["currency"] == currency for line in one["lines"]]
        receivable = [line for line in lines if line["account"] == "11000"]
        balance = sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in receivable), Decimal(0))
        assert balance == owed_in_chargebee(box, currency), currency


def owed_in_chargebee(box, currency):
    """Add up what invoices leave open and take off what notes and payments leave unused, as Chargebee itself says."""
    own = [one for one in box.control.get("/state/chargebee")["documents"] if one.get("currency_code") == currency]
    stand = [one for one in own if not one.get("deleted") and one.get("status") not in ("voided", "pending")]
    invoices = sum(one["amount_due"] for one in stand if one["object"] == "invoice")
    notes = sum(one["amount_available"] for one in stand if one["object"] == "credit_note")
    cash = [one for one in stand if one["object"] == "transaction" and one["status"] == "success"]
    unused = sum(one.get("amount_unused", 0) for one in cash if one["type"] == "payment")
    return Decimal(invoices - notes - unused) / 100


def test_it_writes_nothing_the_second_time(box):
    sync = rested(synced, box)
    before = box.control.get("/state/acumatica")["writes"]
    SyncRecord.objects.filter(sync=sync).update(due_at=None)
    run_to_rest(sync)
    assert box.control.get("/state/acumatica")["writes"] == before

"""A company's whole billing history in JD Edwards' ledger: counted from outside, tampered with, run a second time."""

from collections import defaultdict
from decimal import Decimal

import pytest
from django.db.models import Count

from audit.models import Attempt
from integrations.engine.tests.harness import held, links, make_live_sync, rested, run_to_rest, sandbox, verdict
from integrations.models import SyncRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(live_db):
    with sandbox() as made:
        made.control.post("/generate/chargebee", {"customers": 12, "seed": 3})
        yield made


@pytest.fixture
def sync(box):
    return rested(synced, box)


def synced(box):
    made = make_live_sync(box, "chargebee_to_jde")
    run_to_rest(made)
    return made


def test_it_books_every_document_once_and_leaves_what_customers_owe(box, sync):
    found = verdict(sync, box)
    assert (found.findings, found.is_reconciled) == ([], True)
    assert not [row for row in held(sync) if row[2] != "skipped"]
    assert min(flow.found for name, flow in found.flows.items() if name != "receivable") > 0


def test_it_leaves_no_dollars_where_a_customer_owes_nothing_in_another_currency(box, sync):
    amounts, bases = defaultdict(Decimal), defaultdict(Decimal)
    for one in box.control.documents("jde"):
        for line in one.get("lines", ()):
            if line["account"] == "1.1215":
                place = (line["party"], one["currency"])
                amounts[place] += Decimal(line["debit"]) - Decimal(line["credit"])
                bases[place] += Decimal(line["base_debit"]) - Decimal(line["base_credit"])
    settled = [place for place, amount in amounts.items() if not amount and place[1] != "USD"]
    assert settled
    assert {place: bases[place] for place in settled if bases[place]} == {}


def test_it_writes_nothing_the_second_time(box, sync):
    before = box.control.writes("jde")
    SyncRecord.objects.filter(sync=sync).update(due_at=None)
    run_to_rest(sync)
    assert box.control.writes("jde") == before


def of_one_journal(sync, flow):
    """Give the first document of a flow that nothing else was booked of."""
    booked = Attempt.objects.filter(run__sync_id=sync.pk, flow=flow, outcome=Attempt.Outcome.DELIVERED)
    alone = booked.values("natural_key").annotate(number=Count("pk")).filter(number=1).order_by("natural_key")
    return links(sync, flow)[alone[0]["natural_key"]]


def test_the_checker_sees_a_ledger_that_was_tampered_with(box, sync):
    invoice, payment, note = (of_one_journal(sync, flow) for flow in ("invoices", "payments", "credit_notes"))
    for op, key, name in (
        ("amount", invoice, "amount_differences"),
        ("delete", payment, "missing"),
        ("duplicate", note, "duplicates"),
    ):
        box.control.post("/tamper/jde", {"id": key, "op": op})
        found = verdict(sync, box)
        assert (getattr(found, name), found.is_reconciled) == (1, False), (op, found.findings)

"""A company's whole billing history in F&O's ledger: counted from outside, then once more without a write."""

from decimal import Decimal

import pytest

from audit.models import Attempt
from integrations.engine.syncs import change_sync
from integrations.engine.tests.harness import ACTOR, held, make_live_sync, rested, run_to_rest, sandbox, states
from integrations.engine.watch import awaiting_posting
from integrations.models import Link, SyncRecord

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ("posted", "payment_due", "not_paid")
CURRENCIES = ("USD", "EUR")


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as made:
        made.control.post("/generate/chargebee", {"customers": 12, "seed": 3})
        yield made


def synced(box, **policies):
    """Run a new sync, with F&O posting what waits between its runs, until nothing moves any more."""
    sync = make_live_sync(box, "chargebee_to_dynamics365")
    change_sync(sync, changes={"policies": {**sync.policies, **policies}}, actor=ACTOR)
    sync.refresh_from_db()
    for _ in range(6):
        run_to_rest(sync)
        if not awaiting_posting(sync):
            return sync
        box.control.post("/post/dynamics365")
    raise AssertionError(awaiting_posting(sync))


def journals(box):
    return [one for one in box.control.documents("dynamics365") if one.get("lines")]


def balance(box, account, currency, beside=frozenset()):
    own = [one for one in journals(box) if one["currency"] == currency and one.get("journal", one["id"]) not in beside]
    lines = [line for one in own for line in one["lines"]]
    return sum((Decimal(each["debit"]) - Decimal(each["credit"]) for each in lines if each["account"] == account), 0)


def standing(box, currency):
    own = [one for one in box.control.documents("chargebee") if one.get("currency_code") == currency]
    return [one for one in own if not one.get("deleted") and one.get("status") not in ("voided", "pending")]


def owed(box, currency):
    """Add up what invoices leave open and take off what notes and payments leave unused, as Chargebee itself says."""
    stand = standing(box, currency)
    due = sum(one["amount_due"] for one in stand if one["object"] == "invoice")
    return Decimal(due - unused(stand)) / 100


def unused(stand):
    notes = sum(one["amount_available"] for one in stand if one["object"] == "credit_note")
    cash = [one for one in stand if one["object"] == "transaction" and one["status"] == "success"]
    return notes + sum(one.get("amount_unused", 0) for one in cash if one["type"] == "payment")


def open_invoices(stand):
    return [one for one in stand if one["object"] == "invoice" and one["status"] in OPEN and one["amount_due"]]


def was_paid(invoice):
    """Tell whether an open invoice was paid by money that bounced: then it was posted."""
    bounced = [each for each in invoice.get("linked_payments", []) if each["txn_status"] == "late_failure"]
    return sum(each["applied_amount"] for each in bounced) >= invoice["amount_due"] or "paid_at" in invoice


def paid_early(stand):
    """Add up what payments and allocated credits have done for invoices that are not posted yet."""
    waiting = [one for one in open_invoices(stand) if not was_paid(one)]
    adjusted = sum(each["cn_total"] for one in waiting for each in one.get("adjustment_credit_notes", []))
    withheld = sum(each["amount"] for one in waiting for each in one.get("linked_taxes_withheld", []))
    return sum(one["total"] - one["amount_due"] for one in waiting) - adjusted - withheld


@pytest.mark.parametrize("post_when", ["paid", "finalised"])
def test_it_books_every_document_as_one_balanced_voucher(box, post_when):
    sync = rested(synced, box, post_when=post_when)
    counted = states(sync)
    assert set().union(*(counts.keys() for counts in counted.values())) <= {"delivered", "skipped"}, held(sync)[:5]
    by_batch = {one["journal"]: one for one in journals(box)}
    booked = Link.objects.filter(tenant=sync.tenant).exclude(flow="customers")
    assert booked.count() > 20
    for link in booked:
        lines = by_batch[link.external_id]["lines"]
        assert by_batch[link.external_id]["posted"]
        assert sum(Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines) == 0


def test_it_leaves_on_the_receivable_what_customers_owe_by_chargebee(box):
    rested(synced, box, post_when="finalised")
    for currency in CURRENCIES:
        assert balance(box, "130110", currency) == owed(box, currency), currency


def test_it_leaves_on_account_what_was_paid_for_invoices_not_settled_yet(box):
    rested(synced, box)
    for currency in CURRENCIES:
        stand = standing(box, currency)
        bounced = sum(one["amount_due"] for one in open_invoices(stand) if was_paid(one))
        left = Decimal(bounced - unused(stand) - paid_early(stand)) / 100
        assert balance(box, "130110", currency) == left, currency


def test_it_keeps_the_receivable_on_its_own_account_in_ledger_mode(box):
    rested(synced, box, post_when="finalised", posting_mode="ledger")
    left = Attempt.objects.filter(operation__regex="^(difference|cents):")  # by exchange rates, in dollars
    beside = {one.external_id for one in left}
    for currency in CURRENCIES:
        assert balance(box, "130700", currency, beside) == owed(box, currency), currency


def test_it_writes_nothing_the_second_time(box):
    sync = rested(synced, box)
    before = box.control.writes("dynamics365")
    SyncRecord.objects.filter(sync=sync).update(due_at=None)
    run_to_rest(sync)
    assert box.control.writes("dynamics365") == before

"""Documents that their system posts later are looked at until they are posted, whatever becomes of their records."""

import pytest
from django.utils import timezone

from integrations.contracts import Changed
from integrations.engine import decisions, inbox, syncs
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.models import Link, SyncRecord


@pytest.fixture
def ledger(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/post/jde", {"auto": False})
        for order in (
            {"do": "open_shop"},
            {"do": "add_customer", "customer_id": "ann", "company": "Ann Ltd", "preferred_currency_code": "USD"},
            {"do": "issue_invoice", "customer_id": "ann", "currency": "USD", "status": "posted",
             "lines": [{"description": "Consulting", "amount": 10000}]},
        ):  # fmt: skip
            box.control.post("/act/chargebee", order)
        sync = make_live_sync(box, "chargebee_to_jde")
        told = {one["object"]: one["id"] for one in box.control.documents("chargebee")}
        due = [Changed(stream=f"{kind}s", key=told[kind], order=0) for kind in ("customer", "invoice")]
        inbox.make_due(sync, due)
        run_to_rest(sync, trigger="webhook")
        yield box, sync


def invoice() -> SyncRecord:
    return SyncRecord.objects.get(flow="invoices")


def post_and_run(ledger) -> bool:
    box, sync = ledger
    box.control.post("/post/jde")
    for _ in range(2):
        syncs.run_now(sync, actor=ACTOR)
        run_to_rest(sync)
    return Link.objects.get(flow="invoices").is_posted


def test_it_looks_again_at_what_was_due_when_its_look_came(ledger):
    SyncRecord.objects.filter(flow="invoices").update(state="due", due_at=timezone.now(), look_again_at=timezone.now())
    run_to_rest(ledger[1])
    assert invoice().state == "delivered"
    assert post_and_run(ledger)


def test_it_looks_again_at_what_was_accepted_before_it_was_posted(ledger):
    SyncRecord.objects.filter(flow="invoices").update(state="different", look_again_at=None)
    Link.objects.filter(flow="invoices").update(is_as_drafted=False)
    decisions.accept_different(invoice(), reason="as agreed", actor=ACTOR)
    assert post_and_run(ledger)

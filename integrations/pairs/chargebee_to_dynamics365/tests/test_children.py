"""What is applied to a document in F&O, which names it by its number: it goes first, and it is met."""

import pytest

from integrations.engine.tests.casebook import begin, tell
from integrations.engine.tests.harness import sandbox
from integrations.engine.undo import Scope, plan_undo
from integrations.models import SyncRecord
from integrations.pairs.chargebee_to_dynamics365.tests.test_cases import OPENING

BILL = {
    "do": "issue_invoice",
    "as": "inv",
    "customer_id": "$ann",
    "currency": "USD",
    "status": "posted",
    "lines": [{"description": "Consulting", "amount": 10000}],
    "at": "2026-09-01T10:00:00-04:00",
}
PAY = {"do": "record_payment", "applied": {"$inv": 10000}, "method": "card", "at": "2026-09-02T10:00:00-04:00"}


@pytest.fixture
def paid(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        telling = begin("chargebee_to_dynamics365", box, OPENING, {"post_when": "finalised"})
        for step in (BILL, "sync", PAY, "sync"):
            tell(telling, step)
        yield telling.sync


def test_it_undoes_a_payment_with_the_invoice_that_it_pays(paid):
    invoice = SyncRecord.objects.get(sync=paid, flow="invoices", state="delivered")
    plan = plan_undo(paid, Scope(record_id=invoice.pk))
    assert [one.flow for one in plan.children] == ["payments"]

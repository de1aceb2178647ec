"""Steps whose answer gets lost are done once: each customer's part of a refund, and what takes it back."""

import yaml

from audit.models import Attempt
from integrations.engine.tests.casebook import begin, tell, trial_balance
from integrations.engine.tests.harness import sandbox
from integrations.models import SyncRecord
from integrations.pairs.chargebee_to_dynamics365.tests.test_cases import FOLDER, OPENING

LOST = {"kind": "answer_lost_after_commit", "method": "POST", "path": "/data/CustomerPaymentJournal*", "rate": 1}


def ledger(telling):
    return [one for one in telling.box.control.documents("dynamics365") if one["kind"] != "customer"]


def test_it_books_and_reverses_each_customers_part_of_a_refund_once(live_db, settings):
    settings.SETTLE_SCALE = 0
    told = yaml.safe_load((FOLDER / "refund_over_customers_won.yaml").read_text())
    with sandbox() as box:
        telling = begin("chargebee_to_dynamics365", box, OPENING, told["policies"])
        for step in told["story"]:
            if isinstance(step, dict) and step["do"] in ("refund_notes", "win_chargeback"):
                box.control.post("/faults/dynamics365", {"seed": 1, "rules": [{**LOST, "times": 2}]})
            tell(telling, step)
        kinds = [one["kind"] for one in ledger(telling)]
        assert (kinds.count("payment"), kinds.count("refund")) == (4, 2)
        assert trial_balance(ledger(telling)) == {"110110": 150, "130110": -90, "401100": -60}
        assert Attempt.objects.filter(flow="refunds", outcome="unknown").count() > 1
        assert set(SyncRecord.objects.filter(flow="refunds").values_list("state", flat=True)) == {
            "skipped",
            "delivered",
        }

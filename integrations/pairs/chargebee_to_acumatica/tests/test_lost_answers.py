"""Steps whose answer gets lost are done once: documents, releases, applications, voidings, memos beside an invoice."""

from decimal import Decimal

import pytest
from django.utils import timezone

from audit.models import Attempt
from integrations.contracts import Changed
from integrations.engine import inbox, syncs
from integrations.engine.tests.casebook import trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.undo import Scope, undo
from integrations.models import Link, SyncRecord

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "chargebee_to_acumatica"
STREAMS = {"customer": "customers", "invoice": "invoices", "credit_note": "credit_notes", "transaction": "transactions"}


class Story:
    """A site with one customer, a ledger, and a sync between them."""

    def __init__(self, box):
        self.box = box
        self.act("open_shop")
        self.act("add_customer", customer_id="ann", company="Ann Ltd", preferred_currency_code="USD")
        self.sync = make_live_sync(box, SLUG)

    def act(self, do, day="2026-09-01", **arguments):
        order = {"do": do, "at": f"{day}T12:00:00+00:00", **arguments}
        return self.box.control.post("/act/chargebee", order)["object"]

    def invoice(self, amount=10000, customer="ann"):
        lines = [{"description": "Consulting", "amount": amount}]
        return self.act("issue_invoice", customer_id=customer, currency="USD", status="posted", lines=lines)["id"]

    def payment_beyond_a_childs_invoice(self):
        self.act("add_customer", customer_id="kid", company="Kid Inc", preferred_currency_code="USD")
        given = {"amount": 12500, "customer_id": "ann", "method": "bank_transfer"}
        return self.act("record_payment", "2026-09-05", applied={self.invoice(customer="kid"): 10000}, **given)["id"]

    def refund_over_two_customers(self):
        credits = {}
        for customer in ("kid", "sib"):
            self.act("add_customer", customer_id=customer, company=customer, preferred_currency_code="USD")
            invoice = self.invoice(5000, customer)
            self.act("record_payment", "2026-09-05", applied={invoice: 5000}, method="bank_transfer")
            credits[self.act("credit_invoice", "2026-09-08", invoice_id=invoice, total=5000)["id"]] = 5000
        self.run()
        return self.act("refund_notes", "2026-09-10", amounts=credits, method="bank_transfer")["id"]

    def choose(self, **policies):
        syncs.change_sync(self.sync, changes={"policies": {**self.sync.policies, **policies}}, actor=ACTOR)
        self.sync.refresh_from_db()

    def run(self, trigger="webhook"):
        changed = [one for one in self.box.control.documents("chargebee") if one["object"] in STREAMS]
        inbox.make_due(
            self.sync,
            [Changed(stream=STREAMS[c["object"]], key=c["id"], order=c.get("resource_version", 0)) for c in changed],
        )
        for _ in range(8):
            run_to_rest(self.sync, trigger=trigger)
            busy = SyncRecord.objects.filter(sync=self.sync, state__in=["due", "unknown", "open"])
            if not busy.exists():
                return
            busy.update(due_at="2000-01-01T00:00Z")
        raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "reason")))

    def states(self):
        rows = SyncRecord.objects.filter(sync=self.sync).exclude(state="skipped")
        return {(flow, state) for flow, state in rows.values_list("flow", "state")}

    def ledger(self):
        return [one for one in self.box.control.documents("acumatica") if one["kind"] != "customer"]

    def kinds(self):
        return sorted(one["kind"] for one in self.ledger())

    def lose(self, method, path, kind="answer_lost_after_commit", times=1):
        rule = {"kind": kind, "method": method, "path": path, "times": times, "rate": 1.0}
        self.box.control.post("/faults/acumatica", {"seed": 1, "rules": [rule]})


@pytest.fixture
def story(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        yield Story(box)


LOST = ["answer_lost_after_commit", "answer_lost_before_commit"]
ROOT = "/Acme/entity/Default/24.200.001"


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("lost", [("PUT", "/Invoice"), ("POST", "/Invoice/ReleaseInvoice"), ("PUT", "/Payment")])
def test_it_books_an_invoice_and_its_payment_once(story, kind, lost):
    invoice = story.invoice()
    story.act("record_payment", "2026-09-05", applied={invoice: 10000}, method="bank_transfer")
    story.lose(lost[0], ROOT + lost[1], kind)
    story.run()
    assert story.kinds() == ["invoice", "payment"]
    assert [Decimal(one["open"]) for one in story.ledger()] == [0, 0]
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered"), ("payments", "delivered")}


@pytest.mark.parametrize("lost", [("PUT", "/Invoice"), ("POST", "/Invoice/ReleaseInvoice")])
def test_it_moves_and_releases_once_what_was_closed_before_its_release(story, lost):
    story.choose(closed_periods="next_open")
    story.box.control.post("/options/acumatica", {"silent_actions": 1})
    story.invoice()
    story.run()
    story.box.control.post("/periods/acumatica", {"period": "2026-09", "status": "closed"})
    held = SyncRecord.objects.get(sync=story.sync, flow="invoices")
    story.lose(lost[0], ROOT + lost[1])
    syncs.replay(story.sync, record_ids=[held.pk], actor=ACTOR)
    story.run()
    assert [(one["date"], one["posting_date"]) for one in story.ledger()] == [("2026-09-01", "2026-10-01")]
    assert trial_balance(story.ledger()) == {"11000": 100, "40000": -100}
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered")}


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("lost", [("PUT", "/Invoice"), ("POST", "/Invoice/ReleaseInvoice"), ("PUT", "/Payment")])
def test_it_credits_withheld_tax_once(story, kind, lost):
    invoice = story.invoice()
    story.run()
    story.act("withhold_tax", "2026-09-20", invoice_id=invoice, amount=1000, reference="WHT-1")
    story.lose(lost[0], ROOT + lost[1], kind)
    story.run()
    assert story.kinds() == ["credit_note", "invoice"]
    assert trial_balance(story.ledger()) == {"11000": 90, "13000": 10, "40000": -100}
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered")}


@pytest.mark.parametrize("kind", LOST)
def test_it_releases_the_reversal_of_an_invoice_once(story, kind):
    invoice = story.invoice()
    story.run()
    record = SyncRecord.objects.get(sync=story.sync, natural_key=invoice)
    story.lose("POST", f"{ROOT}/Invoice/ReleaseInvoice", kind)
    undo(story.sync, scope=Scope(record_id=record.pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    record.refresh_from_db()
    assert (record.code, story.kinds()) == ("undone", ["credit_note", "invoice"])
    assert trial_balance(story.ledger()) == {}


@pytest.mark.parametrize("lost", [("PUT", "/Payment"), ("POST", "/Payment/ReleasePayment")])
def test_it_books_each_customers_part_of_a_payment_once(story, lost):
    story.payment_beyond_a_childs_invoice()
    story.lose(lost[0], ROOT + lost[1], times=2)  # that of the payment's own document, and that of the other part
    story.run()
    assert story.kinds() == ["invoice", "payment", "payment"]
    assert trial_balance(story.ledger()) == {"10200": 125, "11000": -25, "40000": -100}
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered"), ("payments", "delivered")}


@pytest.mark.parametrize("lost", [("PUT", "/Payment"), ("POST", "/Payment/ReleasePayment")])
def test_it_applies_the_payers_own_part_once(story, lost):
    payment = story.payment_beyond_a_childs_invoice()
    story.run()
    invoice = story.invoice(2500)
    story.run()
    story.act("apply_excess", "2026-09-06", payment_id=payment, invoice_id=invoice, amount=2500)
    story.lose(lost[0], ROOT + lost[1])
    story.run()
    assert [Decimal(one["open"]) for one in story.ledger()] == [0, 0, 0, 0]
    assert story.states() == {("customers", "delivered"), ("invoices", "delivered"), ("payments", "delivered")}


@pytest.mark.parametrize("lost", [("PUT", "/Payment"), ("POST", "/Payment/ReleasePayment")])
def test_it_books_and_voids_each_customers_part_of_a_refund_once(story, lost):
    refund = story.refund_over_two_customers()
    story.lose(lost[0], ROOT + lost[1], times=2)
    story.run()
    assert story.kinds().count("refund") == 2
    assert trial_balance(story.ledger()) == {}
    story.act("win_chargeback", "2026-09-12", refund_id=refund)
    story.lose("POST", f"{ROOT}/Payment/VoidPayment", times=2)
    story.run()
    assert story.kinds().count("void") == 2
    assert trial_balance(story.ledger()) == {"10200": 100, "11000": -100}


@pytest.mark.parametrize("lost", [("PUT", "/Invoice"), ("POST", "/Invoice/ReleaseInvoice")])
def test_it_books_a_credit_once_that_pays_another_customers_invoice_and_then_asks(story, lost):
    story.act("add_customer", customer_id="kid", company="Kid Inc", preferred_currency_code="USD")
    invoice = story.invoice(customer="kid")
    story.run()
    given = {"customer_id": "ann", "currency": "USD", "total": 4000}
    note = story.act("give_store_credit", "2026-09-03", **given)["id"]
    story.act("apply_credit", "2026-09-04", note_id=note, invoice_id=invoice, amount=4000)
    story.lose(lost[0], ROOT + lost[1])
    story.run()
    assert story.kinds() == ["credit_note", "invoice"]
    assert ("credit_notes", "parked") in story.states()
    assert SyncRecord.objects.get(sync=story.sync, natural_key=note).code == "credit_over_customers"


def test_it_voids_each_customers_part_of_a_payment_once(story):
    payment = story.payment_beyond_a_childs_invoice()
    story.run()
    story.act("late_fail", "2026-09-11", payment_id=payment)
    story.lose("POST", f"{ROOT}/Payment/VoidPayment", times=2)
    story.run()
    assert story.kinds() == ["invoice", "payment", "payment", "void", "void"]
    assert trial_balance(story.ledger()) == {"11000": 100, "40000": -100}


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("lost", [("PUT", "/JournalTransaction"), ("POST", "/JournalTransaction/Release*")])
def test_it_books_a_journal_beside_another_once(story, kind, lost):
    story.choose(posting_mode="journals")
    invoice = story.invoice()
    story.run()
    story.act("withhold_tax", "2026-09-20", invoice_id=invoice, amount=1000, reference="WHT-1")
    story.lose(lost[0], (ROOT + lost[1]).replace("Release*", "ReleaseJournalTransaction"), kind)
    story.run()
    assert story.kinds() == ["journal", "journal"]
    assert trial_balance(story.ledger()) == {"12100": 90, "13000": 10, "40000": -100}


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("lost", [("PUT", "/Payment"), ("POST", "/Payment/ReleasePayment")])
def test_it_applies_a_payment_on_account_once(story, kind, lost):
    given = {"applied": {}, "amount": 10000, "customer_id": "ann", "method": "bank_transfer"}
    payment = story.act("record_payment", "2026-09-05", **given)["id"]
    story.run()
    invoice = story.invoice(8000)
    story.run()
    story.act("apply_excess", "2026-09-06", payment_id=payment, invoice_id=invoice, amount=8000)
    story.lose(lost[0], ROOT + lost[1], kind)
    story.run()
    assert {one["kind"]: Decimal(one["open"]) for one in story.ledger()} == {"payment": 20, "invoice": 0}


@pytest.mark.parametrize("kind", LOST)
def test_it_voids_a_payment_once(story, kind):
    invoice = story.invoice()
    payment = story.act("record_payment", "2026-09-05", applied={invoice: 10000}, method="bank_transfer")["id"]
    story.run()
    story.act("late_fail", "2026-09-11", payment_id=payment)
    story.lose("POST", f"{ROOT}/Payment/VoidPayment", kind)
    story.run()
    assert story.kinds() == ["invoice", "payment", "void"]
    assert trial_balance(story.ledger()) == {"11000": 100, "40000": -100}


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("lost", [("PUT", "/Invoice"), ("PUT", "/Payment"), ("POST", "/Payment/ReleasePayment")])
def test_it_takes_an_invoice_back_once(story, kind, lost):
    invoice = story.invoice()
    story.run()
    story.act("void_invoice", "2026-09-15", invoice_id=invoice)
    story.lose(lost[0], ROOT + lost[1], kind)
    story.run()
    assert story.kinds() == ["credit_note", "invoice"]
    assert [Decimal(one["open"]) for one in story.ledger()] == [0, 0]
    assert trial_balance(story.ledger()) == {}


@pytest.mark.parametrize("mode", ["documents", "sales_invoices", "journals"])
def test_it_undoes_what_it_booked_to_the_cent(story, mode):
    story.choose(posting_mode=mode)
    invoice = story.invoice()
    story.act("withhold_tax", "2026-09-20", invoice_id=invoice, amount=1000, reference="WHT-1")
    story.act("record_payment", "2026-09-20", applied={invoice: 9000}, method="bank_transfer")
    story.run()
    booked = len(story.ledger())
    undo(story.sync, scope=Scope(day=timezone.now().date()), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert trial_balance(story.ledger()) == {}
    assert len(story.ledger()) > booked


def test_it_undoes_a_payment_of_several_customers_after_the_refund_of_its_excess(story):
    payment = story.payment_beyond_a_childs_invoice()
    story.act("refund_excess", "2026-09-08", payment_id=payment, amount=2500)
    story.run()
    undo(story.sync, scope=Scope(day=timezone.now().date()), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert trial_balance(story.ledger()) == {}
    assert story.kinds().count("void") == 3


def test_it_posts_a_changed_invoice_anew(story):
    story.choose(after_posting="reverse")
    invoice = story.invoice()
    story.run()
    story.act("change_lines", "2026-09-02", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 8000}])
    story.run()
    assert trial_balance(story.ledger()) == {"11000": 80, "40000": -80}
    assert Link.objects.filter(tenant=story.sync.tenant, natural_key=invoice, state="standing").get().revision == 2


def test_it_lets_a_payment_follow_its_invoice_when_the_mode_was_changed(story):
    invoice = story.invoice()
    story.run()
    story.choose(posting_mode="journals")
    story.act("record_payment", "2026-09-05", applied={invoice: 10000}, method="bank_transfer")
    story.run()
    assert story.kinds() == ["invoice", "payment"]
    assert trial_balance(story.ledger()) == {"10200": 100, "40000": -100}


def test_it_sends_applications_again_that_were_dropped(story):
    invoice = story.invoice()
    story.run()
    story.act("record_payment", "2026-09-05", applied={invoice: 10000}, method="bank_transfer")
    rule = {
        "kind": "write_dropped_field",
        "value": "DocumentsToApply",
        "path": f"{ROOT}/Payment",
        "times": 1,
        "rate": 1,
    }
    story.box.control.post("/faults/acumatica", {"seed": 1, "rules": [rule]})
    story.run()
    assert [Decimal(one["open"]) for one in story.ledger()] == [0, 0]
    assert not Attempt.objects.filter(outcome="different").exists()


def test_it_looks_once_more_before_a_refusal_after_a_lost_answer_counts(story):
    story.invoice()
    story.box.control.post("/options/acumatica", {"account_checked_at_save": False})
    story.box.control.post("/inactivate/acumatica", {"table": "Account", "key": "40000"})
    story.lose("POST", f"{ROOT}/Invoice/ReleaseInvoice", "answer_lost_before_commit")
    story.run()
    tried = Attempt.objects.filter(flow="invoices", operation="release").order_by("id")
    assert [one.outcome for one in tried] == [
        "unknown",
        "absent",
        "unknown",
        "absent",
    ]  # then the account is known as inactive
    assert ("invoices", "parked") in story.states()


def test_it_sees_that_a_call_given_up_was_done_after_all(story):
    story.invoice()
    story.lose("PUT", f"{ROOT}/Invoice", "answer_lost_before_commit")
    story.run()
    [booked] = story.ledger()
    story.box.control.post("/tamper/acumatica", {"id": booked["id"], "op": "duplicate"})
    story.run()
    assert SyncRecord.objects.get(sync=story.sync, flow="invoices").code == "duplicate_in_target"

"""The engine's rules over a document's whole life, judged by what stands in both systems in the end."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Attempt
from audit.seal import verify
from integrations import registry
from integrations.contracts import Changed, Draft, Facts
from integrations.engine import decisions, inbox, references, sweep, syncs
from integrations.engine.drafts import load_draft
from integrations.engine.run import run_sync
from integrations.engine.sessions import open_session
from integrations.engine.tests.casebook import SITE_ZONE, trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.undo import Scope, plan_undo, undo
from integrations.engine.watch import awaiting_posting
from integrations.errors import ConfigurationError
from integrations.models import Link, Problem, ReferenceValue, Sync, SyncRecord

SLUG = "chargebee_to_netsuite"
NEW_YORK = "-04:00"
LINES = [{"description": "Consulting", "amount": 10000}]


STREAMS = {"customer": "customers", "invoice": "invoices", "credit_note": "credit_notes", "transaction": "transactions"}


class Story:
    """A site with one customer, a ledger, and a sync between them."""

    def __init__(self, box, pair=SLUG, **changes):
        self.box = box
        self.act("open_shop")
        self.act("add_customer", customer_id="ann", company="Ann Ltd", preferred_currency_code="USD")
        self.act("issue_invoice", customer_id="ann", currency="USD", status="pending", lines=LINES)
        self.sync = make_live_sync(box, pair, **changes)

    def act(self, do, day="2026-08-03", **arguments):
        return self.box.control.post("/act/chargebee", {"do": do, "at": f"{day}T12:00:00{NEW_YORK}", **arguments})[
            "object"
        ]

    def invoice(self, day="2026-09-01", amount=10000):
        lines = [{"description": "Consulting", "amount": amount}]
        return self.act("issue_invoice", day, customer_id="ann", currency="USD", status="posted", lines=lines)["id"]

    def payment(self, applied, day="2026-09-05", **more):
        return self.act("record_payment", day, applied=applied, method="bank_transfer", **more)["id"]

    def choose(self, **policies):
        syncs.change_sync(self.sync, changes={"policies": {**self.sync.policies, **policies}}, actor=ACTOR)
        self.sync.refresh_from_db()

    def run(self, trigger="manual"):
        """Tell of all changes, as webhooks would, and run until nothing is due, as the tick would."""
        with transaction.atomic():
            inbox.make_due(self.sync, [Changed(stream=s, key=k, order=o) for s, k, o in self.changed()])
        for _ in range(8):
            run_to_rest(self.sync, trigger=trigger)
            busy = SyncRecord.objects.filter(sync=self.sync, state__in=["due", "unknown", "open"])
            if not busy.exists():
                return
            busy.update(due_at="2000-01-01T00:00Z")
            trigger = "recovery"
        raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "reason")))

    def changed(self):
        for one in self.box.control.documents("chargebee"):
            if one["object"] in STREAMS:
                yield STREAMS[one["object"]], one["id"], one.get("resource_version", 0)

    def record(self, flow, key):
        return SyncRecord.objects.get(sync=self.sync, flow=flow, natural_key=key)

    def state(self, flow, key):
        found = self.record(flow, key)
        return found.state, found.code

    def link(self, flow, key):
        return Link.objects.filter(tenant=self.sync.tenant, flow=flow, natural_key=key).latest("revision")

    def ledger(self):
        skipped = ("customer", "item")
        return [one for one in self.box.control.documents("netsuite") if one["kind"] not in skipped]

    def document(self, external_id):
        return next(one for one in self.ledger() if one["id"] == external_id)

    def applied(self, flow, key):
        document = self.document(self.link(flow, key).external_id)
        return {one["id"]: Decimal(one["amount"]) for one in document["applied"]}

    def balance(self):
        return trial_balance(self.ledger())

    def writes(self):
        return self.box.control.writes("netsuite")


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


@pytest.fixture
def story(box):
    return Story(box)


def paid_invoice(story):
    invoice = story.invoice()
    payment = story.payment({invoice: 10000})
    story.run()
    return invoice, payment


# Undo


def test_it_undoes_an_invoice_with_what_is_applied_to_it_children_first(story):
    before = story.balance()
    invoice, payment = paid_invoice(story)
    planned = undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert [str(record) for record in planned.children] == [str(story.record("payments", payment))]
    assert story.state("invoices", invoice) == ("skipped", "undone")
    assert story.state("payments", payment) == ("skipped", "undone")
    assert story.link("invoices", invoice).state == "reversed"
    assert story.balance() == before
    order = Attempt.objects.filter(operation="reverse").order_by("id").values_list("flow", flat=True)
    assert list(order) == ["payments", "invoices"]
    assert "Wrong" in story.record("invoices", invoice).reason
    assert verify(story.sync.tenant_id) is None


@pytest.mark.parametrize("scope", ["day", "run"])
def test_it_undoes_all_that_was_booked_and_refuses_a_second_time(story, scope):
    before = story.balance()
    first, second = story.invoice(), story.invoice(amount=2500)
    story.payment({first: 10000, second: 1000})
    story.run()
    booked = {one["id"] for one in story.ledger()}
    run_id = Attempt.objects.filter(flow="invoices").first().run_id
    what = Scope(day=timezone.now().date()) if scope == "day" else Scope(run_id=run_id)
    undo(story.sync, scope=what, actor=ACTOR, reason="Test data")
    story.run("replay")
    assert story.balance() == before
    assert booked <= {one["id"] for one in story.ledger()}
    with pytest.raises(ConfigurationError, match="undone before"):
        undo(story.sync, scope=what, actor=ACTOR, reason="Again")


def test_it_undoes_what_a_run_booked_though_it_stands_differently(story):
    invoice = story.invoice()
    rule = {"kind": "write_altered", "path": "/invoice", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    story.run()
    record = story.record("invoices", invoice)
    first = Attempt.objects.filter(record_id=record.pk).earliest("pk")
    plan = plan_undo(story.sync, Scope(run_id=first.run_id))
    assert (record.state, [each.pk for each in plan.records]) == ("different", [record.pk])


def test_it_leaves_alone_what_was_undone_until_it_is_replayed(story):
    invoice, _ = paid_invoice(story)
    undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    writes = story.writes()
    story.act("set_due_date", "2026-10-01", invoice_id=invoice, date="2026-12-01T12:00:00-05:00")
    story.run()
    assert (story.writes(), story.state("invoices", invoice)) == (writes, ("skipped", "undone"))
    syncs.replay(story.sync, record_ids=[story.record("invoices", invoice).pk], actor=ACTOR)
    story.run("replay")
    link = story.link("invoices", invoice)
    assert (story.state("invoices", invoice), link.revision, link.state) == (("delivered", ""), 2, "standing")


def test_it_says_why_nothing_can_be_undone(story):
    invoice = story.invoice()
    SyncRecord.objects.filter(sync=story.sync).delete()
    story.choose(closed_periods="hold")
    story.run()
    customer = story.record("customers", "ann")
    with pytest.raises(ConfigurationError, match="Nothing that can be reversed"):
        plan_undo(story.sync, Scope(record_id=customer.pk))
    with pytest.raises(ConfigurationError, match="needs a reason"):
        undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason=" ")


# Reversals


def test_it_reverses_a_changed_document_and_posts_it_anew_with_its_payment(story):
    story.choose(after_posting="reverse")
    invoice, payment = paid_invoice(story)
    old = story.link("invoices", invoice).external_id
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 12000}])
    story.run()
    new = story.link("invoices", invoice)
    assert (new.revision, new.state, story.state("invoices", invoice)[0]) == (2, "standing", "delivered")
    assert Link.objects.get(natural_key=invoice, revision=1).state == "reversed"
    assert Decimal(story.document(new.external_id)["total"]) == 120
    assert story.applied("payments", payment) == {new.external_id: Decimal(100)}
    assert Decimal(story.document(old)["open"]) == 0
    assert story.state("payments", payment) == ("delivered", "")


def test_it_reverses_nothing_whose_new_state_cannot_be_posted(story):
    story.choose(after_posting="reverse")
    invoice = story.invoice()
    story.run()
    writes = story.writes()
    ReferenceValue.objects.filter(connection=story.sync.target, kind="item").update(is_active=False)
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 12000}])
    story.run()
    assert story.state("invoices", invoice) == ("parked", "missing_reference")
    assert (story.writes(), story.link("invoices", invoice).state) == (writes, "standing")


def test_it_leaves_a_payment_applied_to_what_cannot_be_posted_anew(story):
    story.choose(after_posting="reverse")
    invoice, payment = paid_invoice(story)
    writes = story.writes()
    ReferenceValue.objects.filter(connection=story.sync.target, kind="item").update(is_active=False)
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 12000}])
    story.run()
    assert story.state("invoices", invoice) == ("parked", "missing_reference")
    assert (story.writes(), story.link("invoices", invoice).state) == (writes, "standing")
    assert story.state("payments", payment) == ("delivered", "")


def test_it_posts_anew_what_was_undone_in_the_month_of_the_undo(story):
    invoice = story.invoice(day="2026-08-20")
    story.run()
    undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong account.")
    story.run()
    syncs.replay(story.sync, record_ids=[story.record("invoices", invoice).pk], actor=ACTOR)
    story.run()
    new = story.document(story.link("invoices", invoice).external_id)
    month = datetime.now(ZoneInfo(SITE_ZONE)).date().replace(day=1).isoformat()
    assert (new["date"], new["posting_date"]) == ("2026-08-20", month)


@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "answer_lost_before_commit", "connection_reset"])
def test_it_reverses_once_when_answers_are_lost(story, kind):
    invoice = story.invoice()
    story.run()
    story.act("void_invoice", "2026-09-15", invoice_id=invoice)
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [{"kind": kind, "method": "PUT", "times": 1}]})
    story.run()
    credits = [one for one in story.ledger() if one["kind"] == "credit_note"]
    assert (len(credits), story.state("invoices", invoice)) == (1, ("delivered", "reversed"))
    assert story.link("invoices", invoice).reversed_on == date(2026, 9, 15)


def test_it_does_nothing_more_to_what_is_reversed(story):
    invoice = story.invoice()
    story.run()
    story.act("void_invoice", "2026-09-15", invoice_id=invoice)
    story.run()
    writes = story.writes()
    syncs.replay(story.sync, record_ids=[story.record("invoices", invoice).pk], actor=ACTOR)
    story.run("replay")
    story.run("sweep")
    assert (story.writes(), story.state("invoices", invoice)) == (writes, ("delivered", "reversed"))


def test_it_moves_an_application_without_touching_the_cash(story):
    first, second = story.invoice(), story.invoice()
    payment = story.payment({first: 10000})
    story.run()
    link = story.link("payments", payment)
    story.act("take_off", "2026-09-10", payment_id=payment, invoice_id=first)
    story.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=second, amount=10000)
    story.run()
    assert story.applied("payments", payment) == {story.link("invoices", second).external_id: Decimal(100)}
    moved = story.link("payments", payment)
    assert (moved.external_id, moved.revision) == (link.external_id, 1)
    assert moved.details_version not in ("", link.details_version)


@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "answer_lost_before_commit", "write_dropped_field"])
def test_it_settles_an_application_whose_answer_is_lost_by_what_stands(story, kind):
    first, second = story.invoice(), story.invoice()
    payment = story.payment({first: 6000}, day="2026-09-05")
    story.run()
    story.act("record_payment", "2026-09-06", applied={second: 1000}, method="bank_transfer")
    story.run()
    story.act("take_off", "2026-09-10", payment_id=payment, invoice_id=first)
    story.act("apply_excess", "2026-09-10", payment_id=payment, invoice_id=second, amount=6000)
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [{"kind": kind, "method": "PATCH", "times": 1}]})
    story.run()
    state = story.state("payments", payment)
    if kind == "write_dropped_field":
        assert state == ("different", "different")
        return
    assert state == ("delivered", "")
    assert story.applied("payments", payment) == {story.link("invoices", second).external_id: Decimal(60)}


# Several operations, and posting


def test_it_tells_later_operations_the_id_of_the_first(story, monkeypatch):
    pair = registry.pair(SLUG)

    def drafts(record, mapped, context):
        first = flow.draft(record, mapped, context)[0]
        last = replace(first, operation="update", payload={"memo": "second"}, facts=Facts(), references=())
        return (first, last)

    flow = pair.flow("invoices")
    flows = tuple(replace(flow, draft=drafts) if each.slug == "invoices" else each for each in pair.flows)
    monkeypatch.setitem(registry.pairs(), SLUG, replace(pair, flows=flows))
    invoice = story.invoice()
    story.run()
    attempts = list(Attempt.objects.filter(flow="invoices").order_by("id").values_list("operation", "outcome"))
    assert attempts == [("create", "delivered"), ("update", "delivered")]
    site = story.box.world.simulators["netsuite"]._site
    external_id = story.link("invoices", invoice).external_id
    assert site.store.get("transaction", external_id).fields["memo"] == "second"
    assert story.state("invoices", invoice)[0] == "delivered"


def test_it_waits_for_posting_only_where_a_need_says_so_and_polls_until_then(story, monkeypatch):
    story.box.control.post("/options/netsuite", {"invoice_approval": True})
    needs_posting(monkeypatch)
    invoice = story.invoice()
    payment = story.payment({invoice: 10000})
    story.run()
    assert awaiting_posting(story.sync) == {"invoices": 1}
    assert (story.state("invoices", invoice)[0], story.state("payments", payment)[0]) == ("delivered", "waiting")
    story.box.control.post("/post/netsuite", {})
    story.run("recovery")
    assert awaiting_posting(story.sync) == {}
    assert story.state("payments", payment) == ("delivered", "")


def needs_posting(monkeypatch):
    pair = registry.pair(SLUG)
    flow = pair.flow("payments")

    def needs(record, context):
        return tuple(
            replace(need, posted=need.flow == "invoices", may_lack=False) for need in flow.needs(record, context)
        )

    flows = tuple(replace(flow, needs=needs) if each.slug == "payments" else each for each in pair.flows)
    monkeypatch.setitem(registry.pairs(), SLUG, replace(pair, flows=flows))


def test_it_reports_what_is_deleted_while_it_awaits_posting(story):
    story.box.control.post("/options/netsuite", {"invoice_approval": True})
    invoice = story.invoice()
    story.run()
    story.box.control.post("/tamper/netsuite", {"id": story.link("invoices", invoice).external_id, "op": "delete"})
    writes = story.writes()
    for _ in range(3):
        story.run("recovery")
    assert (story.state("invoices", invoice), story.writes()) == (("parked", "deleted_in_target"), writes)


def test_it_names_what_an_approver_rejects_and_asks_no_more(story):
    story.box.control.post("/options/netsuite", {"invoice_approval": True})
    invoice = story.invoice()
    story.run()
    external_id = story.link("invoices", invoice).external_id
    story.box.control.post("/post/netsuite", {"reject": [external_id]})
    for _ in range(2):
        story.run("recovery")
    (problem,) = Problem.objects.filter(healed_at=None)
    assert (problem.code, problem.value) == ("rejected_in_target", external_id)
    assert story.state("invoices", invoice) == ("different", "rejected_in_target")
    assert not SyncRecord.objects.filter(look_again_at__isnull=False).exists()


# Waiting


def hold_second_invoice(story):
    """Give two invoices, the second of which cannot be posted, and a payment of both."""
    first, second = story.invoice(), story.invoice(day="2026-10-02")
    story.box.control.post("/periods/netsuite", {"period": "2026-10", "status": "closed"})
    read_periods(story)
    payment = story.payment({first: 10000, second: 10000}, day="2026-11-05")
    story.run()
    return first, second, payment


def read_periods(story):
    with open_session(story.sync.target) as session:
        references.refresh(story.sync.target, session)


def wait_since(story, flow, key, **ago):
    SyncRecord.objects.filter(sync=story.sync, flow=flow, natural_key=key).update(
        waiting_since=timezone.now() - timedelta(**ago)
    )


def test_it_books_the_cash_after_some_days_and_applies_the_rest_later(story):
    first, second, payment = hold_second_invoice(story)
    assert story.state("payments", payment) == ("waiting", "waits_for_parent")
    wait_since(story, "payments", payment, days=3, hours=1)
    story.run()
    assert story.applied("payments", payment) == {story.link("invoices", first).external_id: Decimal(100)}
    assert story.state("payments", payment) == ("delivered", "partly_applied")
    story.box.control.post("/periods/netsuite", {"period": "2026-10", "status": "open"})
    read_periods(story)
    story.run()
    ids = {story.link("invoices", key).external_id for key in (first, second)}
    assert set(story.applied("payments", payment)) == ids
    assert (story.state("payments", payment), len(payments_of(story))) == (("delivered", ""), 1)


def payments_of(story):
    return [one for one in story.ledger() if one["kind"] == "payment"]


def test_it_makes_a_problem_of_what_waits_too_long(story):
    story.choose(partly_held="wait")
    _, second, payment = hold_second_invoice(story)
    wait_since(story, "payments", payment, days=4)
    wait_since(story, "invoices", second, days=4)
    story.run()
    assert story.state("payments", payment) == ("waiting", "waits_too_long")
    problems = Problem.objects.filter(sync=story.sync, healed_at=None)
    assert {problem.code for problem in problems} == {"waits_too_long", "closed_period"}
    story.box.control.post("/periods/netsuite", {"period": "2026-10", "status": "open"})
    read_periods(story)
    story.run()
    assert story.state("payments", payment) == ("delivered", "")
    assert not Problem.objects.filter(sync=story.sync, healed_at=None).exists()


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("next_open", ("delivered", "")),
        ("skip", ("skipped", "closed_period_skip")),
        ("hold", ("waiting", "closed_period")),
    ],
)
def test_it_asks_a_person_about_a_closed_period(story, choice, state):
    story.choose(closed_periods="ask")
    story.box.control.post("/periods/netsuite", {"period": "2026-09", "status": "closed"})
    read_periods(story)
    invoice = story.invoice()
    story.run()
    assert story.state("invoices", invoice) == ("parked", "closed_period_ask")
    decisions.choose_period(story.record("invoices", invoice), choice=choice, actor=ACTOR)
    story.run("replay")
    assert story.state("invoices", invoice) == state


# Parents that are not posted


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("on_account", ("delivered", "partly_applied")),
        ("skip", ("skipped", "parent_skipped")),
        ("park", ("parked", "parent_not_posted")),
    ],
)
def test_it_treats_payments_of_skipped_documents_by_policy(story, choice, state):
    story.choose(parent_skipped=choice, closed_periods="skip")
    story.box.control.post("/periods/netsuite", {"period": "2026-09", "status": "closed"})
    read_periods(story)
    invoice = story.invoice()
    payment = story.payment({invoice: 10000}, day="2026-10-05")
    story.run()
    assert story.state("payments", payment) == state
    assert len(payments_of(story)) == (choice == "on_account")


def key_by_hand(story, kind, reference="BY-HAND", **fields):
    """Let somebody else book a document through the ledger's own interface."""
    flow = registry.pair(SLUG).flow(kind)
    with open_session(story.sync.target) as session:
        draft = Draft(flow=kind, key="x", sink=flow.sink, reference=reference, payload=fields, facts=Facts())
        return session.sink(flow.sink).book(draft).external_id


def older_invoice(story, *, total=10000):
    """Give an invoice older than the start date and a payment after it; the ledger has it only where keyed."""
    invoice = story.invoice(day="2026-08-20", amount=total)
    payment = story.payment({invoice: total}, day="2026-09-05")
    return invoice, payment


def as_keyed(story, invoice):
    """Key an invoice as the sync would, under another reference."""
    twin = dict(payload_of(story))
    return key_by_hand(story, "invoices", **{**twin, "tranId": invoice, "tranDate": "2026-08-20"})


def payload_of(story):
    """Give the payload of the invoice that the sync booked."""
    attempt = Attempt.objects.filter(flow="invoices", outcome="delivered").first()
    return load_draft(attempt.draft)[0].payload


def test_it_links_an_older_parent_that_stands_in_the_target(story):
    story.invoice()
    story.run()
    syncs.change_sync(story.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    invoice, payment = older_invoice(story)
    keyed = as_keyed(story, invoice)
    story.run()
    assert (story.link("invoices", invoice).external_id, story.link("invoices", invoice).is_ours) == (keyed, False)
    assert story.applied("payments", payment) == {keyed: Decimal(100)}


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("on_account", ("delivered", "partly_applied")),
        ("skip", ("skipped", "parent_skipped")),
        ("park", ("parked", "parent_not_posted")),
    ],
)
def test_it_treats_payments_of_older_documents_by_policy(story, choice, state):
    story.choose(cut_over=choice)
    syncs.change_sync(story.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    invoice, payment = older_invoice(story)
    story.run()
    assert story.state("invoices", invoice) == ("skipped", "not_found_at_cut_over")
    assert story.state("payments", payment) == state
    assert [one for one in story.ledger() if one["kind"] == "invoice"] == []


# Look-alikes


def two_look_alikes(story):
    story.invoice()
    story.run()
    invoice = story.invoice(day="2026-08-20")
    twins = [as_keyed(story, invoice)]
    payload = {**payload_of(story), "tranId": invoice, "tranDate": "2026-08-20"}
    twins.append(key_by_hand(story, "invoices", reference="BY-HAND-2", **payload))
    story.run()
    return invoice, twins


def test_it_lets_a_person_choose_among_look_alikes(story):
    invoice, twins = two_look_alikes(story)
    record = story.record("invoices", invoice)
    assert (record.state, record.code) == ("parked", "duplicate_in_target")
    with pytest.raises(ConfigurationError, match="Choose one"):
        decisions.link_found(record, actor=ACTOR)
    decisions.link_found(record, actor=ACTOR, external_id=twins[1])
    story.run("replay")
    assert story.link("invoices", invoice).external_id == twins[1]


def test_it_refuses_to_link_what_is_linked_to_another_record(story):
    invoice, _ = two_look_alikes(story)
    other = Link.objects.filter(flow="invoices").exclude(natural_key=invoice).get()
    with pytest.raises(ConfigurationError, match="linked to"):
        decisions.link_found(story.record("invoices", invoice), actor=ACTOR, external_id=other.external_id)


def test_it_links_a_payment_keyed_by_hand_by_policy_and_books_none(story):
    story.choose(look_alikes="link")
    invoice = story.invoice()
    story.run()
    there = story.link("invoices", invoice).external_id
    keyed = pay_by_hand(story, there, day="2026-09-05")
    payment = story.payment({invoice: 10000})
    story.run()
    assert (story.link("payments", payment).external_id, len(payments_of(story))) == (keyed, 1)
    assert story.applied("payments", payment) == {there: Decimal(100)}


def pay_by_hand(story, there, *, day):
    paid = {"customer": {"id": story.link("customers", "ann").external_id}, "payment": 100, "tranDate": day}
    paid |= {"currency": payload_of(story)["currency"], "account": {"id": clearing(story)}, "autoApply": False}
    paid |= {"apply": {"items": [{"doc": {"id": there}, "apply": True, "amount": 100}]}}
    return key_by_hand(story, "payments", reference="PAID-BY-HAND", **paid)


def test_it_holds_a_payment_of_a_document_that_was_paid_by_hand_until_a_person_chooses(story):
    story.invoice()
    story.run()
    syncs.change_sync(story.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    invoice, payment = older_invoice(story)
    keyed = as_keyed(story, invoice)
    by_hand = pay_by_hand(story, keyed, day="2026-09-04")
    story.run()
    assert story.state("payments", payment) == ("parked", "paid_in_target")
    decisions.link_found(story.record("payments", payment), actor=ACTOR, external_id=by_hand)
    story.run("replay")
    assert (story.state("payments", payment)[0], story.link("payments", payment).external_id) == ("delivered", by_hand)
    assert len(payments_of(story)) == 1


def clearing(story):
    return ReferenceValue.objects.get(connection=story.sync.target, kind="account", number="1214").code


# The sweep


def test_it_goes_on_with_a_sweep_where_its_slice_ended(story, monkeypatch):
    today = f"{timezone.now():%Y-%m-%d}"
    made = {story.invoice(day=today, amount=1000 + number) for number in range(250)}
    run_to_rest(story.sync)
    SyncRecord.objects.filter(sync=story.sync, flow="invoices", state="delivered").delete()
    compare = sweep._compare

    def end_slice(state, plan, batch):
        state.slice_ends = 0.0 if plan.flow.slug == "invoices" else state.slice_ends
        return compare(state, plan, batch)

    with monkeypatch.context() as patched:
        patched.setattr(sweep, "_AT_ONCE", 1)  # every page is a batch, after which a slice may end
        patched.setattr(sweep, "_compare", end_slice)
        assert run_sync(story.sync.pk, trigger="sweep").goes_on
    position = Sync.objects.get(pk=story.sync.pk).sweep_position
    assert position["customers"] == "done"
    assert position["invoices"] not in ("", "done")
    run_to_rest(story.sync, trigger="sweep")
    assert made <= set(
        SyncRecord.objects.filter(sync=story.sync, flow="invoices").values_list("natural_key", flat=True)
    )
    assert not set(Sync.objects.get(pk=story.sync.pk).sweep_position) & set(position)

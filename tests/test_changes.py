"""What happens after delivery: changes, voids, deletions, lost updates, and what nobody may mistake for delivered."""

import pytest

from audit.models import Attempt
from integrations.connectors.chargebee import lifecycle
from integrations.contracts import Changed
from integrations.engine import inbox, schedule, syncs
from integrations.engine.connections import change_connection
from integrations.engine.reconcile.report import PeriodReport
from integrations.engine.reconcile.signing import save_report, sign
from integrations.engine.routes import RoutedSink
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR, Sandbox, held, links, rested, run_to_rest, verdict
from integrations.models import Problem, Sync, SyncRecord
from tests.test_engine import box, check_books, make_live_sync, settle  # noqa: F401 (the fixture)

pytestmark = pytest.mark.usefixtures("box")


@pytest.fixture
def sync(box) -> Sync:  # noqa: F811
    return rested(settled, box)


def settled(box) -> Sync:  # noqa: F811
    made = make_live_sync(box)
    settle(made)
    return made


def open_invoice(box: Sandbox) -> str:  # noqa: F811
    """Give an invoice that nothing was paid on."""
    invoices = [d for d in box.control.documents("chargebee") if d["object"] == "invoice" and not d["deleted"]]
    return next(
        d["id"] for d in invoices if d["status"] in ("payment_due", "not_paid", "posted") and not d["linked_payments"]
    )


def act(box: Sandbox, do: str, **arguments: object) -> None:  # noqa: F811
    box.control.post("/act/chargebee", {"do": do, **arguments})


def record_of(sync: Sync, flow: str, key: str) -> SyncRecord:
    return SyncRecord.objects.get(sync=sync, flow=flow, natural_key=key)


def nudge(sync: Sync, flow_stream: str, key: str) -> None:
    """Let a webhook ask for an object again that has not changed since."""
    inbox.make_due(sync, [Changed(stream=flow_stream, key=key)])
    run_to_rest(sync, trigger="webhook")


def test_it_parks_an_invoice_voided_after_delivery_and_leaves_it_parked_whatever_asks_again(box, sync):  # noqa: F811
    syncs.change_sync(sync, changes={"policies": {**sync.policies, "voids": "park"}}, actor=ACTOR)
    key = open_invoice(box)
    act(box, "void_invoice", invoice_id=key)
    run_to_rest(sync)
    assert record_of(sync, "invoices", key).code == "voided_after_posting"
    nudge(sync, "invoices", key)
    syncs.replay(sync, record_ids=[record_of(sync, "invoices", key).pk], actor=ACTOR)
    run_to_rest(sync, trigger="replay")
    assert record_of(sync, "invoices", key).state == "parked"
    assert Problem.objects.get(sync=sync, code="voided_after_posting").records == 1


def test_it_keeps_different_what_stands_differently_when_a_webhook_asks_again(box, sync):  # noqa: F811
    key = open_invoice(box)
    box.control.post("/tamper/netsuite", {"id": links(sync, "invoices")[key], "op": "amount", "value": "1.23"})
    syncs.replay(sync, record_ids=[record_of(sync, "invoices", key).pk], actor=ACTOR)
    run_to_rest(sync, trigger="replay")
    nudge(sync, "invoices", key)
    assert record_of(sync, "invoices", key).state == "different"


def customer_of(box: Sandbox) -> dict:  # noqa: F811
    return next(d for d in box.control.documents("chargebee") if d["object"] == "customer" and not d["deleted"])


def mail_in_netsuite(box: Sandbox, sync: Sync, key: str) -> str:  # noqa: F811
    site = box.world.simulators["netsuite"]._site
    return site.store.get("entity", links(sync, "customers")[key]).fields["email"]


@pytest.mark.parametrize("kind", [None, "rate_limit_no_hint", "answer_lost_before_commit", "answer_lost_after_commit"])
def test_it_delivers_a_customers_change_whatever_happens_to_the_answer(box, sync, kind):  # noqa: F811
    customer = customer_of(box)
    act(box, "change_customer", customer_id=customer["id"], email="new@orchid.example")
    if kind:
        box.control.post("/faults/netsuite", {"seed": 1, "rules": [{"kind": kind, "method": "PATCH", "times": 1}]})
    run_to_rest(sync)
    settle(sync, trigger="recovery")
    assert mail_in_netsuite(box, sync, customer["id"]) == "new@orchid.example"
    assert record_of(sync, "customers", customer["id"]).state == "delivered"


def test_it_reports_a_document_deleted_in_the_ledger_and_never_posts_it_again(box, sync):  # noqa: F811
    key = open_invoice(box)
    day, before = record_of(sync, "invoices", key).document_date, box.control.writes("netsuite")
    signed = sign(
        save_report(sync, PeriodReport(start=day, end=day, lines=(), differences=()), actor=ACTOR), actor=ACTOR
    )
    box.control.post("/tamper/netsuite", {"id": links(sync, "invoices")[key], "op": "delete"})
    syncs.replay(sync, record_ids=[record_of(sync, "invoices", key).pk], actor=ACTOR)
    settle(sync, trigger="replay")
    assert record_of(sync, "invoices", key).code == "deleted_in_target"
    assert box.control.writes("netsuite") == before
    signed.refresh_from_db()
    assert (signed.state, [each["id"] for each in signed.late]) == ("stale", [key])


def test_it_remembers_a_change_that_came_while_the_outcome_was_unknown(box, sync):  # noqa: F811
    key = open_invoice(box)
    SyncRecord.objects.filter(sync=sync, flow="invoices", natural_key=key).update(
        state="unknown", due_at="2999-01-01T00:00Z"
    )
    act(box, "void_invoice", invoice_id=key)
    run_to_rest(sync)
    record = record_of(sync, "invoices", key)
    assert (record.state, record.wanted_order > record.seen_order) == ("unknown", True)


def test_it_judges_children_anew_when_their_parent_is_skipped(box):  # noqa: F811
    sync = make_live_sync(box)
    run_sync(sync.pk, trigger="manual", flows=("customers", "items", "payments"))
    syncs.change_sync(sync, changes={"start_date": "2099-01-01"}, actor=ACTOR)
    settle(sync)
    assert {state for *_, state, _ in held(sync)} == {"skipped"}


@pytest.mark.parametrize("trigger", ["webhook", "replay", "recovery"])
def test_it_does_not_put_the_poll_off_for_other_runs(sync, trigger):
    planned = Sync.objects.get(pk=sync.pk).next_run_at
    run_to_rest(sync, trigger=trigger)
    assert Sync.objects.get(pk=sync.pk).next_run_at == planned


def test_it_sweeps_and_polls_though_webhooks_never_cease(sync):
    Sync.objects.filter(pk=sync.pk).update(wants_run="webhook", next_run_at="2000-01-01T00:00Z")
    assert schedule.claim_due()[0][2] == "schedule"
    Sync.objects.filter(pk=sync.pk).update(claimed_until=None, next_sweep_at="2000-01-01T00:00Z")
    assert schedule.claim_due()[0][2] == "sweep"


def test_it_parks_the_one_record_that_meets_a_fault_of_ours(box, monkeypatch):  # noqa: F811
    sync = make_live_sync(box)
    real = lifecycle.common.day
    calls = iter(range(10_000))

    def sometimes(moment, context):
        if next(calls) == 30:
            raise KeyError("planted")
        return real(moment, context)

    monkeypatch.setattr("integrations.connectors.chargebee.lifecycle.invoices.day", sometimes)
    run_to_rest(sync)
    parked = SyncRecord.objects.filter(sync=sync, state="parked")
    assert list(parked.values_list("code", flat=True)) == ["our_fault"]
    assert verdict(sync, box).findings == []


def test_it_holds_the_one_record_whose_call_meets_a_fault_of_ours(box, monkeypatch):  # noqa: F811
    sync, key, real = make_live_sync(box), open_invoice(box), RoutedSink.book

    def book(sink, draft):
        if draft.key == key:
            raise KeyError("planted")
        return real(sink, draft)

    monkeypatch.setattr(RoutedSink, "book", book)
    run_to_rest(sync)
    assert record_of(sync, "invoices", key).code == "our_fault"
    assert not Attempt.objects.filter(closed_at=None).exists()
    assert SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered").exists()


def test_it_checks_what_a_connection_leads_to_after_its_values_changed(box, sync):  # noqa: F811
    change_connection(sync.target, values={"concurrency": "3"}, actor=ACTOR)
    sync.target.refresh_from_db()
    assert sync.target.state == "new"
    run_to_rest(sync)
    sync.target.refresh_from_db()
    assert sync.target.state == "good"
    assert Attempt.objects.filter(closed_at=None).count() == 0

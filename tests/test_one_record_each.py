"""One document belongs to one record, and no step of a document is lost, whatever stands in the target already."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Attempt
from integrations import registry
from integrations.contracts import Facts
from integrations.engine import belt, decisions, routes, run, settle
from integrations.engine.lease import Lease
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR
from integrations.engine.undo import Scope, undo
from integrations.errors import DuplicateError, LeaseLostError
from integrations.models import SyncRecord
from tests.test_lifecycle import (  # noqa: F401 (fixtures)
    SLUG,
    box,
    key_by_hand,
    paid_invoice,
    pay_by_hand,
    payload_of,
    story,
)


def in_flow(monkeypatch, slug, **changes):
    """Let a flow of the pair work otherwise."""
    pair = registry.pair(SLUG)
    flows = tuple(replace(each, **changes) if each.slug == slug else each for each in pair.flows)
    monkeypatch.setitem(registry.pairs(), SLUG, replace(pair, flows=flows))


def noted_first(standing, made):
    """Give drafts that note something on the standing document before anything else is made."""
    note = replace(
        made, sink="invoices", operation="update:note", external_id=standing.link.external_id, payload={"memo": "Wrong"}
    )
    return (replace(note, reference=standing.link.reference, facts=Facts(), references=()), made)


# One document, one record


def test_it_links_a_document_that_the_target_calls_a_duplicate_to_one_record_only(story, monkeypatch):  # noqa: F811
    story.choose(look_alikes="link")
    invoices = [story.invoice(), story.invoice()]
    story.run()
    keyed = pay_by_hand(story, story.link("invoices", invoices[0]).external_id, day="2026-09-05")
    payments = [story.payment({invoice: 10000}) for invoice in invoices]

    def refuse(self, draft):
        raise DuplicateError(f"{draft.reference} stands there already.")

    monkeypatch.setattr(belt, "look_up", lambda *_: ({}, {}))  # it was keyed right after the look-up
    monkeypatch.setattr(routes.RoutedSink, "book", refuse)
    story.run()
    assert sorted(story.state("payments", payment)[0] for payment in payments) == ["delivered", "parked"]
    parked = SyncRecord.objects.get(sync=story.sync, flow="payments", state="parked")
    assert (parked.code, keyed in parked.reason) == ("possible_duplicate", True)
    assert not Attempt.objects.filter(closed_at=None).exists()


def test_it_reverses_in_a_second_step_though_somebody_keyed_a_like_document(story, monkeypatch):  # noqa: F811
    reverse = registry.pair(SLUG).flow("invoices").reverse

    def noted(standing, context):
        made = replace(reverse(standing, context)[-1], operation="create")  # of which look-alikes are found
        return noted_first(standing, made)

    in_flow(monkeypatch, "invoices", reverse=noted)
    invoice = story.invoice()
    story.run()
    made = payload_of(story)
    like = {name: made[name] for name in ("entity", "currency", "item")}
    key_by_hand(story, "credit_notes", **like, tranId=f"{invoice}-REV", tranDate=f"{timezone.now():%Y-%m-%d}")
    undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert story.state("invoices", invoice) == ("skipped", "undone")
    assert len([one for one in story.ledger() if one["kind"] == "credit_note"]) == 2


# Steps that follow


def test_it_goes_on_with_a_reversal_whose_first_step_was_accepted_as_it_stands(story):  # noqa: F811
    invoice = story.invoice()
    note = story.act("adjust_invoice", "2026-09-06", invoice_id=invoice, total=5000)["id"]
    story.run()
    rule = {"kind": "write_altered", "path": "/invoice", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    undo(story.sync, scope=Scope(record_id=story.record("credit_notes", note).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert story.state("credit_notes", note) == ("different", "different")
    decisions.accept_different(story.record("credit_notes", note), reason="Corrected by journal", actor=ACTOR)
    story.run("replay")
    assert story.state("credit_notes", note) == ("skipped", "undone")
    there = story.link("credit_notes", note)
    assert story.applied("credit_notes", note).keys() == {there.reversal_id}


def test_it_goes_on_with_a_document_whose_first_step_was_accepted_as_it_stands(story):  # noqa: F811
    invoice = story.invoice()
    story.act("withhold_tax", "2026-09-01", invoice_id=invoice, amount=1000, reference="WH-1")
    rule = {"kind": "write_altered", "path": "/invoice", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    story.run()
    assert story.state("invoices", invoice) == ("different", "different")
    decisions.accept_different(story.record("invoices", invoice), reason="Corrected by journal", actor=ACTOR)
    story.run("replay")
    assert [one["kind"] for one in story.ledger()].count("credit_note") == 1


# Settling


@pytest.fixture
def unanswered(story):  # noqa: F811
    """Give invoices whose answers were lost before anything was booked."""
    rule = {"kind": "answer_lost_before_commit", "path": "/invoice", "method": "PUT", "times": 3}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    invoices = [story.invoice(amount=1000 * number) for number in (1, 2, 3)]
    run_sync(story.sync.pk, trigger="manual")
    assert [story.state("invoices", invoice)[0] for invoice in invoices] == ["unknown"] * 3
    SyncRecord.objects.filter(state="unknown").update(due_at="2000-01-01T00:00Z")
    return invoices


def test_it_ends_its_slice_while_it_settles(story, unanswered, monkeypatch):  # noqa: F811
    judge = settle._judge

    def last(sink, work, hits):
        states[0].slice_ends = 0.0
        return judge(sink, work, hits)

    states = []
    load = settle.load_unknown
    monkeypatch.setattr(settle, "load_unknown", lambda state, *rest: states.append(state) or load(state, *rest))
    monkeypatch.setattr(settle, "_AT_ONCE", 1)
    monkeypatch.setattr(settle, "_judge", last)
    assert run_sync(story.sync.pk, trigger="recovery").goes_on
    assert sorted(story.state("invoices", invoice)[0] for invoice in unanswered) == ["due", "unknown", "unknown"]


def test_it_confirms_absence_after_the_time_of_the_sink_that_was_called(story, unanswered, monkeypatch, settings):  # noqa: F811
    settings.SETTLE_SCALE = 1
    monkeypatch.setattr(routes.RoutedSink, "settle_s_of", lambda self, draft: 900)
    run_sync(story.sync.pk, trigger="recovery")
    again = SyncRecord.objects.filter(state="unknown", due_at__gt=timezone.now() + timedelta(minutes=10))
    assert again.count() == len(unanswered)


# The run's end


def test_it_closes_no_connection_while_calls_are_under_way(story, monkeypatch):  # noqa: F811
    story.invoice()
    called, go_on, alive = threading.Event(), threading.Event(), []
    opened, book = run.open_session, routes.RoutedSink.book

    @contextmanager
    def watched(connection, **how):
        with opened(connection, **how) as session:
            try:
                yield session
            finally:
                alive.extend(one.name for one in threading.enumerate() if one.name.startswith("run-"))
                go_on.set()

    def slow(self, draft):
        called.set()
        go_on.wait(1)
        return book(self, draft)

    def lost(*_):
        called.wait(5)
        raise LeaseLostError("Another worker took over.")

    monkeypatch.setattr(run, "open_session", watched)
    monkeypatch.setattr(routes.RoutedSink, "book", slow)
    monkeypatch.setattr(Lease, "renew_if_old", lost)
    run_sync(story.sync.pk, trigger="manual")
    assert (called.is_set(), alive) == (True, [])

"""Each document stands once, whatever people do while a run is under way; no record is waited for in vain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Attempt
from integrations import periods, registry
from integrations.contracts import Changed, Facts, ReferenceEntry
from integrations.engine import belt, decisions, inbox, syncs, watch
from integrations.engine.lease import take_lease
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR, run_to_rest
from integrations.engine.undo import Scope, undo
from integrations.engine.work import RunState
from integrations.errors import AuthenticationError, ConfigurationError, LeaseLostError
from integrations.models import Link, ReferenceValue, Sync, SyncRecord
from tests.test_lifecycle import (  # noqa: F401 (fixtures)
    SLUG,
    as_keyed,
    box,
    older_invoice,
    paid_invoice,
    read_periods,
    story,
    two_look_alikes,
)


def once_before(monkeypatch, module, name: str, act: Callable[..., None]) -> None:
    """Let something happen once, right before the engine's next step of this name."""
    step, done = getattr(module, name), []

    def meddled(*args, **kwargs):
        if not done and act(*args, **kwargs) is not False:
            done.append(True)
        return step(*args, **kwargs)

    monkeypatch.setattr(module, name, meddled)


# People act while a run is under way


def test_it_undoes_what_a_person_undid_between_a_runs_look_and_its_write(story, monkeypatch):  # noqa: F811
    invoice = story.invoice()
    story.run()
    scope = Scope(record_id=story.record("invoices", invoice).pk)
    story.act("set_due_date", "2026-10-01", invoice_id=invoice, date="2026-12-01T12:00:00-05:00")

    def meddle(state, plan, works, opened):
        if not any(work.key == invoice for work in works):
            return False
        undo(story.sync, scope=scope, actor=ACTOR, reason="Wrong")
        return True

    once_before(monkeypatch, belt, "open_batch", meddle)
    story.run()
    assert story.state("invoices", invoice) == ("skipped", "undone")
    assert story.link("invoices", invoice).state == "reversed"
    assert ": Wrong. Reversed on " in story.record("invoices", invoice).reason


@pytest.mark.parametrize(
    "decide", [partial(decisions.post_anew, actor=ACTOR), partial(decisions.skip_held, reason="No", actor=ACTOR)]
)
def test_it_refuses_a_decision_on_a_record_that_has_gone_on_since_it_was_shown(story, decide):  # noqa: F811
    invoice, _ = two_look_alikes(story)
    shown = story.record("invoices", invoice)
    SyncRecord.objects.filter(pk=shown.pk).update(state="unknown", due_at="2999-01-01T00:00Z")
    with pytest.raises(ConfigurationError, match="changed meanwhile"):
        decide(shown)
    assert story.state("invoices", invoice)[0] == "unknown"


def test_it_refuses_to_accept_what_has_gone_on_since_it_was_shown(story):  # noqa: F811
    invoice, _ = paid_invoice(story)
    SyncRecord.objects.filter(pk=story.record("invoices", invoice).pk).update(state="different")
    shown = story.record("invoices", invoice)
    SyncRecord.objects.filter(pk=shown.pk).update(state="unknown", due_at="2999-01-01T00:00Z")
    with pytest.raises(ConfigurationError, match="changed meanwhile"):
        decisions.accept_different(shown, reason="Fine", actor=ACTOR)
    assert story.state("invoices", invoice)[0] == "unknown"


def test_it_lets_no_successor_start_while_an_archived_syncs_run_goes_on(story, monkeypatch):  # noqa: F811
    sync = story.sync
    later = syncs.create_sync(
        tenant_id=sync.tenant_id, pair_slug=SLUG, name="later", source=sync.source, target=sync.target, actor=ACTOR
    )
    refused = []

    def meddle(*_, **__):
        decisions.archive(sync, actor=ACTOR)
        with pytest.raises(ConfigurationError) as error:
            syncs.activate(later, actor=ACTOR)
        refused.append(error.value.code)

    story.invoice()
    once_before(monkeypatch, belt, "book_all", meddle)
    run_to_rest(sync)
    assert refused == ["run_under_way"]
    syncs.activate(later, actor=ACTOR)
    run_to_rest(later)
    assert len([one for one in story.ledger() if one["kind"] == "invoice"]) == 1
    assert not Attempt.objects.filter(closed_at=None).exists()


def test_it_gives_no_lease_of_a_sync_that_was_switched_off(story):  # noqa: F811
    decisions.archive(story.sync, actor=ACTOR)
    assert take_lease(story.sync.pk) is None


def test_it_keeps_an_undo_whatever_is_chosen_for_its_closed_period(story):  # noqa: F811
    invoice, _ = paid_invoice(story)
    record = story.record("invoices", invoice)
    SyncRecord.objects.filter(pk=record.pk).update(decision="undo", state="waiting", code="closed_period")
    with pytest.raises(ConfigurationError, match="undone"):
        decisions.choose_period(story.record("invoices", invoice), choice="next_open", actor=ACTOR)
    assert story.record("invoices", invoice).decision == "undo"


def test_it_undoes_on_the_first_open_day_though_documents_of_closed_periods_are_skipped(story):  # noqa: F811
    invoice, _ = paid_invoice(story)
    story.choose(closed_periods="skip")
    story.box.control.post("/periods/netsuite", {"period": f"{timezone.now():%Y-%m}", "status": "closed"})
    read_periods(story)
    undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert story.state("invoices", invoice) == ("skipped", "undone")
    assert story.link("invoices", invoice).state == "reversed"


# Reversals


def test_it_posts_a_changed_document_anew_though_its_reversal_was_accepted_as_it_stands(story):  # noqa: F811
    story.choose(after_posting="reverse")
    invoice = story.invoice()
    story.run()
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 12000}])
    rule = {"kind": "write_altered", "path": "/creditMemo", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    story.run()
    assert story.state("invoices", invoice) == ("different", "different")
    decisions.accept_different(story.record("invoices", invoice), reason="Corrected by journal", actor=ACTOR)
    story.run("replay")
    new = story.link("invoices", invoice)
    assert (new.revision, new.state, story.state("invoices", invoice)) == (2, "standing", ("delivered", ""))
    assert Decimal(story.document(new.external_id)["total"]) == 120


def test_it_dates_an_accepted_reversal_by_the_day_it_was_drafted_for(story, monkeypatch):  # noqa: F811
    monkeypatch.setattr(RunState, "today", date(2026, 9, 30))
    invoice = story.invoice()
    story.run()
    rule = {"kind": "write_altered", "path": "/creditMemo", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    undo(story.sync, scope=Scope(record_id=story.record("invoices", invoice).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    decisions.accept_different(story.record("invoices", invoice), reason="Corrected by journal", actor=ACTOR)
    assert story.link("invoices", invoice).reversed_on == date(2026, 9, 30)


def two_step_reversal(monkeypatch):
    """Let the reversal of invoices be a credit memo and a note on it."""
    pair = registry.pair(SLUG)
    flow = pair.flow("invoices")

    def reverse(standing, context):
        first = flow.reverse(standing, context)[-1]
        return (first, replace(first, operation="update", payload={"memo": "second"}, facts=Facts(), references=()))

    flows = tuple(replace(flow, reverse=reverse) if each.slug == "invoices" else each for each in pair.flows)
    monkeypatch.setitem(registry.pairs(), SLUG, replace(pair, flows=flows))


def half_reversed(story, monkeypatch):  # noqa: F811
    """Give an invoice whose reversal came half the way."""
    two_step_reversal(monkeypatch)
    story.choose(after_posting="reverse")
    invoice = story.invoice()
    story.run()
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 12000}])
    rule = {"kind": "rate_limit", "method": "PATCH", "times": 1}
    story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
    with transaction.atomic():
        inbox.make_due(story.sync, [Changed(stream="invoices", key=invoice)])
    run_to_rest(story.sync, trigger="webhook")
    assert (story.state("invoices", invoice)[0], story.link("invoices", invoice).state) == ("due", "reversing")
    return invoice


def test_it_never_calls_standing_what_is_half_reversed(story, monkeypatch):  # noqa: F811
    invoice = half_reversed(story, monkeypatch)
    story.act("change_lines", "2026-09-11", invoice_id=invoice, lines=[{"description": "Consulting", "amount": 10000}])
    story.run()
    owed = sum(Decimal(one["open"]) for one in story.ledger() if one["kind"] == "invoice")
    assert (owed, story.state("invoices", invoice)) == (Decimal(100), ("delivered", ""))
    assert story.link("invoices", invoice).revision == 2


def test_it_calls_standing_again_what_was_to_be_reversed_until_a_person_skipped_that(story):  # noqa: F811
    invoice = story.invoice()
    story.run()
    Link.objects.filter(pk=story.link("invoices", invoice).pk).update(state="reversing")
    assert link_after_skipping(story, invoice).state == "standing"


def test_it_calls_reversing_what_a_person_skips_half_reversed(story, monkeypatch):  # noqa: F811
    assert link_after_skipping(story, half_reversed(story, monkeypatch)).state == "reversing"


def link_after_skipping(story, invoice):  # noqa: F811
    SyncRecord.objects.filter(pk=story.record("invoices", invoice).pk).update(state="parked", code="closed_period_ask")
    decisions.skip_held(story.record("invoices", invoice), reason="It stays", actor=ACTOR)
    return story.link("invoices", invoice)


# Records nobody may wait for forever


def test_it_comes_to_rest_though_a_webhook_names_what_the_source_does_not_know(story, settings):  # noqa: F811
    settings.SLICE_S = 3
    with transaction.atomic():
        inbox.make_due(story.sync, [Changed(stream="invoices", key="ghost", order=7)])
    assert not run_sync(story.sync.pk, trigger="webhook").goes_on
    assert story.state("invoices", "ghost") == ("skipped", "not_in_source")


def test_it_settles_every_call_when_the_target_refuses_the_credentials_meanwhile(story, monkeypatch):  # noqa: F811
    story.invoice()

    def refused(*_):
        raise AuthenticationError("The key was revoked.")

    with monkeypatch.context() as patched:
        rule = {"kind": "rate_limit", "method": "PUT", "times": 1, "path": "/customer"}
        story.box.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})
        patched.setattr(belt, "read_each", refused)
        run_sync(story.sync.pk, trigger="manual")
    assert Sync.objects.get(pk=story.sync.pk).state == "stopped"
    assert not Attempt.objects.filter(closed_at=None, answered_at=None).exists()


def test_it_does_not_call_deleted_what_others_booked_when_a_worker_dies(story, monkeypatch):  # noqa: F811
    story.invoice()
    story.run()
    syncs.change_sync(story.sync, changes={"start_date": "2026-09-01"}, actor=ACTOR)
    story.sync.refresh_from_db()
    invoice, _ = older_invoice(story)
    keyed = as_keyed(story, invoice)
    story.run()

    def die(*_):
        raise LeaseLostError("Killed.")

    syncs.replay(story.sync, record_ids=[story.record("invoices", invoice).pk], actor=ACTOR)
    with monkeypatch.context() as patched:
        patched.setattr(watch, "look_at", die)
        run_sync(story.sync.pk, trigger="replay")
    assert Attempt.objects.filter(closed_at=None).exists()
    Sync.objects.filter(pk=story.sync.pk).update(lease_until=None)
    story.run("recovery")
    assert story.state("invoices", invoice) == ("delivered", "")
    assert story.link("invoices", invoice).external_id == keyed


def test_it_judges_periods_by_the_calendar_of_its_own_company(settings):
    def calendar(status, meanwhile=None):
        class Values(dict):
            def items(self):
                if meanwhile is not None:
                    periods.periods_of(meanwhile, "ar")
                return super().items()

        details = {"start": "2026-09-01", "end": "2026-09-30", "ar": status}
        entry = ReferenceEntry(kind="period", code="9", number="Sep", name="Sep", details=details)
        return Values({("period", "9"): entry})

    other = calendar("closed")
    own = calendar("open", meanwhile=other)  # another thread asks about its own company in the midst of ours
    assert [period.is_open for period in periods.periods_of(own, "ar")] == [True]
    assert [period.is_open for period in periods.periods_of(other, "ar")] == [False]


def test_it_takes_a_deletion_read_by_the_poll_though_the_record_is_held(story):  # noqa: F811
    story.choose(voided_before_posting="skip")
    story.run()
    ReferenceValue.objects.filter(connection=story.sync.target).exclude(kind="period").update(is_active=False)
    invoice = story.invoice(day=f"{timezone.now():%Y-%m-01}")
    story.run()
    assert story.state("invoices", invoice) == ("parked", "missing_reference")
    story.box.control.post("/act/chargebee", {"do": "delete_invoice", "invoice_id": invoice})
    run_to_rest(story.sync)
    assert story.state("invoices", invoice) == ("skipped", "deleted_before_posting")

"""What is older than the start date is posted when somebody asks: counted first, in bites, after all live work."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from audit.models import Attempt, ConfigChange, Run
from audit.seal import verify
from integrations.contracts import Changed
from integrations.engine import backfill, inbox
from integrations.engine.backfill import (
    end_backfill,
    pause_backfill,
    preview_backfill,
    progress_of,
    resume_backfill,
    start_backfill,
)
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.rehearse import rehearse
from integrations.engine.run import run_sync
from integrations.engine.syncs import change_sync, pause
from integrations.engine.tests.harness import ACTOR
from integrations.errors import ConfigurationError, LeaseLostError
from integrations.models import Backfill, Sync, SyncRecord
from tests.test_lifecycle import Story, box  # noqa: F401 (fixture)

AUGUST = {"start": date(2026, 8, 1), "end": date(2026, 8, 31)}


@pytest.fixture
def story(box):  # noqa: F811
    """Give a sync that starts in September, with invoices of July, August and September, and one paid in August."""
    told = Story(box)
    change_sync(told.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    told.july = told.invoice("2026-07-15")
    told.august = [told.invoice(f"2026-08-{day:02}", amount) for day, amount in ((5, 10000), (12, 5000), (20, 2500))]
    told.paid = told.payment({told.august[0]: 10000}, day="2026-08-10")
    told.september = told.invoice("2026-09-01")
    told.run()
    return told


def run_on(story, times=30):
    """Run as the tick would while anything is asked for; give how many runs it took."""
    for number in range(1, times + 1):
        run_sync(story.sync.pk, trigger="backfill")
        if not Sync.objects.get(pk=story.sync.pk).wants_run:
            return number
    return times


def standing(story, flow="invoices"):
    found = SyncRecord.objects.filter(sync=story.sync, flow=flow, state="delivered")
    return set(found.values_list("natural_key", flat=True))


def in_bites(monkeypatch, size):
    monkeypatch.setattr(backfill, "_SMALLEST", size)
    monkeypatch.setattr(backfill, "_LARGEST", size)


def test_it_counts_what_the_start_date_keeps_out_before_anything_is_posted(story):
    before = story.writes()
    seen = preview_backfill(story.sync, **AUGUST)
    told = [(line.flow, line.currency, line.records, line.total) for line in seen.lines]
    assert told == [("invoices", "USD", 3, Decimal(175)), ("payments", "USD", 1, Decimal(100))]
    assert (seen.records, seen.unread, story.writes()) == (4, (), before)


def test_it_posts_the_documents_of_the_range_and_no_others(story):
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_on(story)
    asked.refresh_from_db()
    assert (asked.state, asked.records, progress_of(asked).left) == ("done", 4, 0)
    assert standing(story) == {*story.august, story.september}
    assert story.state("invoices", story.july) == ("skipped", "before_start_date")
    assert list(story.applied("payments", story.paid).values()) == [Decimal(100)]
    assert len([one for one in story.ledger() if one["kind"] == "invoice"]) == 4
    assert Run.objects.filter(trigger="backfill").exists()


def test_it_posts_what_changes_in_the_range_after_the_backfill_ended(story):
    start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_on(story)
    late = story.invoice("2026-08-31")
    story.run()
    assert story.state("invoices", late) == ("delivered", "")


def test_it_takes_up_nothing_while_it_is_paused_and_goes_on_where_it_was(story, monkeypatch):
    in_bites(monkeypatch, 2)
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_sync(story.sync.pk, trigger="backfill")
    pause_backfill(asked, actor=ACTOR)
    assert run_on(story) == 1
    assert standing(story) == {*story.august[:2], story.september}
    assert progress_of(asked).left == 2
    resume_backfill(asked, actor=ACTOR)
    assert Sync.objects.get(pk=story.sync.pk).wants_run == "backfill"
    run_on(story)
    asked.refresh_from_db()
    assert (asked.state, standing(story)) == ("done", {*story.august, story.september})


def test_it_books_live_documents_before_each_bite(story, monkeypatch):
    in_bites(monkeypatch, 1)
    start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_sync(story.sync.pk, trigger="backfill")
    live = story.invoice("2026-10-02")
    with transaction.atomic():
        inbox.make_due(story.sync, [Changed(stream="invoices", key=live)])
    last = Run.objects.latest("pk").pk
    run_sync(story.sync.pk, trigger="manual")
    booked = Attempt.objects.filter(run_id__gt=last, operation="create").order_by("id")
    assert list(booked.values_list("natural_key", flat=True)) == [live, story.august[1]]
    assert Sync.objects.get(pk=story.sync.pk).wants_run == "backfill"


def lose_in_mid_bite(story, monkeypatch):
    """Run until a bite is taken up, and lose the worker before it reads any of it."""

    def die(*_):
        raise LeaseLostError("Killed.")

    with monkeypatch.context() as patched:
        patched.setattr(backfill, "deliver_due", die)
        run_sync(story.sync.pk, trigger="backfill")
    Sync.objects.filter(pk=story.sync.pk).update(lease_until=None)


def test_it_goes_on_after_its_worker_was_lost_in_mid_bite(story, monkeypatch):
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    lose_in_mid_bite(story, monkeypatch)
    assert progress_of(asked).left == 0
    story.run("recovery")
    asked.refresh_from_db()
    assert (asked.state, standing(story)) == ("done", {*story.august, story.september})
    assert len([one for one in story.ledger() if one["kind"] == "invoice"]) == 4


def test_it_applies_a_payment_left_on_account_once_its_old_invoice_is_posted(story):
    story.choose(cut_over="on_account")
    payment = story.payment({story.august[1]: 5000}, day="2026-09-05")
    story.run()
    assert (story.state("payments", payment)[1], story.applied("payments", payment)) == ("partly_applied", {})
    start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_on(story)
    story.run()
    there = story.link("invoices", story.august[1]).external_id
    assert story.applied("payments", payment) == {there: Decimal(50)}


def test_it_leaves_out_what_was_not_reached_when_it_is_given_up(story, monkeypatch):
    in_bites(monkeypatch, 2)
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_sync(story.sync.pk, trigger="backfill")
    end_backfill(asked, actor=ACTOR)
    run_on(story)
    assert standing(story) == {*story.august[:2], story.september}
    assert preview_backfill(story.sync, **AUGUST).records == 2
    start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_on(story)
    assert standing(story) == {*story.august, story.september}


def halted(story, monkeypatch, how):
    """Give a backfill that took up two of the August invoices and was then paused, or given up."""
    in_bites(monkeypatch, 2)
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    run_sync(story.sync.pk, trigger="backfill")
    how(asked, actor=ACTOR)
    return asked


@pytest.mark.parametrize("how", [pause_backfill, end_backfill])
def test_it_keeps_out_of_a_halted_range_what_is_first_read_in_an_older_state(story, monkeypatch, how):
    halted(story, monkeypatch, how)
    left = story.august[2]
    with transaction.atomic():  # a webhook tells of a change that the source does not show yet
        inbox.make_due(story.sync, [Changed(stream="invoices", key=left, order=10**17)])
    run_sync(story.sync.pk, trigger="webhook")
    assert story.record("invoices", left).code == "stale_read"
    story.run()
    assert story.state("invoices", left) == ("skipped", "before_start_date")


@pytest.mark.parametrize("how", [pause_backfill, end_backfill])
def test_it_keeps_out_of_a_halted_range_what_was_not_yet_to_be_posted(story, monkeypatch, how):
    lines = [{"description": "Consulting", "amount": 700}]
    pending = story.act("issue_invoice", "2026-08-25", customer_id="ann", currency="USD", status="pending", lines=lines)
    halted(story, monkeypatch, how)
    story.run()
    assert story.state("invoices", pending["id"])[0] == "skipped"
    story.act("close_pending", "2026-08-30", invoice_id=pending["id"])
    story.run()
    assert story.state("invoices", pending["id"]) == ("skipped", "before_start_date")


@pytest.mark.parametrize("how", [pause_backfill, end_backfill])
def test_it_keeps_out_what_was_taken_up_but_not_looked_at_before_the_halt(story, monkeypatch, how):
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    lose_in_mid_bite(story, monkeypatch)
    how(asked, actor=ACTOR)
    story.run()
    assert standing(story) == {story.september}
    assert preview_backfill(story.sync, **AUGUST).records == 4


def test_it_posts_what_a_halted_range_holds_in_the_end_as_it_stands_then(story, monkeypatch):
    asked = halted(story, monkeypatch, pause_backfill)
    posted, voided, changed = story.august
    story.act("change_lines", "2026-10-05", invoice_id=changed, lines=[{"description": "Consulting", "amount": 3000}])
    story.act("void_invoice", "2026-10-06", invoice_id=voided)
    late, deleted = story.invoice("2026-08-28", 900), story.invoice("2026-08-29", 1100)
    story.act("set_due_date", "2026-10-07", invoice_id=posted, date="2026-12-01T12:00:00-05:00")
    story.run()
    story.act("delete_invoice", "2026-10-08", invoice_id=deleted)
    story.run()
    assert standing(story) == {posted, voided, story.september}
    resume_backfill(asked, actor=ACTOR)
    run_on(story)
    totals = {key: Decimal(story.document(story.link("invoices", key).external_id)["total"]) for key in (changed, late)}
    assert totals == {changed: Decimal(30), late: Decimal(9)}
    assert {key: story.link("invoices", key).state for key in (posted, voided, deleted)} == {
        posted: "standing",
        voided: "reversed",
        deleted: "reversed",
    }
    assert story.state("payments", story.paid) == ("delivered", "")
    assert story.state("invoices", story.july) == ("skipped", "before_start_date")


def test_it_rehearses_the_days_that_are_backfilled_as_the_run_would_post_them(story):
    start_backfill(story.sync, **AUGUST, actor=ACTOR)
    with open_ground(story.sync) as ground:
        rehearsed, _ = rehearse(ground, date(2026, 7, 1), date(2026, 8, 31))
    assert rehearsed["flows"]["invoices"]["booked"] == len(story.august)


def test_it_refuses_what_cannot_be_asked_for(story):
    with pytest.raises(ConfigurationError, match="keeps out nothing"):
        start_backfill(story.sync, start=date(2026, 9, 1), end=date(2026, 9, 30), actor=ACTOR)
    with pytest.raises(ConfigurationError, match="keeps out nothing"):
        start_backfill(story.sync, start=date(2026, 8, 31), end=date(2026, 8, 1), actor=ACTOR)
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    with pytest.raises(ConfigurationError, match="under way already"):
        start_backfill(story.sync, start=date(2026, 7, 1), end=date(2026, 7, 31), actor=ACTOR)
    with pytest.raises(ConfigurationError, match="under way"):
        resume_backfill(asked, actor=ACTOR)
    end_backfill(asked, actor=ACTOR)
    pause(story.sync, actor=ACTOR)
    with pytest.raises(ConfigurationError, match="not switched on"):
        start_backfill(story.sync, **AUGUST, actor=ACTOR)
    assert Backfill.objects.count() == 1


def test_it_puts_on_record_who_asked_and_who_stopped(story):
    asked = start_backfill(story.sync, **AUGUST, actor=ACTOR)
    pause_backfill(asked, actor=ACTOR)
    end_backfill(asked, actor=ACTOR)
    told = ConfigChange.objects.filter(action__contains="backfill").order_by("id").values_list("action", flat=True)
    assert list(told) == ["started a backfill", "paused a backfill", "gave a backfill up"]
    assert verify(story.sync.tenant_id) is None

"""What was in the ledger comes back to it, and nothing waits, asks or is kept from its end for ever."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Attempt
from integrations.connectors.chargebee.client import Client
from integrations.contracts import Changed
from integrations.engine import backfill, extract, inbox, routes, syncs
from integrations.engine.backfill import end_backfill, pause_backfill, resume_backfill, start_backfill
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR, run_to_rest
from integrations.errors import ContractError, DuplicateError, PrivilegeError, UnavailableError
from integrations.models import Backfill, Cursor, Link, Problem, Sync, SyncRecord
from tests.test_lifecycle import (  # noqa: F401 (fixtures)
    as_keyed,
    box,
    older_invoice,
    paid_invoice,
    story,
)


def start_in_september(story):  # noqa: F811
    syncs.change_sync(story.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    story.sync.refresh_from_db()


def change_total(story, invoice, total=12000):  # noqa: F811
    story.act("change_lines", "2026-09-10", invoice_id=invoice, lines=[{"description": "Consulting", "amount": total}])


def owed(story):  # noqa: F811
    return sum(Decimal(one["open"]) for one in story.ledger() if one["kind"] == "invoice")


# Older than the start date


def test_it_posts_anew_what_it_reversed_though_it_is_older_than_the_start_date(story):  # noqa: F811
    story.choose(after_posting="reverse")
    invoice = story.invoice(day="2026-08-20")
    story.run()
    start_in_september(story)
    change_total(story, invoice)
    story.run()
    new = story.link("invoices", invoice)
    assert (new.revision, new.state, story.state("invoices", invoice)) == (2, "standing", ("delivered", ""))
    assert owed(story) == 120


def test_it_posts_anew_what_it_had_only_looked_up(story):  # noqa: F811
    story.choose(after_posting="reverse")
    story.invoice()
    story.run()
    start_in_september(story)
    invoice, payment = older_invoice(story)
    as_keyed(story, invoice)
    story.run()
    assert story.record("invoices", invoice).decision == ""
    change_total(story, invoice)
    story.run()
    new = story.link("invoices", invoice)
    assert (new.revision, new.state, story.state("invoices", invoice)) == (2, "standing", ("delivered", ""))
    assert story.applied("payments", payment) == {new.external_id: Decimal(100)}


def test_it_leaves_reversed_what_was_voided_though_it_was_posted_before_the_start_date_moved(story):  # noqa: F811
    invoice = story.invoice(day="2026-08-20")
    story.run()
    start_in_september(story)
    story.act("void_invoice", "2026-09-15", invoice_id=invoice)
    story.run()
    story.run("sweep")
    assert story.state("invoices", invoice) == ("delivered", "reversed")
    assert Link.objects.filter(natural_key=invoice).count() == 1


# Children that stay as they are


def test_it_voids_a_document_though_the_policy_leaves_its_withdrawn_payment_in_the_ledger(story):  # noqa: F811
    story.choose(**{"payments.voids": "skip"})
    invoice, payment = paid_invoice(story)
    story.act("late_fail", "2026-09-12", payment_id=payment)
    story.run()
    assert story.state("payments", payment) == ("skipped", "withdrawn_after_posting")
    story.act("void_invoice", "2026-09-15", invoice_id=invoice)
    story.run()
    assert story.state("invoices", invoice)[0] != "waiting"
    assert not SyncRecord.objects.filter(sync=story.sync, code="waits_for_children").exists()


# Answers that cannot be read


def unreadable(monkeypatch, slug="invoices"):
    """Let documents of a kind be found, but not be read back."""
    read = routes.RoutedSink.read_back

    def read_back(self, booked):
        if self.slug == slug:
            raise ContractError("The answer has no field “total”.")
        return read(self, booked)

    monkeypatch.setattr(routes.RoutedSink, "read_back", read_back)


def test_it_asks_more_rarely_for_what_it_cannot_read_and_shows_it_to_a_person(story, monkeypatch):  # noqa: F811
    invoice = story.invoice()
    with monkeypatch.context() as patched:
        unreadable(patched)
        for tries in range(1, 6):
            run_sync(story.sync.pk, trigger="manual")
            record = story.record("invoices", invoice)
            assert (record.state, record.tries) == ("unknown", tries)
            SyncRecord.objects.filter(state="unknown").update(due_at="2000-01-01T00:00Z")
    assert "has no field “total”" in record.reason
    assert [problem.message for problem in Problem.objects.filter(sync=story.sync, healed_at=None)] == [record.reason]
    story.run("recovery")
    assert (story.state("invoices", invoice), len(story.ledger())) == (("delivered", ""), 1)
    assert not Problem.objects.filter(sync=story.sync, healed_at=None).exists()


def test_it_calls_nothing_deleted_that_it_cannot_read(story, monkeypatch):  # noqa: F811
    story.box.control.post("/options/netsuite", {"invoice_approval": True})
    invoice = story.invoice()
    story.run()
    with monkeypatch.context() as patched:
        unreadable(patched)
        for _ in range(3):
            run_sync(story.sync.pk, trigger="recovery")
            SyncRecord.objects.exclude(look_again_at=None).update(look_again_at="2000-01-01T00:00Z")
    assert story.state("invoices", invoice) == ("delivered", "")
    story.box.control.post("/post/netsuite", {})
    story.run("recovery")
    assert story.link("invoices", invoice).is_posted


@pytest.mark.parametrize("error", [UnavailableError, PrivilegeError])
def test_it_loses_no_ending_though_a_called_duplicate_cannot_be_looked_up(story, monkeypatch, error):  # noqa: F811
    invoices = [story.invoice(amount=1000 * number) for number in (1, 2, 3)]
    book, find, refused = routes.RoutedSink.book, routes.RoutedSink.find, []

    def refuse(self, draft):
        if self.slug == "invoices" and not refused:
            refused.append(draft.reference)
            raise DuplicateError(f"{draft.reference} stands there already.")
        return book(self, draft)

    def away(self, drafts):
        if refused and [draft.reference for draft in drafts] == refused:
            raise error("The system is away.")
        return find(self, drafts)

    with monkeypatch.context() as patched:
        patched.setattr(routes.RoutedSink, "book", refuse)
        patched.setattr(routes.RoutedSink, "find", away)
        run_sync(story.sync.pk, trigger="manual")
    assert sorted(story.state("invoices", invoice)[0] for invoice in invoices) == ["delivered", "delivered", "due"]
    assert not Attempt.objects.filter(closed_at=None).exists()
    story.run("recovery")
    assert {story.state("invoices", invoice)[0] for invoice in invoices} == {"delivered"}


# What the source shows in an older state than it told of


def test_it_waits_for_the_state_that_it_was_told_of(story):  # noqa: F811
    invoice = story.invoice()
    with transaction.atomic():
        inbox.make_due(story.sync, [Changed(stream="invoices", key=invoice, order=10**17)])
    run_sync(story.sync.pk, trigger="webhook")
    record = story.record("invoices", invoice)
    assert (record.state, record.code, record.tries) == ("due", "stale_read", 1)
    assert record.due_at > timezone.now() + timedelta(seconds=10)


def in_small_pages(monkeypatch, lost_after):
    """Read invoices two at a time; after so many pages their source is away."""
    read, pages = Client.page, []

    def page(self, path, query, offset="", limit=2):
        if path == "invoices" and "id[in]" not in query:
            pages.append(offset)
            if len(pages) > lost_after:
                raise UnavailableError("Away.", code="away")
        return read(self, path, query, offset, limit)

    monkeypatch.setattr(Client, "page", page)
    monkeypatch.setattr(extract, "_FIRST_CHUNK", 2)
    monkeypatch.setattr(extract, "CHUNK", 2)


# A read that stopped in the midst of a window


@pytest.mark.parametrize("walked", [False, True])
def test_it_goes_on_in_the_midst_of_a_window_with_what_stands_then(story, monkeypatch, walked):  # noqa: F811
    story.choose(after_posting="reverse")
    monkeypatch.setattr(extract, "_LONGEST_WINDOW", timedelta(days=10))
    if walked:
        run_sync(story.sync.pk, trigger="manual")
        Cursor.objects.filter(flow="invoices").update(read_until="2026-08-28T00:00Z")
    invoices = [story.invoice(f"2026-09-{day:02}", 1000 * day) for day in range(1, 7)]
    with monkeypatch.context() as patched:
        in_small_pages(patched, lost_after=2)
        run_sync(story.sync.pk, trigger="manual")
    cursor = Cursor.objects.get(sync=story.sync, flow="invoices")
    assert (bool(cursor.position), cursor.walked) == (True, walked)
    Cursor.objects.filter(flow="invoices").update(window_end="2026-09-08T00:00Z")  # what follows came after it
    read, _, changed, voided, deleted, _ = invoices
    for each in (read, changed):
        change_total(story, each, 77700)
    story.act("void_invoice", "2026-09-20", invoice_id=voided)
    story.act("delete_invoice", "2026-09-21", invoice_id=deleted)
    late = story.invoice("2026-09-22")
    Sync.objects.filter(pk=story.sync.pk).update(not_before=None)
    run_to_rest(story.sync)
    links = {key: story.link("invoices", key) for key in (*invoices, late)}
    assert {key: link.state for key, link in links.items() if link.state != "standing"} == {
        voided: "reversed",
        deleted: "reversed",
    }
    owed_by = {key: Decimal(story.document(link.external_id)["total"]) for key, link in links.items()}
    assert (owed_by[read], owed_by[changed], owed_by[invoices[1]], owed_by[invoices[5]]) == (777, 777, 20, 60)
    assert owed(story) == 777 + 777 + 20 + 60 + 100


# A backfill that was halted


def put_off_august(story, monkeypatch, halt):  # noqa: F811
    """Let a backfill take up an invoice of August, which the target cannot take now, and be halted."""
    start_in_september(story)
    story.august = [story.invoice(f"2026-08-{day:02}") for day in (5, 12)]
    story.run()
    asked = start_backfill(story.sync, start=date(2026, 8, 1), end=date(2026, 8, 31), actor=ACTOR)
    story.box.control.post(
        "/faults/netsuite", {"seed": 1, "rules": [{"kind": "rate_limit", "path": "/invoice", "times": 30}]}
    )
    with monkeypatch.context() as patched:
        patched.setattr(backfill, "_SMALLEST", 1)
        patched.setattr(backfill, "_LARGEST", 1)
        run_sync(story.sync.pk, trigger="backfill")
    assert story.state("invoices", story.august[0])[0] == "due"
    halt(asked, actor=ACTOR)
    story.box.heal("netsuite")


@pytest.mark.parametrize("halt", [pause_backfill, end_backfill])
def test_it_posts_what_a_backfill_took_up_though_it_was_halted(story, monkeypatch, halt):  # noqa: F811
    put_off_august(story, monkeypatch, halt)
    story.run()
    first, second = story.august
    assert story.state("invoices", first) == ("delivered", "")
    assert story.state("invoices", second) == ("skipped", "before_start_date")


def test_it_takes_up_nothing_new_of_a_paused_range_until_it_goes_on(story, monkeypatch):  # noqa: F811
    put_off_august(story, monkeypatch, pause_backfill)
    late = story.invoice("2026-08-20")
    change_total(story, story.august[1])
    story.run()
    assert story.state("invoices", late) == ("skipped", "before_start_date")
    assert story.state("invoices", story.august[1]) == ("skipped", "before_start_date")
    resume_backfill(Backfill.objects.get(), actor=ACTOR)
    story.run("backfill")
    assert {story.state("invoices", invoice)[0] for invoice in (*story.august, late)} == {"delivered"}

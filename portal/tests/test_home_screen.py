"""Home: what needs a person in words, the health of syncs, and the chart."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import Run
from integrations.models import Connection, Problem, Reconciliation, Sync
from portal.notifications.models import Channel
from portal.queries.activity import Day, chart_of, draw
from portal.queries.home import period_name
from portal.queries.syncs import health_of
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


def test_it_counts_a_stopped_sync_among_what_needs_somebody(company):
    Problem.objects.update(healed_at=timezone.now())
    Reconciliation.objects.update(ok=True)
    Sync.objects.update(state="stopped", stop_code="chargebee_wrong_key", stop_reason="401")

    assert company.client().get("/home/").context["totals"].needs == 1


def test_it_says_why_a_run_failed_instead_of_nothing_new(company):
    Run.objects.update(state="failed", code="unreachable", message="It cannot be reached.", counts={})
    client = company.client()

    for url in ("/home/", "/runs/"):
        seen = client.get(url).content.decode()
        assert "The system cannot be reached" in seen
        assert "nothing new" not in seen
    assert "Main sync did not get through" in client.get("/home/").content.decode()


@pytest.mark.parametrize(
    ("changes", "is_shown"),
    [
        ({"counts": {"bills": {"awaiting_posting": 3}, "payments": {}}}, False),
        ({"counts": {}}, False),
        ({"counts": {"bills": {"awaiting_posting": 2, "delivered": 1}}}, True),
        ({"state": "failed", "counts": {"bills": {"awaiting_posting": 3}}}, True),
        ({"trigger": "schedule", "counts": {"bills": {"awaiting_posting": 3}}}, False),
    ],
)
def test_it_lists_no_run_that_only_looked_and_saw_nothing_new(company, changes, is_shown):
    Run.objects.update(**{"trigger": "recovery", "state": "done", **changes})

    assert bool(company.client().get("/home/").context["runs"]) == is_shown


def test_it_asks_to_reconcile_last_month(company, time_machine):
    time_machine.move_to("2027-02-10T09:00:00Z")
    assert "January 2027 is not reconciled yet" in company.client().get("/home/").content.decode()

    time_machine.move_to("2027-02-03T09:00:00Z")
    assert "is not reconciled yet" not in company.client().get("/home/").content.decode()


def test_it_adds_the_days_up_for_the_chart(company):
    today = chart_of(company.tenant).days[-1]
    assert (today.delivered, today.held) == (1, 1)

    Run.objects.update(started_at=timezone.now() - timedelta(days=31))
    assert chart_of(company.tenant).busy == ()


def test_it_draws_a_small_day_beside_a_large_one():
    chart = draw([Day(day=date(2026, 11, 1), delivered=1), Day(day=date(2026, 11, 2), delivered=10_000)])

    assert [bar.height for bar in chart.delivered] == [2, 80]
    assert chart.held == ()


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        (date(2026, 11, 1), date(2026, 11, 21), "1 Nov 2026 to 21 Nov 2026"),
    ],
)
def test_it_names_periods(start, end, name):
    assert period_name(start, end) == name


@pytest.mark.parametrize(
    ("changes", "run_state", "problems", "word"),
    [
        ({"state": "stopped"}, "done", 0, "Stopped"),
        ({}, "failed", 0, "Failing"),
        ({"next_run_at": "late"}, "done", 0, "Late"),
        ({}, "done", 2, "Needs you"),
        ({}, "done", 0, "Healthy"),
    ],
)
def test_it_says_how_a_sync_is(company, changes, run_state, problems, word):
    sync, run = company.sync, company.run
    sync.next_run_at = timezone.now() + timedelta(minutes=5)
    sync.state, run.state = changes.get("state", "active"), run_state
    if "next_run_at" in changes:
        sync.next_run_at = timezone.now() - timedelta(hours=1)

    assert health_of(sync, run, problems).word == word


def test_it_shows_a_credential_that_is_about_to_end(company):
    soon = (timezone.localdate() + timedelta(days=6)).isoformat()
    Connection.objects.filter(pk=company.target.pk).update(connector="dynamics365", values={"secret_ends_on": soon})
    page = company.client().get("/home/").content.decode()

    assert "NetSuite side: the client secret ends in" in page
    assert "Without a new one its syncs stop." in page


def test_it_shows_a_notification_channel_that_nobody_hears(company):
    Channel.objects.filter(pk=company.channel.pk).update(last_ok=False, last_said="hooks.acme.invalid answered 404.")
    page = company.client().get("/home/").content.decode()

    assert f"Notifications do not get through to {company.channel.name}" in page


def test_it_no_longer_shows_a_stale_period_that_was_signed_anew(company):
    held = company.reconciliation
    signed = {"ok": True, "signed_by": "owner@acme.example", "signed_at": timezone.now()}
    Reconciliation.objects.filter(pk=held.pk).update(state="stale", **signed)
    told = "Main sync: November 2026 changed after sign-off"
    assert told in company.client().get("/home/").content.decode()
    Reconciliation.objects.create(
        tenant=company.tenant, sync=company.sync, start=held.start, end=held.end, state="signed", report={}, **signed
    )

    assert told not in company.client().get("/home/").content.decode()


def test_it_counts_idle_runs_instead_of_listing_them(company):
    for counts in ({}, {"bills": {"awaiting_posting": 11}}, {"bills": {"unchanged": 2, "skipped": 1}}):
        Run.objects.create(
            tenant=company.tenant, sync_id=company.sync.pk, pair=company.sync.pair, trigger="follow_up", state="done",
            counts=counts, fence=1,
        )  # fmt: skip
    answer = company.client().get("/home/")

    assert [view.run for view, _ in answer.context["runs"]] == [company.run]
    assert "3 runs found nothing new" in answer.content.decode()


def test_it_lists_a_run_that_failed_though_it_moved_nothing(company):
    failed = Run.objects.create(
        tenant=company.tenant, sync_id=company.sync.pk, pair=company.sync.pair, state="failed", fence=1
    )

    assert company.client().get("/home/").context["runs"][0][0].run == failed

"""What holds is told once: by cause and day, with what happened, who must act and where."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from audit.models import Run
from audit.record import close_run, open_run, save_progress
from integrations.models import Connection, InboxEvent, Problem, Reconciliation, Sync
from portal.models import Role
from portal.notifications.models import Event, Message
from portal.notifications.silence import missed_days
from portal.notifications.tests.kit import make_channel
from portal.notifications.watching import LOCK, QUICK, SLOW, watch
from portal.tests.people import join
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def company():
    """Give a company in which nothing needs anybody."""
    made = make_company()
    Problem.objects.filter(pk=made.problem.pk).update(healed_at=timezone.now())
    Reconciliation.objects.filter(pk=made.reconciliation.pk).update(ok=True)
    Connection.objects.filter(tenant=made.tenant).update(state="good")
    Event.objects.filter(tenant=made.tenant).delete()
    Message.objects.filter(tenant=made.tenant).delete()
    return made


def look(company, finders=QUICK):
    return watch(company.tenant, finders)


def break_up(company):
    Problem.objects.filter(pk=company.problem.pk).update(healed_at=None)


def heal(company):
    Problem.objects.filter(pk=company.problem.pk).update(healed_at=timezone.now())


def told(company, kind):
    return Event.objects.get(tenant=company.tenant, kind=kind)


def test_it_tells_nothing_where_nothing_needs_anybody(company):
    assert [event.title for event in [*look(company), *look(company, SLOW)]] == []


def test_it_tells_of_a_new_problem_with_its_money_who_must_act_and_where(company):
    break_up(company)
    (event,) = look(company)
    assert (event.kind, event.title, event.who) == ("problem", "A value is not mapped: setup-fee", "An accountant")
    assert event.text.startswith("Main sync: 1 record (18,240.50 EUR) held up.")
    assert event.path == f"/problems/{company.problem.pk}/"


def test_it_tells_of_the_same_cause_once_however_often_it_looks(company):
    break_up(company)
    look(company)
    assert look(company) == []
    assert Event.objects.filter(tenant=company.tenant).count() == 1


def test_it_tells_of_a_cause_that_comes_and_goes_once_a_day(company):
    with time_machine.travel(MORNING) as clock:
        for _ in range(3):
            break_up(company)
            look(company)
            heal(company)
            look(company)
        clock.shift(timedelta(days=1))
        break_up(company)
        assert len(look(company)) == 1
    assert Event.objects.filter(tenant=company.tenant).count() == 2


def test_it_shows_a_cause_that_came_back_the_same_day_as_open(company):
    for act in (break_up, heal, break_up):
        act(company)
        look(company)
    assert told(company, "problem").ended_at is None


def test_it_notes_when_a_cause_is_gone(company):
    break_up(company)
    look(company)
    heal(company)
    look(company)
    assert told(company, "problem").ended_at is not None


def test_it_does_not_end_what_it_did_not_look_for(company):
    break_up(company)
    look(company)
    look(company, SLOW)
    assert told(company, "problem").ended_at is None


def test_it_puts_one_message_for_each_channel_that_wants_the_kind(company):
    wants, other = make_channel(company.tenant), make_channel(company.tenant, name="other", kinds=["stopped"])
    paused = make_channel(company.tenant, name="paused")
    paused.is_paused = True
    paused.save()
    company.channel.delete()
    break_up(company)
    look(company)
    assert [message.channel for message in Message.objects.filter(tenant=company.tenant)] == [wants]
    assert not other.messages.exists()


def test_it_tells_together_what_happens_together(company):
    channel = make_channel(company.tenant)
    break_up(company)
    Sync.objects.filter(pk=company.sync.pk).update(state="stopped", stop_code="netsuite_role", stop_reason="No role.")
    look(company)
    assert sorted(event.kind for event in channel.messages.get().events.all()) == ["problem", "stopped"]


def test_it_calls_what_waits_too_long_waiting(company):
    Problem.objects.filter(pk=company.problem.pk).update(healed_at=None, code="waits_too_long", field="", value="x")
    assert [event.kind for event in look(company)] == ["waiting"]


def test_it_tells_that_a_sync_stopped(company):
    Sync.objects.filter(pk=company.sync.pk).update(
        state="stopped", stop_code="identity_changed", stop_reason="NetSuite side answers as Other Ltd."
    )
    (event,) = look(company)
    assert event.kind == "stopped"
    assert "NetSuite side answers as Other Ltd." in event.text
    assert event.path == f"/syncs/{company.sync.pk}/"


def finish(company, state, code=""):
    sync = company.sync
    run = open_run(tenant_id=company.tenant.pk, sync_id=sync.pk, pair=sync.pair, trigger="schedule", fence=2)
    close_run(run, state=state, code=code, message="NetSuite does not answer." if code else "")
    return run


def test_it_tells_of_a_failed_run_though_the_next_one_made_up_for_it(company):
    run = finish(company, Run.State.FAILED, "unavailable")
    finish(company, Run.State.DONE)
    (event,) = look(company)
    assert (event.kind, event.path) == ("failed", f"/runs/{run.pk}/")
    assert event.text.endswith("It is tried again by itself.")


def test_it_takes_a_cancelled_run_for_no_failure(company):
    finish(company, Run.State.CANCELLED, "cancelled")
    assert look(company) == []


def test_it_tells_of_a_run_that_is_overdue(company):
    Sync.objects.filter(pk=company.sync.pk).update(next_run_at=timezone.now() - timedelta(minutes=20))
    assert [event.kind for event in look(company)] == ["overdue"]


def test_it_waits_for_the_end_of_the_quiet_hours_before_it_calls_a_run_overdue(company):
    with time_machine.travel(MORNING):
        Sync.objects.filter(pk=company.sync.pk).update(
            next_run_at=MORNING - timedelta(hours=1), quiet_from="08:00", quiet_to="12:00"
        )
        assert look(company) == []


def test_it_tells_of_a_connection_that_fails(company):
    Connection.objects.filter(pk=company.source.pk).update(state="failing")
    (event,) = look(company)
    assert (event.kind, event.path) == ("connection", f"/connections/{company.source.pk}/")


# Credentials


def ending(company, day):
    Connection.objects.filter(pk=company.target.pk).update(connector="dynamics365", values={"secret_ends_on": day})


@pytest.mark.parametrize(("days", "told_of"), [(31, 0), (30, 1), (8, 1), (7, 1), (1, 1), (0, 1), (-3, 1)])
def test_it_warns_of_a_credential_that_ends_within_thirty_days(company, days, told_of):
    with time_machine.travel(MORNING):
        ending(company, (MORNING.date() + timedelta(days=days)).isoformat())
        assert len(look(company, SLOW)) == told_of


def test_it_warns_thirty_seven_and_one_days_before_a_credential_ends_and_when_it_has(company):
    ending(company, "2026-12-31")
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC)) as clock:
        for _ in range(40):
            look(company, SLOW)
            clock.shift(timedelta(days=1))
    events = Event.objects.filter(tenant=company.tenant, kind="expiry").order_by("day")
    assert [event.day for event in events] == [date(2026, 12, day) for day in (1, 24, 30, 31)]
    assert events[1].title == "NetSuite side: the client secret ends in 7 days"


# Periods


def land(company, *at, signer="owner@acme.example"):
    late = [{"label": "Invoice INV-9", "id": "I9", "at": f"{day}T09:00:00+00:00"} for day in at]
    Reconciliation.objects.filter(pk=company.reconciliation.pk).update(
        state="stale", ok=True, late=late, signed_by=signer, signed_at=timezone.now()
    )


def test_it_tells_the_signer_by_letter_that_something_landed_in_the_period(company):
    signer = join(company.tenant, Role.ACCOUNTANT, "clara@acme.example").user.email
    land(company, "2026-12-02", signer=signer)
    (event,) = look(company)
    assert (event.kind, event.who) == ("stale", signer)
    assert "Invoice INV-9 came in, changed or left since" in event.text
    assert Message.objects.get(tenant=company.tenant, channel=None).recipient == signer


def test_it_writes_to_no_signer_who_left_the_company(company):
    land(company, "2026-12-02", signer="gone@elsewhere.example")
    look(company)
    assert not Message.objects.filter(tenant=company.tenant, channel=None).exists()


def test_it_tells_again_when_more_lands_on_another_day(company):
    land(company, "2026-12-02")
    look(company)
    land(company, "2026-12-02", "2026-12-03")
    assert [event.kind for event in look(company)] == ["stale"]


def test_it_is_over_once_the_period_is_signed_anew(company):
    land(company, "2026-12-02")
    look(company)
    held = company.reconciliation
    Reconciliation.objects.create(
        tenant=company.tenant, sync=company.sync, start=held.start, end=held.end, state="signed", ok=True,
        report=held.report, signed_by="owner@acme.example", signed_at=timezone.now(),
    )  # fmt: skip
    look(company)
    assert told(company, "stale").ended_at is not None


def test_it_tells_of_a_difference_that_nobody_explained(company):
    Reconciliation.objects.filter(pk=company.reconciliation.pk).update(ok=False)
    assert [(event.kind, event.title) for event in look(company)] == [
        ("difference", "Main sync: November 2026 does not tie")
    ]


# Silence


def days(*numbers):
    return {date(2026, 11, number) for number in numbers}


@pytest.mark.parametrize(
    ("delivered", "today", "missed"),
    [
        (days(2, 3, 4, 9, 10, 11, 16), 19, [17, 18]),  # Tuesday and Wednesday, as in both weeks before
        (days(2, 3, 4, 9, 10, 11, 16, 17, 18), 19, []),
        (days(6, 7, 8, 13, 20), 23, []),  # no weekend delivery the week before: none to be expected
        (days(18), 21, []),
    ],
)
def test_it_expects_a_delivery_where_the_two_weeks_before_had_one(delivered, today, missed):
    assert [day.day for day in missed_days(delivered, date(2026, 11, today))] == missed


def deliver(company, day, trigger="schedule"):
    sync = company.sync
    run = open_run(tenant_id=company.tenant.pk, sync_id=sync.pk, pair=sync.pair, trigger=trigger, fence=2)
    save_progress(run, {"invoices": {"delivered": 2}})
    close_run(run, state=Run.State.DONE)
    Run.objects.filter(pk=run.pk).update(started_at=day)


def test_it_tells_of_a_sync_that_usually_delivers_and_fell_silent(company):
    Run.objects.filter(pk=company.run.pk).update(started_at=MORNING - timedelta(days=60))
    with time_machine.travel(MORNING):
        for week in (1, 2):
            for day in (0, 1, 2):
                deliver(company, MORNING - timedelta(days=7 * week + day))
        (event,) = look(company, SLOW)
    assert (event.kind, event.title) == ("silence", "Main sync has delivered nothing since 13 November")


def test_it_tells_of_a_webhook_that_is_quiet_while_polls_find_changes(company):
    InboxEvent.objects.filter(connection=company.source).update(received_at=timezone.now() - timedelta(days=3))
    for _ in range(2):
        deliver(company, timezone.now() - timedelta(hours=2))
    (event,) = look(company, SLOW)
    assert (event.kind, event.path) == ("webhook", f"/connections/{company.source.pk}/#webhook")


def test_it_takes_a_webhook_that_never_came_for_not_set_up(company):
    InboxEvent.objects.filter(connection=company.source).delete()
    for _ in range(2):
        deliver(company, timezone.now() - timedelta(hours=2))
    assert look(company, SLOW) == []


def test_it_sees_nothing_of_another_company(company):
    stranger = make_company("Other")
    break_up(company)
    watch(company.tenant, QUICK)
    assert not Event.objects.filter(tenant=stranger.tenant).exists()


def test_it_writes_amounts_in_their_currencys_own_decimals(company):
    Problem.objects.filter(pk=company.problem.pk).update(healed_at=None, money={"JPY": "120000", "EUR": "0.5"})
    (event,) = look(company)
    assert "(0.50 EUR and 120,000 JPY)" in event.text


@pytest.mark.django_db(transaction=True)
def test_it_looks_in_one_worker_at_a_time(company):
    break_up(company)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, company.tenant.pk])
        assert look(company) == []
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, company.tenant.pk])
        assert len(look(company)) == 1

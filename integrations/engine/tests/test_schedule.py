"""Facts about schedules: zones, quiet hours, clock changes, and the claim of due syncs."""

from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from integrations.engine import schedule
from integrations.engine.lease import take_lease
from integrations.engine.tests.builders import make_sync, make_tenant
from integrations.models import Sync

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schedule": "minutes", "every_minutes": 15}, datetime(2026, 3, 2, 8, 45, tzinfo=UTC)),
        ({"schedule": "hourly"}, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
        ({"schedule": "daily", "at_times": [time(6)]}, datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
        ({"schedule": "times", "at_times": [time(7), time(12, 30)]}, datetime(2026, 3, 2, 11, 30, tzinfo=UTC)),
        ({"schedule": "manual"}, None),
    ],
)
def test_it_plans_in_the_tenants_zone(changes, expected):
    sync = make_sync(time_zone="Europe/Berlin", **changes)
    assert schedule.next_run_at(sync, MONDAY) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("quiet_from", "quiet_to", "expected_hour"),
    [(time(9), time(12), 11), (time(22), time(10), 9), (time(20), time(23), 8)],
)
def test_it_moves_a_run_out_of_the_quiet_hours(quiet_from, quiet_to, expected_hour):
    sync = make_sync(time_zone="Europe/Berlin", every_minutes=15, quiet_from=quiet_from, quiet_to=quiet_to)
    assert schedule.next_run_at(sync, MONDAY).hour == expected_hour


@pytest.mark.django_db
def test_it_runs_daily_through_a_clock_change():
    sync = make_sync(time_zone="Europe/Berlin", schedule="daily", at_times=[time(2, 30)])
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    planned = schedule.next_run_at(sync, before)
    assert planned == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert schedule.next_run_at(sync, planned) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_it_brings_a_run_forward_for_a_record_that_becomes_due():
    sync = make_sync(every_minutes=60)
    soon = timezone.now() + timedelta(seconds=30)
    schedule.plan_next(sync, not_after=soon)
    assert Sync.objects.get(pk=sync.pk).next_run_at == soon


def test_it_lets_one_of_many_claimers_have_a_due_sync(live_db):
    sync = make_sync(state="active", next_run_at=timezone.now())
    claims, barrier = [], Barrier(4)

    def claim():
        barrier.wait()
        claims.extend(schedule.claim_due())
        connection.close()

    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(sync_id, trigger) for sync_id, _, trigger in claims] == [(sync.pk, "schedule")]


@pytest.mark.django_db
def test_it_never_gives_one_claim_twice():
    sync = make_sync(state="active", wants_run="manual")
    claims = set()
    for _ in range(3):  # all within a second: a job of the same name would be taken for queued already
        ((_, claim, trigger),) = schedule.claim_due()
        lease = take_lease(sync.pk, trigger, claim)
        assert lease is not None
        lease.release()
        schedule.ask_for_run(sync, trigger="manual")
        claims.add(claim)
    assert len(claims) == 3


@pytest.mark.django_db
def test_it_does_not_claim_a_sync_whose_lease_is_held():
    make_sync(state="active", wants_run="manual", lease_until=timezone.now() + timedelta(seconds=30))
    assert schedule.claim_due() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "is_owed"), [("manual", False), ("minutes", True)])
def test_it_owes_no_run_to_a_sync_run_only_by_hand(kind, is_owed):
    sync = make_sync(state="active", schedule=kind, next_run_at=timezone.now() - timedelta(minutes=1))

    schedule.bring_forward(sync, None)

    assert bool(Sync.objects.get(pk=sync.pk).next_run_at) == is_owed


@pytest.mark.django_db
def test_it_claims_what_is_new_before_a_backfill():
    older = make_sync(state="active", wants_run="backfill")
    live = make_sync(state="active", next_run_at=timezone.now() - timedelta(minutes=1))
    assert [claim[0] for claim in schedule.claim_due(limit=1)] == [live.pk]
    assert [claim[0] for claim in schedule.claim_due(limit=1)] == [older.pk]


@pytest.mark.django_db
def test_it_lets_companies_take_turns():
    long_due, just_due = (timezone.now() - timedelta(minutes=minutes) for minutes in (30, 1))
    many, few = make_tenant(), make_tenant()
    greedy = [
        make_sync(tenant=many, state="active", next_run_at=long_due, target_identity=str(number)).pk
        for number in range(3)
    ]
    modest = make_sync(tenant=few, state="active", next_run_at=just_due).pk

    assert [claim[0] for claim in schedule.claim_due(limit=3)] == [greedy[0], modest, greedy[1]]
    assert [claim[0] for claim in schedule.claim_due()] == [greedy[2]]

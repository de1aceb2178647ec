"""Retention: the choice on its screen, the daily job, and what it leaves alone."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.models import Attempt, ConfigChange
from integrations.models import Check, InboxEvent, SyncRecord
from portal import retention
from portal.models import Retention, Role
from portal.tests.people import client_of, join
from portal.tests.screens import DRAFT_KEY, make_company

pytestmark = pytest.mark.django_db
LATER = timedelta(days=401)


@pytest.fixture
def company():
    return make_company(records=3)


def choose(company, **days):
    """Choose how long payloads are kept, and let more time pass."""
    chosen = {"tried_days": None, "booked_days": None, **days}
    retention.choose_retention(tenant=company.tenant, actor="owner@acme.example", **chosen)
    return Retention.objects.get(tenant=company.tenant)


def pass_time_and_erase(kept, time_machine):
    time_machine.move_to(timezone.now() + LATER)
    return retention.erase(kept.pk)


def settle(number=3, state="delivered"):
    """Let nobody wait for the records any longer."""
    ids = SyncRecord.objects.order_by("id").values_list("pk", flat=True)[:number]
    SyncRecord.objects.filter(pk__in=list(ids)).update(state=state)


@pytest.mark.parametrize("role", list(Role))
def test_it_lets_only_those_who_manage_choose(company, role):
    client = client_of(join(company.tenant, role, "me@acme.example").user)
    answer = client.post("/retention/choose/", {"tried_days": "90", "booked_days": "0"})

    assert answer.status_code == (302 if role in (Role.OWNER, Role.ADMIN) else 403)
    assert Retention.objects.filter(tried_days=90, booked_days=None).exists() == (answer.status_code == 302)


@pytest.mark.parametrize("days", ["", "1", "-1", "x", "99999999999"])
def test_it_takes_no_other_days(company, days):
    assert company.client().post("/retention/choose/", {"tried_days": days, "booked_days": "0"}).status_code == 422


def test_it_puts_a_choice_on_record_once(company):
    client = company.client()
    for _ in range(2):
        client.post("/retention/choose/", {"tried_days": "90", "booked_days": "400"})

    assert ConfigChange.objects.get(action="chose a retention").details["tried_days"] == 90
    assert "chose a retention" in client.get("/retention/").content.decode()


def test_it_erases_what_is_over_and_proves_the_trail(company, time_machine, capsys):
    kept = choose(company, tried_days=90)
    settle()

    assert pass_time_and_erase(kept, time_machine) == 3
    assert DRAFT_KEY not in str(Attempt.objects.values("draft", "answer"))
    call_command("verify_audit", tenant=company.tenant.slug)
    assert "intact" in capsys.readouterr().out


def test_it_keeps_what_somebody_still_waits_for(company, time_machine):
    kept = choose(company, tried_days=30)
    settle(2)

    assert pass_time_and_erase(kept, time_machine) == 2
    assert Attempt.objects.filter(erased_by=None).get().record_id == SyncRecord.objects.get(state="parked").pk


def test_it_keeps_what_is_not_over(company):
    kept = choose(company, tried_days=30)
    settle()
    Retention.objects.update(next_at=timezone.now())

    assert retention.erase(kept.pk) == 0


def test_it_keeps_everything_where_nothing_was_chosen(company, time_machine):
    settle()
    time_machine.move_to(timezone.now() + LATER)

    assert retention.due() == []


def test_it_erases_nothing_of_another_company(company, time_machine):
    make_company("Other")
    kept = choose(company, tried_days=30)
    settle(4)

    assert pass_time_and_erase(kept, time_machine) == 3
    assert Attempt.objects.filter(erased_by=None).exclude(tenant=company.tenant).count() == 1


def test_it_runs_once_a_day(company, time_machine):
    kept = choose(company, tried_days=30)
    settle()

    assert (pass_time_and_erase(kept, time_machine), retention.due(), retention.erase(kept.pk)) == (3, [], 0)
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert retention.due() == [kept.pk]


def test_it_forgets_webhooks_and_payloads_of_rehearsals(company, time_machine):
    made = {"tenant": company.tenant, "sync": company.sync, "kind": "rehearsal", "payloads": "{}"}
    Check.objects.create(**made, state="done", made_at=timezone.now())
    InboxEvent.objects.create(
        tenant=company.tenant, connection=company.source, event_id="ev_2", event_type="x", state="done"
    )
    pass_time_and_erase(choose(company, tried_days=30), time_machine)

    assert Check.objects.get(kind="rehearsal").payloads == ""
    assert InboxEvent.objects.get().event_id == "ev_1"  # never dealt with


def test_it_shows_an_erased_attempt_on_the_records_page(company, time_machine):
    kept = choose(company, tried_days=30)
    settle()
    client = company.client()
    pass_time_and_erase(kept, time_machine)
    client.force_login(company.owner)

    assert "Payload erased" in client.get(f"/records/{company.record.pk}/").content.decode()

"""Syncs on the screen: set up switched off, switched, run, and shown while they run."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from audit.models import ConfigChange, Run
from audit.record import close_run, open_run, save_progress
from integrations import registry
from integrations.engine.syncs import create_sync
from integrations.models import Problem, Sync
from mappings.models import Mapping
from portal.models import Role
from portal.tests.screens import ACTOR, make_company
from portal.words import duration, join, schedule_sentence

pytestmark = pytest.mark.django_db

SETTINGS = {
    "name": "Main sync",
    "schedule": "minutes",
    "every_minutes": "15",
    "policy_zero_invoices": "post",
    "start_date": "",
    "webhooks_on": "on",
}


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client(company):
    return company.client()


@pytest.fixture
def draft(company):
    return create_sync(
        tenant_id=company.tenant.pk,
        pair_slug="chargebee_to_netsuite",
        name="Second",
        source=company.source,
        target=company.target,
        actor=ACTOR,
    )


def page(client, sync):
    return client.get(f"/syncs/{sync.pk}/").content.decode()


def test_it_sets_a_sync_up_switched_off_with_published_mappings(company, client):
    answer = client.post(
        "/syncs/add/chargebee_to_netsuite/", {"source": company.source.pk, "target": company.target.pk}
    )

    made = Sync.objects.latest("pk")
    assert answer["Location"] == f"/syncs/{made.pk}/setup/"
    assert (made.state, made.policies["voids"]) == ("draft", "reverse")
    flows = {flow.slug for flow in registry.pair("chargebee_to_netsuite").flows}
    assert set(Mapping.objects.filter(sync_id=made.pk, status="published").values_list("flow", flat=True)) == flows


def test_it_keeps_schedule_start_and_policies(client, draft):
    typed = {"start_date": "2026-01-01", "schedule": "times", "at_times": "12:30, 06:00"}
    client.post(f"/syncs/{draft.pk}/settings/", {**SETTINGS, **typed, "policy_zero_invoices": "skip"})

    draft.refresh_from_db()
    assert (draft.start_date, draft.at_times) == (date(2026, 1, 1), [time(6), time(12, 30)])
    assert (draft.policies["zero_invoices"], draft.policies["voids"]) == ("skip", "reverse")


def test_it_offers_only_connections_of_the_company_and_the_system(company, client):
    other = make_company("Other")
    form = client.get("/syncs/add/chargebee_to_netsuite/").context["form"]
    typed = {"source": other.source.pk, "target": company.target.pk}

    assert list(form.fields["source"].queryset) == [company.source]
    assert "source" in client.post("/syncs/add/chargebee_to_netsuite/", typed).context["form"].errors


def test_it_refuses_test_documents_in_live_books(company, client):
    company.target.environment = "live"
    company.target.save()
    typed = {"source": company.source.pk, "target": company.target.pk}

    assert "target" in client.post("/syncs/add/chargebee_to_netsuite/", typed).context["form"].errors


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule": "daily", "at_times": ""}, "at_times"),
        ({"schedule": "times", "at_times": "25:00"}, "at_times"),
        ({"schedule": "minutes", "every_minutes": ""}, "every_minutes"),
        ({"schedule": "minutes", "every_minutes": "0"}, "every_minutes"),
        ({"quiet_from": "22:00", "quiet_to": ""}, "quiet_to"),
        ({"policy_zero_invoices": "burn"}, "policy_zero_invoices"),
    ],
)
def test_it_refuses_settings_that_make_no_sense(company, client, changes, field):
    answer = client.post(f"/syncs/{company.sync.pk}/settings/", {**SETTINGS, **changes})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_it_changes_settings_through_the_verb(company, client):
    client.post(
        f"/syncs/{company.sync.pk}/settings/", {**SETTINGS, "schedule": "hourly", "policy_zero_invoices": "skip"}
    )

    company.sync.refresh_from_db()
    change = ConfigChange.objects.filter(subject=f"sync {company.sync.pk}", action="changed").get()
    assert (company.sync.schedule, company.sync.policies["zero_invoices"]) == ("hourly", "skip")
    assert set(change.details) == {"schedule", "policies"}


def test_it_says_what_is_left_to_do_before_the_first_switching_on(client, draft):
    seen = page(client, draft)

    assert "Before it is switched on" in seen
    assert "works: it answers as" in seen


def test_it_says_why_it_cannot_be_switched_on(company, client, draft):
    company.target.state = "failing"
    company.target.save()

    assert "has no good ping yet" in client.post(f"/syncs/{draft.pk}/on/", follow=True).content.decode()
    assert "disabled" in page(client, draft)


def test_it_refuses_a_second_sync_between_the_same_systems(client, draft):
    seen = client.post(f"/syncs/{draft.pk}/on/", follow=True).content.decode()

    assert "Another sync already joins" in seen


def test_it_pauses_and_goes_on(company):
    operator = company.client(Role.OPERATOR)
    operator.post(f"/syncs/{company.sync.pk}/pause/")
    company.sync.refresh_from_db()
    assert company.sync.state == "paused"

    operator.post(f"/syncs/{company.sync.pk}/on/")
    company.sync.refresh_from_db()
    assert company.sync.state == "active"


def test_it_asks_for_a_run(company, client):
    seen = client.post(f"/syncs/{company.sync.pk}/run/", follow=True).content.decode()

    assert "It starts as soon as a worker is free" in seen
    assert ConfigChange.objects.filter(action="asked for a run", actor=company.owner.email).exists()


def test_it_runs_no_sync_that_is_off(client, draft):
    assert "is not switched on" in client.post(f"/syncs/{draft.pk}/run/", follow=True).content.decode()


def test_it_says_why_it_stopped_and_how_to_go_on(company, client):
    Sync.objects.filter(pk=company.sync.pk).update(
        state="stopped", stop_code="chargebee_wrong_key", stop_reason="The API key was refused with 401."
    )
    seen = page(client, company.sync)

    assert "Stopped: The API key is refused" in seen
    assert "The API key was refused with 401." in seen
    assert "copy a read-only key" in seen


def test_it_counts_records_by_flow_and_state_and_leads_to_them(company, client):
    assert f"/records/?sync={company.sync.pk}&amp;flow=invoices&amp;state=parked" in page(client, company.sync)


def test_it_lets_both_panels_ping_themselves(company, client):
    answer = client.post(f"/syncs/{company.sync.pk}/ping/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Trigger"]) == (204, "ping")


def test_it_pings_both_sides_without_scripts(company, client):
    client.post(f"/syncs/{company.sync.pk}/ping/")

    assert company.source.pings.count() == 2
    assert company.target.pings.count() == 1


# Runs


def running(company):
    run = open_run(
        tenant_id=company.tenant.pk, sync_id=company.sync.pk, pair=company.sync.pair, trigger="schedule", fence=2
    )
    save_progress(run, {"invoices": {"delivered": 41, "waiting": 3}})
    return run


def test_it_asks_for_news_while_a_run_is_under_way(company, client):
    run = running(company)

    assert f'hx-get="/runs/{run.pk}/live/"' in client.get(f"/runs/{run.pk}/").content.decode()
    assert f'hx-get="/syncs/{company.sync.pk}/live/"' in page(client, company.sync)


def test_it_asks_no_more_once_it_has_ended(company, client):
    run = running(company)
    close_run(run, state=Run.State.DONE)
    Sync.objects.filter(pk=company.sync.pk).update(next_run_at=timezone.now() + timedelta(minutes=15))

    assert "hx-get" not in client.get(f"/runs/{run.pk}/live/").content.decode()
    assert "hx-get" not in client.get(f"/syncs/{company.sync.pk}/live/").content.decode()


@pytest.mark.parametrize(
    "state",
    [{"wants_run": "manual"}, {"next_run_at": timezone.now()}, {"claimed_until": timezone.now() + timedelta(days=1)}],
)
def test_it_asks_for_news_while_a_run_is_awaited(company, client, state):
    later = {"next_run_at": timezone.now() + timedelta(minutes=15)}
    Sync.objects.filter(pk=company.sync.pk).update(**{**later, **state})

    assert "hx-get" in client.get(f"/syncs/{company.sync.pk}/live/").content.decode()


def test_it_shows_counts_while_it_runs(company, client):
    seen = client.get(f"/runs/{running(company).pk}/live/").content.decode()

    assert "44" in seen
    assert "Invoices" in seen


def test_it_explains_why_a_run_failed(company, client):
    run = running(company)
    close_run(run, state=Run.State.FAILED, code="chargebee_wrong_key", message="401 from Chargebee.")
    seen = client.get(f"/runs/{run.pk}/").content.decode()

    assert "The API key is refused" in seen
    assert "401 from Chargebee." in seen


def test_it_leads_from_a_run_that_made_room_to_the_next(company, client):
    first = running(company)
    close_run(first, state=Run.State.YIELDED)
    following = running(company)

    assert f"/runs/{following.pk}/" in client.get(f"/runs/{first.pk}/").content.decode()


def test_it_filters_runs(company, client):
    close_run(running(company), state=Run.State.FAILED, code="x", message="x")

    assert len(client.get("/runs/?state=failed").context["rows"]) == 1
    assert len(client.get(f"/runs/?sync={company.sync.pk}").context["rows"]) == 2
    assert len(client.get("/runs/?sync=999999").context["rows"]) == 0


def test_it_pages_attempts_by_key():
    company = make_company("Big", records=60)
    client = company.client()
    first = client.get(f"/runs/{company.run.pk}/")
    older = client.get(first.context["page"].older_url)

    assert (len(first.context["attempts"]), len(older.context["attempts"])) == (50, 10)


# Words


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Every 15 minutes, and by webhook"),
        ({"schedule": "hourly", "webhooks_on": False}, "Every hour"),
        ({"schedule": "daily", "at_times": [time(5, 30)], "webhooks_on": False}, "Daily at 05:30"),
        ({"schedule": "times", "at_times": [time(18), time(6)], "webhooks_on": False}, "Daily at 06:00 and 18:00"),
        (
            {"quiet_from": time(22), "quiet_to": time(6), "webhooks_on": False},
            "Every 15 minutes, except 22:00 to 06:00",
        ),
        ({"schedule": "manual", "webhooks_on": False}, "Only by hand"),
    ],
)
def test_it_says_the_schedule_in_words(fields, said):
    assert schedule_sentence(Sync(**fields)) == said


def test_it_writes_durations():
    now = timezone.now()
    shown = [duration(now, now + timedelta(seconds=s)) for s in (0.42, 12, 185, 4320)]

    assert shown == ["0.4 s", "12 s", "3 min 5 s", "1 h 12 min"]


def test_it_joins_words():
    assert [join([]), join(["a"]), join(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_it_tells_on_a_syncs_page_one_cause_once_and_by_no_id(company, client):
    for id in ("7590", "7240"):
        Problem.objects.create(
            tenant=company.tenant, sync=company.sync, code="different", field="document", value=id, records=1,
            message=f"Booked as {id}, but not as drafted.", money={"EUR": "10"},
        )  # fmt: skip
    answer = client.get(f"/syncs/{company.sync.pk}/")

    told = [(held.title, held.records) for held in answer.context["problems"] if held.code == "different"]
    assert told == [("It stands there otherwise than sent", 2)]

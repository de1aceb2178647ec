"""The guided set-up: from the choice of a pair to switching on, left and taken up again at any stage."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from audit.models import ConfigChange
from integrations.engine.rehearsal.readiness import review_as_shipped
from integrations.engine.syncs import create_sync
from integrations.engine.tests.harness import sandbox
from integrations.models import Check, Connection, InboxEvent, Sync
from integrations.vault import open_credentials
from portal import setup
from portal.models import ConnectionRequest, Role
from portal.tests.people import client_of, make_tenant, make_user
from portal.tests.screens import ACTOR, make_company
from portal.tests.test_connections import CHARGEBEE, NETSUITE
from portal.tests.test_syncs import SETTINGS

pytestmark = pytest.mark.django_db

PAIR = "chargebee_to_netsuite"


@pytest.fixture
def owner():
    person = make_user("owner@acme.example")
    make_tenant(owner=person)
    return person


@pytest.fixture
def client(owner):
    return client_of(owner)


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def draft(company):
    made = create_sync(
        tenant_id=company.tenant.pk,
        pair_slug=PAIR,
        name="Second",
        source=company.source,
        target=company.target,
        actor=ACTOR,
    )
    Check.objects.all().delete()  # as if nothing had been reviewed
    return Sync.objects.select_related("source", "target", "tenant").get(pk=made.pk)


def states(client, url):
    return [stage.state for stage in client.get(url).context["stages"]]


# Both sides


def test_it_takes_the_sandbox_for_both_by_one_click(client):
    with sandbox():
        answer = client.post(f"/syncs/add/{PAIR}/", {"sandbox": "1"})

    made = Sync.objects.get()
    assert answer["Location"] == f"/syncs/{made.pk}/setup/ping/?ping=now"
    assert {made.source.environment, made.target.environment} == {"sandbox"}


def test_it_leads_back_from_a_connection_with_it_chosen(client):
    answer = client.post(f"/connections/add/chargebee/?for={PAIR}", CHARGEBEE)
    made = Connection.objects.get()

    assert answer["Location"] == f"/syncs/add/{PAIR}/?source={made.pk}"
    assert client.get(answer["Location"]).context["form"].fields["source"].initial == made


def test_it_goes_nowhere_else_than_to_a_pair_that_exists(client):
    answer = client.post("/connections/add/chargebee/?for=//evil.example", CHARGEBEE)

    assert answer["Location"] == f"/connections/{Connection.objects.get().pk}/?ping=now"


def test_it_chooses_the_only_connection_there_is(company):
    fields = company.client().get(f"/syncs/add/{PAIR}/").context["form"].fields

    assert (fields["source"].initial, fields["target"].initial) == (company.source, company.target)


def test_it_asks_for_both_sides(company):
    answer = company.client().post(f"/syncs/add/{PAIR}/", {"source": "", "target": ""})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["source", "target"]


# Stages


def test_it_goes_on_where_it_was_left(company, draft):
    client = company.client()
    went = [client.get(f"/syncs/{draft.pk}/setup/")["Location"]]
    client.post(f"/syncs/{draft.pk}/setup/settings/", {**SETTINGS, "name": "Second"})
    went.append(client.get(f"/syncs/{draft.pk}/setup/")["Location"])
    Connection.objects.filter(pk=company.target.pk).update(state="failing")
    went.append(client.get(f"/syncs/{draft.pk}/setup/")["Location"])

    assert [url.split("/")[-2] for url in went] == ["settings", "mapping", "ping"]


def test_it_leads_from_the_settings_to_the_mapping_though_that_is_done(company, draft):
    review_as_shipped(draft, actor=ACTOR)
    answer = company.client().post(f"/syncs/{draft.pk}/setup/settings/", {**SETTINGS, "name": "Second"})

    assert (setup.standing(draft)[setup.MAPPING], answer["Location"]) == (True, f"/syncs/{draft.pk}/setup/mapping/")


def test_it_lists_set_ups_to_go_on_with(company, draft):
    assert f"/syncs/{draft.pk}/setup/" in company.client().get("/syncs/add/").content.decode()


def test_it_shows_how_far_it_has_come(company, draft):
    assert states(company.client(), f"/syncs/{draft.pk}/setup/settings/") == [
        "done", "done", "done", "current", "todo", "todo", "todo",
    ]  # fmt: skip


@pytest.mark.parametrize("stage", sorted(setup.LABELS))
def test_it_opens_every_stage_to_those_who_configure(company, draft, stage):
    url = f"/syncs/{draft.pk}/setup/{stage}/"
    answers = {role: company.client(role).get(url).status_code for role in (Role.ADMIN, Role.ACCOUNTANT, Role.VIEWER)}

    assert answers == {Role.ADMIN: 200, Role.ACCOUNTANT: 403, Role.VIEWER: 403}
    assert make_company("Other").client().get(url).status_code == 404


def test_it_has_no_other_stages_and_none_for_a_sync_that_is_on(company, draft):
    client = company.client()

    assert client.get(f"/syncs/{draft.pk}/setup/nothing/").status_code == 404
    assert client.get(f"/syncs/{company.sync.pk}/setup/ping/")["Location"] == f"/syncs/{company.sync.pk}/"
    assert client.get(f"/syncs/{company.sync.pk}/setup/")["Location"] == f"/syncs/{company.sync.pk}/"


def test_it_says_of_each_flow_what_stands_against_it(company, draft):
    seen = company.client().get(f"/syncs/{draft.pk}/setup/mapping/").content.decode()

    assert "was never previewed" in seen


def test_it_fills_the_checklist_by_itself(company, draft):
    before = {item.label: item.is_done for item in setup.checklist(draft)}
    company.client().post(f"/syncs/{draft.pk}/setup/settings/", {**SETTINGS, "name": "Second"})
    for flow in setup.flow_standings(draft):
        Check.objects.create(
            tenant=company.tenant, sync=draft, kind="preview", flow=flow.slug, mapping_version=1, state="done",
            report={"faults": []}, made_at=timezone.now(),
        )  # fmt: skip
    InboxEvent.objects.filter(connection=company.source).delete()
    after = setup.checklist(draft)

    assert list(before.values()) == [True, True, False, False, False, True]
    assert [item.is_done for item in after] == [True, True, True, True, False, False]
    assert setup.is_ready(after)


def test_it_has_the_sync_proven_by_a_worker_and_shows_each_step(company, draft):
    client = company.client()
    asked = client.post(f"/syncs/{draft.pk}/prove/make/", {"stage": "prove"})
    seen = client.get(asked["Location"]).content.decode()

    assert asked["Location"] == f"/syncs/{draft.pk}/setup/prove/"
    assert Check.objects.get(sync=draft, kind="trial").state == "asked"
    assert "Reverse everything" in seen
    assert 'hx-trigger="every 2s"' in seen


def test_it_proves_nothing_in_a_live_target(company, draft):
    Connection.objects.filter(pk=draft.target_id).update(environment="live")
    client = company.client()
    seen = client.post(f"/syncs/{draft.pk}/prove/make/", follow=True).content.decode()

    assert "is a live system" in seen
    assert not Check.objects.filter(kind="trial").exists()


def test_it_switches_nothing_on_before_it_is_ready(company, draft):
    seen = company.client().get(f"/syncs/{draft.pk}/setup/live/").content.decode()

    assert re.search(r"<button[^>]*disabled[^>]*>.*?Switch on", seen, re.S)


# A page for an administrator


def link_for(client, slug="chargebee"):
    seen = client.post(f"/connections/add/{slug}/ask/?for={PAIR}").content.decode()
    return re.search(r"http://testserver(/connect/[^<\s]+/)", seen)[1]


def test_it_comes_back_filled_in(client, owner):
    link = link_for(client)
    visitor = Client()
    assert visitor.get(link).status_code == 200
    answer = visitor.post(link, CHARGEBEE)

    made = Connection.objects.get()
    assert "Thank you" in answer.content.decode()
    assert (made.tenant, open_credentials(made)) == (owner.tenants.get(), {"api_key": "test_key"})
    assert mail.outbox[-1].to == [owner.email]
    assert f"/connections/{made.pk}/" in mail.outbox[-1].body
    change = ConfigChange.objects.get(action="created", subject=f"connection {made.pk}")
    assert change.actor == f"administrator asked by {owner.email}"


def test_it_works_once(client):
    link = link_for(client)
    Client().post(link, CHARGEBEE)

    assert Client().get(link).status_code == 404
    assert Client().post(link, {**CHARGEBEE, "name": "Another"}).status_code == 404
    assert Connection.objects.count() == 1


def test_it_stays_open_while_something_is_wrong(client):
    link = link_for(client)
    answer = Client().post(link, {**CHARGEBEE, "value_site": "no site!"})

    assert answer.status_code == 422
    assert "test_key" not in answer.content.decode()
    assert Client().post(link, CHARGEBEE).status_code == 200


def test_it_makes_a_key_pair_on_that_page_too(client):
    link = link_for(client, "netsuite")
    visitor = Client()
    seen = visitor.post(link, {**NETSUITE, "make_pair": "1"}).content.decode()
    visitor.post(link, NETSUITE)

    assert "BEGIN CERTIFICATE" in seen
    assert "PRIVATE KEY" in open_credentials(Connection.objects.get())["private_key_pem"]


def test_it_keeps_no_token_and_shows_no_secret(client):
    link = link_for(client)

    assert link.split("/")[2] not in str(ConnectionRequest.objects.values())
    assert "noindex" in Client().get(link).content.decode()


@pytest.mark.parametrize("spoil", [{"expires_at": timezone.now()}, {"filled_at": timezone.now()}])
def test_it_ends(client, spoil):
    link = link_for(client)
    ConnectionRequest.objects.update(**spoil)

    assert Client().get(link).status_code == 404


def test_it_is_taken_back(client, owner):
    link = link_for(client)
    asked = ConnectionRequest.objects.get()
    assert "Waiting for your administrator" in client.get(f"/syncs/add/{PAIR}/").content.decode()
    assert make_company("Other").client().post(f"/connections/asked/{asked.pk}/revoke/").status_code == 404

    client.post(f"/connections/asked/{asked.pk}/revoke/?for={PAIR}")

    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.OPERATOR, Role.VIEWER])
def test_it_lets_only_those_ask_who_configure(company, role):
    assert company.client(role).post("/connections/add/chargebee/ask/").status_code == 403
    assert Client().post("/connections/add/chargebee/ask/")["Location"].startswith("/accounts/login/")


def test_it_shows_our_addresses_where_an_operator_names_them(client, settings):
    settings.EGRESS_ADDRESSES = ["203.0.113.7"]

    assert "203.0.113.7" in client.get("/connections/add/chargebee/").content.decode()

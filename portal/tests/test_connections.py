"""Connections on the screen: made from declared fields, changed without showing secrets, pinged with causes."""

import re

import pytest
from django.conf import settings

from audit.models import ConfigChange
from integrations.engine.tests.harness import sandbox
from integrations.models import Connection
from integrations.vault import open_credentials
from portal.models import Role
from portal.systems import guide_html, system
from portal.tests.people import client_of, make_tenant, make_user
from portal.tests.screens import make_company
from portal.texts import markdown_html

CHARGEBEE = {
    "name": "Chargebee EU",
    "environment": "test",
    "value_site": "https://acme-test.eu.chargebee.com/",
    "value_region": "us",
    "value_api_key": "test_key",
}
NETSUITE = {
    "name": "NetSuite",
    "environment": "test",
    "value_account_id": "1234567_sb1",
    "value_algorithm": "ES256",
    "value_client_id": "client-id-1234",
    "value_certificate_id": "certificate-1",
    "value_concurrency": "2",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    person = make_user("owner@acme.example")
    make_tenant(owner=person)
    return person


@pytest.fixture
def client(owner):
    return client_of(owner)


def test_it_makes_a_connection_from_what_was_typed(client, owner):
    answer = client.post("/connections/add/chargebee/", CHARGEBEE)

    made = Connection.objects.get()
    assert answer["Location"] == f"/connections/{made.pk}/?ping=now"
    assert (made.values["site"], made.values["region"]) == ("acme-test", "eu")
    assert open_credentials(made) == {"api_key": "test_key"}
    assert ConfigChange.objects.filter(action="created", actor=owner.email, subject=f"connection {made.pk}").exists()


def test_it_says_what_is_wrong_at_its_field(client):
    answer = client.post("/connections/add/chargebee/", {**CHARGEBEE, "value_site": "no site!"})

    assert answer.status_code == 422
    assert "is no Chargebee site" in answer.context["form"].errors["value_site"][0]
    assert not Connection.objects.exists()


def test_it_refuses_a_name_twice(client):
    client.post("/connections/add/chargebee/", CHARGEBEE)
    answer = client.post("/connections/add/chargebee/", CHARGEBEE)

    assert "name" in answer.context["form"].errors


def test_it_shows_the_guide_beside_the_form(client):
    seen = client.get("/connections/add/chargebee/").content.decode()

    assert "Where to find these values" in seen
    assert "Configure Chargebee" in seen


def test_it_renders_guides_without_raw_html():
    assert markdown_html("<script>alert(1)</script>\n\n[x](javascript:alert(1))").count("<script") == 0
    assert "<h1" not in guide_html("chargebee")


def test_it_stands_in_for_a_logo_by_initials():
    assert system("chargebee").has_logo
    assert system("gone_for_good").monogram == "G"


def test_it_serves_the_logo_from_the_connectors_folder(client):
    assert client.get("/systems/chargebee/logo.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/systems/nothing/logo.svg").status_code == 404


# Key pairs


def certificate_in(answer):
    return re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", answer.content.decode(), re.S)[0]


def test_it_shows_the_certificate_and_never_the_key(client):
    answer = client.post("/connections/add/netsuite/", {**NETSUITE, "make_pair": "1"})

    assert answer.status_code == 200
    assert "BEGIN CERTIFICATE" in certificate_in(answer)
    assert "PRIVATE KEY" not in answer.content.decode()
    assert "1234567_sb1" in answer.content.decode()


def test_it_keeps_the_key_sealed_until_the_form_is_saved(client):
    client.post("/connections/add/netsuite/", {**NETSUITE, "make_pair": "1"})

    assert "PRIVATE KEY" not in str(dict(client.session))


def test_it_saves_the_key_whose_certificate_was_shown(client):
    shown = certificate_in(client.post("/connections/add/netsuite/", {**NETSUITE, "make_pair": "1"}))
    client.post("/connections/add/netsuite/", NETSUITE)

    made = Connection.objects.get()
    assert made.values["certificate_pem"] == shown
    assert "PRIVATE KEY" in open_credentials(made)["private_key_pem"]
    assert [name for name in dict(client.session) if "pair" in name] == []


def test_it_makes_no_key_behind_ones_back(client):
    answer = client.post("/connections/add/netsuite/", NETSUITE)

    assert "Make the key pair first" in answer.context["form"].errors["value_private_key_pem"][0]
    assert not Connection.objects.exists()


def test_it_uses_no_key_that_was_made_for_another_company(client, owner):
    client.post("/connections/add/netsuite/", {**NETSUITE, "make_pair": "1"})
    other = make_tenant("Other", owner=owner)
    client.post("/companies/switch/", {"tenant": other.pk})

    assert "BEGIN CERTIFICATE" not in client.get("/connections/add/netsuite/").content.decode()


def test_it_replaces_a_key_pair_on_edit_only_when_saved(client):
    client.post("/connections/add/netsuite/", {**NETSUITE, "make_pair": "1"})
    client.post("/connections/add/netsuite/", NETSUITE)
    made = Connection.objects.get()
    before = made.values["certificate_pem"]

    shown = certificate_in(client.post(f"/connections/{made.pk}/edit/", {**NETSUITE, "make_pair": "1"}))
    made.refresh_from_db()
    assert made.values["certificate_pem"] == before

    client.post(f"/connections/{made.pk}/edit/", NETSUITE)
    made.refresh_from_db()
    assert made.values["certificate_pem"] == shown != before


# Editing


def test_it_keeps_a_secret_that_is_left_empty(client):
    client.post("/connections/add/chargebee/", CHARGEBEE)
    made = Connection.objects.get()

    client.post(f"/connections/{made.pk}/edit/", {**CHARGEBEE, "name": "Renamed", "value_api_key": ""})

    made.refresh_from_db()
    assert made.name == "Renamed"
    assert open_credentials(made) == {"api_key": "test_key"}


def test_it_replaces_a_secret_that_is_typed(client):
    client.post("/connections/add/chargebee/", CHARGEBEE)
    made = Connection.objects.get()

    client.post(f"/connections/{made.pk}/edit/", {**CHARGEBEE, "value_api_key": "test_rotated"})

    assert open_credentials(Connection.objects.get()) == {"api_key": "test_rotated"}
    assert "test_rotated" not in str(list(ConfigChange.objects.values_list("details", flat=True)))


# The sandbox and pings


def test_it_offers_no_sandbox_where_none_runs(client):
    settings.SANDBOX_BASE_PORT = None
    seen = client.get("/connections/add/").content.decode()

    assert "Use the sandbox" not in seen
    assert client.post("/connections/add/chargebee/sandbox/").status_code == 404


def test_it_connects_the_sandbox_by_one_click(client):
    with sandbox():
        client.post("/connections/add/chargebee/sandbox/")
        client.post("/connections/add/chargebee/sandbox/")

    assert list(Connection.objects.order_by("name").values_list("name", "environment")) == [
        ("Chargebee sandbox", "sandbox"),
        ("Chargebee sandbox 2", "sandbox"),
    ]


def test_it_says_that_the_sandbox_is_down(client, monkeypatch):
    monkeypatch.setattr(settings, "SANDBOX_BASE_PORT", 1)
    answer = client.post("/connections/add/chargebee/sandbox/", follow=True)

    assert "The sandbox does not answer" in answer.content.decode()
    assert not Connection.objects.exists()


def test_it_pings_and_shows_every_step(client):
    with sandbox():
        client.post("/connections/add/chargebee/sandbox/")
        made = Connection.objects.get()
        seen = client.post(f"/connections/{made.pk}/ping/", follow=True).content.decode()

    assert "Works" in seen
    assert "answering as acme-test" in seen


def test_it_sends_each_step_as_it_is_taken_and_at_last_the_panel(client):
    with sandbox():
        client.post("/connections/add/chargebee/sandbox/")
        made = Connection.objects.get()
        answer = client.post(f"/connections/{made.pk}/ping/", headers={"X-Live": "1"})
        *pieces, whole = answer.getvalue().decode().split("\x1e")

    kept = made.pings.get()
    assert (kept.ok, len(pieces)) == (True, len(kept.steps))
    assert [piece.count('aria-label="Passed"') for piece in pieces] == list(range(1, len(pieces) + 1))
    assert [piece.count('aria-label="Running"') for piece in pieces] == [1] * (len(pieces) - 1) + [0]
    assert whole.lstrip().startswith("<section")
    assert 'id="connection-state" hx-swap-oob="true"' in whole


def test_it_says_why_a_ping_failed_and_how_to_fix_it(client):
    with sandbox():
        client.post("/connections/add/chargebee/", {**CHARGEBEE, "environment": "sandbox", "value_site": "acme-test"})
        made = Connection.objects.get()
        seen = client.post(f"/connections/{made.pk}/ping/", follow=True).content.decode()

    assert "the API key is refused" in seen
    assert "How to fix it" in seen
    assert f"/connections/{made.pk}/edit/" in seen
    assert 'aria-label="Not started"' in seen


def test_it_remembers_pings(client):
    company = make_company("Other")
    seen = company.client(Role.VIEWER).get(f"/connections/{company.source.pk}/").content.decode()

    assert "stopped at “Sign in”" in seen

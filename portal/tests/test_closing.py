"""Leaving: a company's export and its closing, a person's deletion, and where support staff land."""

import json

import pytest
from django.test import Client

from audit.models import ConfigChange
from integrations.models import Connection, Sync
from integrations.vault import open_credentials
from portal.models import Membership, Role, Tenant, User
from portal.tests.people import PASSWORD, join, make_tenant, make_user
from portal.tests.screens import PLANTED, make_company

pytestmark = pytest.mark.django_db


def signed_in(user):
    """Give a browser in which the person typed the password just now."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client(company):
    return signed_in(company.owner)


def export_of(client):
    return json.loads(client.get("/companies/export/").getvalue())


def test_it_exports_everything_and_no_secret(client):
    found = export_of(client)

    assert set(found) == {
        "company", "members", "connections", "syncs", "mappings", "value_maps", "records", "links",
        "further_documents", "runs", "attempts", "changes", "approval_requests", "channels", "notifications",
    }  # fmt: skip
    assert (len(found["connections"]), len(found["records"]), len(found["attempts"])) == (2, 1, 1)
    assert [word for word in PLANTED if word in json.dumps(found)] == []


def test_it_exports_nothing_of_another_company(client):
    make_company("Other")

    assert "other.example" not in json.dumps(export_of(client))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
@pytest.mark.parametrize("url", ["/companies/export/", "/companies/close/"])
def test_it_leaves_leaving_to_owners(company, role, url):
    assert signed_in(join(company.tenant, role).user).get(url).status_code == 403


def test_it_closes_nothing_before_the_export_or_under_another_name(company, client):
    assert "Take the export first" in client.post("/companies/close/", {"name": "Acme"}).content.decode()
    export_of(client)

    assert "That is not the name" in client.post("/companies/close/", {"name": "acme"}).content.decode()
    assert not Tenant.objects.get(pk=company.tenant.pk).is_suspended


def test_it_stops_wipes_and_lets_go_and_keeps_the_trail(company, client):
    before = ConfigChange.objects.filter(tenant=company.tenant).count()
    export_of(client)
    client.post("/companies/close/", {"name": "Acme"})

    tenant = Tenant.objects.get(pk=company.tenant.pk)
    assert tenant.is_suspended
    assert tenant.closed_at
    assert not Membership.objects.filter(tenant=tenant).exists()
    assert set(Sync.objects.filter(tenant=tenant).values_list("state", flat=True)) == {"archived"}
    assert [open_credentials(each) for each in Connection.objects.filter(tenant=tenant)] == [{}, {}]
    assert ConfigChange.objects.filter(tenant=tenant).count() > before
    assert ConfigChange.objects.filter(tenant=tenant, action="closed", actor=company.owner.email).exists()


def test_it_answers_webhooks_of_a_closed_company_no_more(company, client):
    token = company.source.webhook_token
    export_of(client)
    client.post("/companies/close/", {"name": "Acme"})

    assert not Connection.objects.filter(webhook_token=token).exists()


def test_it_asks_for_the_password_again(company):
    client = company.client()  # signed in without a password typed just now

    assert "/reauthenticate/" in client.get("/companies/close/")["Location"]
    assert "/reauthenticate/" in client.get("/account/delete/")["Location"]


# People


def test_it_deletes_a_person_and_keeps_what_they_did(company):
    user = join(company.tenant, Role.ACCOUNTANT).user
    signed_in(user).post("/account/delete/", {"email": user.email})

    assert not User.objects.filter(email=user.email).exists()
    assert ConfigChange.objects.filter(tenant=company.tenant, action="left", actor=user.email).exists()


def test_it_deletes_nobody_under_another_address(company):
    user = join(company.tenant, Role.ACCOUNTANT).user

    assert signed_in(user).post("/account/delete/", {"email": "other@acme.example"}).status_code == 422
    assert User.objects.filter(pk=user.pk).exists()


def test_it_leaves_no_company_without_an_owner(company, client):
    answer = client.post("/account/delete/", {"email": company.owner.email})

    assert "only owner of Acme" in str(answer.context["form"].errors)
    assert User.objects.filter(pk=company.owner.pk).exists()


# Support staff


def test_it_lands_support_staff_in_the_admin():
    staff = make_user("support@ml.example", is_staff=True)
    client = Client()

    answer = client.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    assert answer["Location"] == "/admin/"
    assert client.get("/home/")["Location"] == "/admin/"


def test_it_lands_everybody_else_at_home(company):
    assert (
        Client().post("/accounts/login/", {"login": company.owner.email, "password": PASSWORD})["Location"] == "/home/"
    )


def test_it_opens_the_admin_through_the_portals_own_sign_in():
    assert Client().get("/admin/login/")["Location"].startswith("/accounts/login/")


def test_it_keeps_others_out_of_the_admin(company):
    assert signed_in(company.owner).get("/admin/", follow=True).status_code == 403


def test_it_founds_for_a_person_without_company():
    person = make_user("new@acme.example")
    client = signed_in(person)

    assert client.get("/home/")["Location"] == "/companies/add/"
    make_tenant("Found", owner=person)
    assert client.get("/home/").status_code == 200

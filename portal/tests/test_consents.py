"""Consent in the browser, from the button to the grant, with the sandbox's Acumatica in between."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.test import Client

from audit.models import ConfigChange
from integrations.engine.ping import ping
from integrations.engine.tests.harness import make_side, sandbox
from portal.models import Role
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db(transaction=True)
BACK = "https://portal.example/consent/"


@pytest.fixture
def box(live_db):
    with sandbox() as made:
        made.control.post("/applications/acumatica", {"redirect_uri": BACK})
        yield made


@pytest.fixture
def company(box):
    return make_company()


@pytest.fixture
def connection(box, company):
    made = make_side(company.tenant, box, "acumatica")
    made.values |= {"grant": "authorization_code", "redirect_uri": BACK}
    made.save()
    return made


def send(client, connection):
    """Press the button; give the system's page."""
    return client.post(f"/connections/{connection.pk}/consent/")["Location"]


def agree(box, page):
    """Sign in at the system and allow the portal; give where it sends the browser back to."""
    parts = urlsplit(page)
    typed = box.control.get("/credentials")["acumatica"]
    answer = httpx.post(
        f"http://127.0.0.1:{box.base_port + 5}{parts.path}",
        params=dict(parse_qsl(parts.query)),
        headers={"Host": parts.hostname},
        data={"username": typed["username"], "password": typed["password"]},
    )
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def test_it_signs_in_by_a_consent_given_at_the_system(box, company, connection):
    client = company.client()
    answer = client.get(agree(box, send(client, connection)))
    assert answer["Location"] == f"/connections/{connection.pk}/"
    assert ping(connection, actor="test").ok
    assert ConfigChange.objects.for_tenant(company.tenant).filter(action="consented in the browser").count() == 1


def test_it_takes_no_consent_that_somebody_else_asked_for(box, company, connection):
    back = agree(box, send(company.client(), connection))
    stranger: Client = company.client(Role.ADMIN)
    assert stranger.get(back)["Location"] == "/connections/"
    assert not ConfigChange.objects.filter(action="consented in the browser").exists()


def test_it_asks_for_no_consent_where_a_password_signs_in(box, company, connection):
    connection.values |= {"grant": "password"}
    connection.save()
    assert send(company.client(), connection) == f"/connections/{connection.pk}/"

"""The address that systems call: open to all, without a session, and cheap."""

import base64
import json

import pytest

from integrations.engine.tests.builders import make_connection, make_tenant
from integrations.models import InboxEvent

pytestmark = pytest.mark.django_db

SECRETS = {"webhook_username": "caller", "webhook_password": "planted-hook-word"}


@pytest.fixture
def receiver():
    return make_connection(make_tenant(), "chargebee", inbound_secrets=SECRETS, webhook_token="a-secret-token")


def call(client, token="a-secret-token", password=SECRETS["webhook_password"], event_id="ev_1"):
    credentials = base64.b64encode(f"caller:{password}".encode()).decode()
    body = json.dumps({"id": event_id, "event_type": "invoice_generated"})
    headers = {"Authorization": f"Basic {credentials}"}
    return client.post(f"/hooks/{token}/", body, content_type="application/json", headers=headers)


def test_it_stores_a_genuine_call_and_answers(receiver, client):
    assert call(client).status_code == 200
    assert InboxEvent.objects.get().event_id == "ev_1"


def test_it_needs_no_csrf_token(receiver, client):
    client.handler.enforce_csrf_checks = True

    assert call(client).status_code == 200


def test_it_refuses_a_wrong_password_and_an_unknown_address(receiver, client):
    assert call(client, password="wrong").status_code == 401
    assert call(client, token="unknown").status_code == 404
    assert not InboxEvent.objects.exists()


def test_it_asks_the_database_for_the_receiver_and_stores_the_event_only(receiver, client, django_assert_num_queries):
    with django_assert_num_queries(2):
        call(client)

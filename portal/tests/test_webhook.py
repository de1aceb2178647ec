"""The address that systems call: open to all, without a session, and cheap."""

import base64
import json

import pytest
from django.utils import timezone

from integrations.engine import strangers
from integrations.engine.tests.builders import make_connection, make_tenant
from integrations.models import InboxEvent, RefusedCalls
from portal.queries.connections import webhook_days

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


def test_it_counts_what_is_not_genuine_in_one_row_a_day(receiver, client):
    for _ in range(3):
        call(client, password="wrong")
    call(client)
    counted = RefusedCalls.objects.get()
    assert (counted.connection, counted.tenant, counted.number) == (receiver, receiver.tenant, 3)


def test_it_counts_calls_at_unknown_addresses_as_one_total(client):
    for token in ("one", "another"):
        call(client, token=token)
    counted = RefusedCalls.objects.get()
    assert (counted.connection, counted.tenant, counted.number) == (None, None, 2)


def test_it_writes_nothing_more_of_whoever_calls_for_ever(receiver, client, monkeypatch):
    monkeypatch.setattr(strangers, "MOST", 2)
    for _ in range(4):
        call(client, password="wrong")
    assert RefusedCalls.objects.get().number == 2


def test_it_shows_what_was_accepted_and_refused_by_day(receiver, client):
    call(client)
    call(client, password="wrong")
    call(client, event_id="ev_2")
    (day,) = webhook_days(receiver)
    assert (day.day, day.accepted, day.refused) == (timezone.now().date(), 2, 1)

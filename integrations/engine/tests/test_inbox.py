"""Facts about webhooks: stored once, confirmed at the source, coalesced per object, lost by nobody."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from integrations.contracts import Changed, Hint
from integrations.engine import inbox
from integrations.engine.tests.builders import make_sync
from integrations.engine.tests.harness import make_side, make_tenant, sandbox
from integrations.models import InboxEvent, Sync, SyncRecord
from integrations.vault import open_inbound

CHANGED = Changed(stream="invoices", key="INV-1", order=7)


def due(sync):
    return list(SyncRecord.objects.filter(sync=sync).values_list("flow", "natural_key", "state", "wanted_order"))


@pytest.mark.django_db
def test_it_stores_an_event_once():
    source = make_sync().source
    hint = Hint(event_id="ev_1", event_type="invoice_updated")
    assert [inbox.accept(source, hint), inbox.accept(source, hint)] == [True, False]
    assert InboxEvent.objects.filter(connection=source).count() == 1


@pytest.mark.django_db
def test_it_makes_an_object_due_for_each_flow_of_its_stream():
    sync = make_sync()
    inbox.make_due(sync, [CHANGED])
    assert due(sync) == [("invoices", "INV-1", "due", 7)]


@pytest.mark.django_db
@pytest.mark.parametrize(("seen", "state"), [(6, "due"), (7, "delivered"), (8, "delivered")])
def test_it_leaves_alone_what_was_read_since(seen, state):
    sync = make_sync()
    inbox.make_due(sync, [CHANGED])
    SyncRecord.objects.update(state="delivered", seen_order=seen, wanted_order=0)
    inbox.make_due(sync, [CHANGED])
    assert SyncRecord.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["open", "unknown"])
def test_it_only_notes_a_change_of_a_record_under_way(state):
    sync = make_sync()
    inbox.make_due(sync, [CHANGED])
    SyncRecord.objects.update(state=state, seen_order=3)
    inbox.make_due(sync, [CHANGED])
    assert due(sync) == [("invoices", "INV-1", state, 7)]


@pytest.fixture
def source(live_db):
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"customers": 3, "seed": 1})
        tenant = make_tenant()
        side = make_side(tenant, box, "chargebee", lag_s="0")
        sync = make_sync(tenant=tenant)
        Sync.objects.filter(pk=sync.pk).update(state="active", source=side, source_identity=side.fingerprint)
        yield box, side, Sync.objects.get(pk=sync.pk)


def events_of(box):
    box.control.post("/generate/chargebee", {"activity": 20, "objects": 4, "seed": 2})
    return list(box.world.simulators["chargebee"].site.every("events"))[-20:]


def test_it_confirms_events_and_coalesces_them_to_their_objects(source):
    box, side, sync = source
    for event in events_of(box):
        inbox.accept(side, Hint(event_id=event["id"], event_type=event["event_type"]))
    inbox.drain(side.pk)
    records = SyncRecord.objects.filter(sync=sync)
    assert records.filter(flow="invoices").count() == 4
    assert set(records.values_list("state", flat=True)) == {"due"}
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {"done"}
    assert Sync.objects.get(pk=sync.pk).wants_run == "webhook"


def test_it_puts_off_an_event_that_its_source_does_not_know_and_drops_it_in_the_end(source):
    _, side, sync = source
    inbox.accept(side, Hint(event_id="ev_forged", event_type="invoice_updated"))
    inbox.drain(side.pk)
    event = InboxEvent.objects.get()
    assert (event.state, event.tries, event.due_at > timezone.now()) == ("new", 1, True)
    InboxEvent.objects.update(tries=8, due_at=timezone.now() - timedelta(seconds=1))
    inbox.drain(side.pk)
    assert InboxEvent.objects.get().state == "dropped"
    assert due(sync) == []


def post(side, body, password=None):
    secrets = open_inbound(side)
    user, secret = secrets["webhook_username"], secrets["webhook_password"]
    basic = base64.b64encode(f"{user}:{password or secret}".encode()).decode()
    return Client().post(
        f"/hooks/{side.webhook_token}/",
        body,
        content_type="application/json",
        headers={"authorization": f"Basic {basic}"},
    )


def test_it_answers_a_genuine_webhook_and_stores_only_its_id(source):
    box, side, _ = source
    event = events_of(box)[0]
    assert post(side, json.dumps(event, default=str)).status_code == 200
    assert InboxEvent.objects.get().event_id == event["id"]


@pytest.mark.parametrize(
    ("body", "password", "status"), [("{}", "wrong", 401), ("not json", None, 400), ("{}", None, 400)]
)
def test_it_refuses_what_is_not_genuine_or_not_readable(source, body, password, status):
    _, side, _ = source
    assert post(side, body, password).status_code == status
    assert not InboxEvent.objects.exists()


@pytest.mark.django_db
def test_it_knows_no_webhook_address_but_its_own():
    assert Client().post("/hooks/guess/", "{}", content_type="application/json").status_code == 404

"""Webhook subscriptions through a system's own API: made once, signed with its key, looked after, removed."""

import pytest

from audit.models import ConfigChange
from integrations.contracts import Changed
from integrations.engine import inbox, subscriptions
from integrations.engine.rotation import was_rotated
from integrations.engine.tests.builders import make_sync, make_tenant
from integrations.engine.tests.harness import ACTOR, make_live_sync, make_side, run_to_rest, sandbox
from integrations.errors import ConfigurationError
from integrations.models import Connection, SyncRecord
from integrations.vault import open_inbound

pytestmark = pytest.mark.django_db(transaction=True)
URL = "http://127.0.0.1:9/hooks/nobody/"


@pytest.fixture
def box():
    with sandbox() as made:
        yield made


@pytest.fixture
def bill(box):
    return make_side(make_tenant(), box, "billcom")


def test_it_keeps_the_signing_key_sealed_and_the_subscription_by_its_id(box, bill):
    before = open_inbound(bill)["webhook_security_key"]
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    bill.refresh_from_db()
    assert subscriptions.is_subscribed(bill)
    assert open_inbound(bill)["webhook_security_key"] != before
    assert not bill.values.get("subscription_key")
    assert ConfigChange.objects.filter(action="subscribed to webhooks", actor=ACTOR).exists()


def test_it_writes_nothing_over_what_was_typed_meanwhile(box, bill):
    typed = {**bill.values, "requests_per_minute": "30"}
    Connection.objects.filter(pk=bill.pk).update(values=typed)
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    subscriptions.unsubscribe(bill, actor=ACTOR)
    assert Connection.objects.get(pk=bill.pk).values == typed


def test_looking_after_it_is_no_change_of_credentials(db):
    sync = make_sync()
    values = {"subscription_checked_at": "2026-11-21T12:00:00+00:00"}
    Connection.objects.filter(pk=sync.target_id).update(values=values)
    assert not was_rotated(sync)
    Connection.objects.filter(pk=sync.target_id).update(values={**values, "account": "another"})
    assert was_rotated(sync)


def test_it_makes_one_subscription_only(box, bill):
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    with pytest.raises(ConfigurationError):
        subscriptions.subscribe(bill, url=URL, actor=ACTOR)


def test_it_asks_again_for_the_same_one_after_a_lost_answer(box, bill):
    box.fault("billcom", "answer_lost_after_commit", method="POST", path="/connect-events/v3/subscriptions", times=1)
    with pytest.raises(Exception):  # noqa: B017 (whatever a lost answer raises)
        subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    box.heal("billcom")
    bill.refresh_from_db()
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    with subscriptions._session(bill) as session:
        assert len(session.subscriptions()) == 1


def test_it_looks_after_it_each_hour(box, bill):
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    assert subscriptions.due_subscriptions() == []
    bill.values = {**bill.values, "subscription_checked_at": "2026-01-01T00:00:00+00:00"}
    bill.save()
    assert subscriptions.due_subscriptions() == [bill.pk]
    subscriptions.look_after(bill.pk)
    assert subscriptions.due_subscriptions() == []


def test_it_forgets_one_that_was_removed_there(box, bill):
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    with subscriptions._session(bill) as session:
        session.unsubscribe(bill.values["subscription_id"])
    subscriptions.look_after(bill.pk)
    bill.refresh_from_db()
    assert not subscriptions.is_subscribed(bill)


def test_it_unsubscribes(box, bill):
    subscriptions.subscribe(bill, url=URL, actor=ACTOR)
    subscriptions.unsubscribe(bill, actor=ACTOR)
    bill.refresh_from_db()
    assert not subscriptions.is_subscribed(bill)


def test_a_payment_told_by_the_target_makes_its_record_due(box):
    sync = make_live_sync(box, "jde_to_billcom")
    run_to_rest(sync)

    inbox.make_due(sync, [Changed(stream="settlements", key="stp01")], "target")
    inbox.make_due(sync, [Changed(stream="settlements", key="stp02")], "source")
    assert list(SyncRecord.objects.filter(sync=sync).values_list("flow", "natural_key")) == [("payments", "stp01")]

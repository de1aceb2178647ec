"""What each change tells and moves: the fan-out of vendor section 5 and the document rules of section 3."""

import pytest

from integrations.connectors.chargebee.simulator import credits, invoices, payments, people
from integrations.connectors.chargebee.simulator.activity import add_invoice
from integrations.connectors.chargebee.simulator.identities import broken_identities
from integrations.connectors.chargebee.tests.simulator_helpers import api, control, make_world, site_of
from integrations.sandbox.dice import dice


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def site(world):
    return site_of(world)


@pytest.fixture
def customer(site):
    return people.add_customer(site, "cus_1", preferred_currency_code="EUR", company="Müller & Söhne")


@pytest.fixture
def invoice(site, customer):
    return add_invoice(site, customer, dice("one"))


def told(site, since):
    return [event["event_type"] for event in site.every("events")[since:]]


def count(site):
    return len(site.every("events"))


def test_it_tells_of_a_payment_and_of_its_invoice(site, invoice):
    since = count(site)
    payments.record_payment(site, {invoice["id"]: invoice["total"]})
    assert told(site, since) == ["payment_succeeded", "invoice_updated"]


def test_it_carries_payment_invoice_and_customer_in_the_event(site, invoice):
    payments.record_payment(site, {invoice["id"]: invoice["total"]})
    event = next(one for one in site.every("events") if one["event_type"] == "payment_succeeded")
    assert set(event["content"]) == {"transaction", "invoice", "customer"}


def test_it_carries_the_card_where_there_is_one(site, customer, invoice):
    people.add_card(site, customer["id"])
    payments.record_payment(site, {invoice["id"]: invoice["total"]})
    event = next(one for one in site.every("events") if one["event_type"] == "payment_succeeded")
    assert event["content"]["card"]["customer_id"] == customer["id"]


def test_it_succeeds_in_part_while_the_invoice_stays_open(site, invoice):
    payments.record_payment(site, {invoice["id"]: 1})
    assert site.get("invoices", invoice["id"])["status"] == "posted"


def test_it_tells_three_things_of_a_refundable_note(site, invoice):
    payments.record_payment(site, {invoice["id"]: invoice["total"]})
    since = count(site)
    credits.credit_invoice(site, invoice["id"], 10)
    assert told(site, since) == ["credit_note_created", "invoice_updated", "customer_changed"]


def test_it_voids_by_an_update_not_by_an_event_of_its_own(site, invoice):
    since = count(site)
    invoices.void_invoice(site, invoice["id"])
    assert told(site, since) == ["invoice_updated"]


@pytest.mark.parametrize("name", ["customer_updated", "invoice_created", "invoice_voided", "payment_recorded"])
def test_it_uses_no_event_names_that_do_not_exist(name):
    assert name not in site_of(make_world(customers=50)).events_by_type


def test_it_keeps_a_snapshot_in_the_event(site, customer):
    people.change_customer(site, customer["id"], company="Renamed")
    people.change_customer(site, customer["id"], company="Renamed again")
    names = [one["content"]["customer"]["company"] for one in site.every("events")]
    assert names == ["Müller & Söhne", "Renamed", "Renamed again"]


def test_it_moves_stamp_and_version_with_every_change(world, site, customer):
    world.advance(60)
    changed = people.change_customer(site, customer["id"], company="Renamed")
    assert changed["updated_at"] == customer["updated_at"] + 60
    assert changed["resource_version"] > customer["resource_version"]


def test_it_does_not_move_an_invoice_s_stamp_for_dunning(world, site, invoice):
    payments.fail_payment(site, invoice["id"])
    stamp = site.get("invoices", invoice["id"])["updated_at"]
    world.advance(60)
    site.change_quietly("invoices", invoice["id"], next_retry_at=site.now_s())
    assert site.get("invoices", invoice["id"])["updated_at"] == stamp


def test_it_reopens_an_invoice_whose_payment_bounces(site, invoice):
    payment = payments.record_payment(site, {invoice["id"]: invoice["total"]}, method="direct_debit")
    payments.late_fail(site, payment["id"], reversal=True)
    reopened = site.get("invoices", invoice["id"])
    assert (reopened["status"], reopened["amount_due"], "paid_at" in reopened) == ("not_paid", invoice["total"], False)
    assert broken_identities(site) == []


def test_it_closes_a_written_off_invoice_without_cash(site, invoice):
    credits.write_off(site, invoice["id"])
    closed = site.get("invoices", invoice["id"])
    assert (closed["status"], closed["amount_paid"], closed["write_off_amount"]) == ("paid", 0, invoice["total"])
    assert closed["amount_adjusted"] == invoice["total"]


def test_it_marks_an_adjustment_as_refunded_though_no_cash_moved(site, invoice):
    note = credits.adjust_invoice(site, invoice["id"], 5)
    assert (note["status"], "refunded_at" in note, note["amount_refunded"]) == ("adjusted", True, 0)


def test_it_keeps_what_was_available_on_a_voided_note(site, invoice):
    payments.record_payment(site, {invoice["id"]: invoice["total"]})
    note = credits.credit_invoice(site, invoice["id"], 10)
    assert credits.void_note(site, note["id"])["amount_available"] == 10


def test_it_carries_the_subscriptions_of_a_deleted_customer_if_there_are_any(site, customer):
    people.delete_customer(site, customer["id"])
    assert "subscriptions" not in site.every("events")[-1]["content"]


def test_it_refuses_more_than_is_to_collect(site, invoice):
    with pytest.raises(ValueError, match="too much"):
        payments.record_payment(site, {invoice["id"]: invoice["total"] + 1})


def test_it_acts_over_the_control_api(world, site, invoice):
    body = {"do": "record_payment", "applied": {invoice["id"]: invoice["total"]}, "method": "bank_transfer"}
    assert control(world).post("/act/chargebee", json=body).json()["object"]["status"] == "success"
    assert site.get("invoices", invoice["id"])["status"] == "paid"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"do": "nothing"}, 404), ({"do": "void_invoice", "invoice_id": "INV-0"}, 404), ({"do": "void_invoice"}, 400)],
)
def test_it_refuses_senseless_acts_with_a_sentence(world, body, status):
    answer = control(world).post("/act/chargebee", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_it_makes_as_many_events_on_as_many_objects_as_asked():
    world = make_world(customers=5)
    site = site_of(world)
    since = count(site)
    touched = control(world).post("/generate/chargebee", json={"activity": 50, "objects": 10}).json()["touched"]
    assert (count(site) - since, len(set(touched))) == (50, 10)


def test_it_makes_random_activity_that_keeps_every_identity():
    world = make_world(customers=10)
    control(world).post("/generate/chargebee", json={"activity": 200})
    assert broken_identities(site_of(world)) == []


def test_it_reads_one_event(world, site, customer):
    event = site.every("events")[0]
    assert api(world).get(f"/events/{event['id']}").json() == {"event": event}

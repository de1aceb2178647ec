"""Who the site is, its reference data, and its events."""

import pytest

from integrations.connectors.chargebee.events import changed_by
from integrations.connectors.chargebee.simulator import activity, invoices, people
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.tests.kit import CLASSIC, CLASSIC_KEY, open_canned
from integrations.contracts import Changed
from integrations.sandbox.dice import dice


def last_event(sandbox, event_type=""):
    events = [one for one in sandbox.site().every("events") if not event_type or one["event_type"] == event_type]
    return events[-1]


# Identity


def test_it_says_what_the_site_is(sandbox):
    generate(sandbox.site(), customers=3, seed=1, months=1)
    identity = sandbox.session().identity()
    assert (identity.fingerprint, identity.name) == ("us:acme-test", "acme-test")
    assert (identity.base_currency, identity.time_zone, identity.is_production) == ("USD", "America/New_York", False)
    assert identity.details["product_catalogue"] == "v2"


def test_it_keeps_the_fingerprint_when_the_key_changes(sandbox):
    one, other = sandbox.session(), sandbox.session(api_key="test_SandboxAcmeFullAccess")
    assert one.identity().fingerprint == other.identity().fingerprint


def test_it_tells_regions_and_live_sites_apart(sandbox):
    europe = sandbox.session(site="acme-eu-test", region="eu", api_key="test_SandboxAcmeEuReadOnly").identity()
    live = sandbox.session(site="acme", api_key="live_SandboxAcmeReadOnly").identity()
    assert (europe.fingerprint, live.is_production) == ("eu:acme-eu-test", True)


def test_it_has_no_sinks(sandbox):
    with pytest.raises(KeyError):
        sandbox.session().sink("invoices")


# Reference data


def test_it_reads_currencies_and_what_is_sold(sandbox):
    generate(sandbox.site(), customers=3, seed=1, months=1)
    entries = {(entry.kind, entry.code): entry for entry in sandbox.session().reference_values()}
    assert {kind for kind, _ in entries} == {"currency", "item", "item_price"}
    assert entries["currency", "USD"].name == "USD (base currency)"
    assert entries["item_price", "basic-USD-Monthly"].details["accounting_code"] == "4000"
    assert not entries["item", "legacy-2019"].is_active
    assert not entries["item", "beta-addon"].is_active


def test_it_reads_plans_and_addons_of_the_older_catalogue(sandbox):
    generate(sandbox.site(CLASSIC), customers=3, seed=1, months=1)
    session = sandbox.session(site=CLASSIC, api_key=CLASSIC_KEY)
    assert {entry.kind for entry in session.reference_values()} == {"currency", "plan", "addon"}


# Events


def test_it_confirms_events_and_names_what_they_touch(sandbox):
    generate(sandbox.site(), customers=3, seed=1, months=1)
    customer = people.add_customer(sandbox.site(), preferred_currency_code="USD")
    invoice = activity.add_invoice(sandbox.site(), customer, dice("sale"))
    event = last_event(sandbox, "invoice_generated")
    (confirmed,) = sandbox.session().confirm([event["id"]])
    assert (confirmed.type, int(confirmed.occurred_at.timestamp())) == ("invoice_generated", event["occurred_at"])
    assert confirmed.changed == (Changed(stream="invoices", key=invoice["id"], order=invoice["resource_version"]),)


def test_it_confirms_hundreds_of_events_in_a_few_calls(sandbox):
    for _ in range(250):
        people.add_customer(sandbox.site())
    ids = [one["id"] for one in sandbox.site().every("events")]
    confirmed = sandbox.session().confirm([*ids, *ids])
    assert [event.id for event in confirmed] == ids
    assert sandbox.world.traffic["chargebee"].reads <= 4


def test_it_drops_events_that_chargebee_does_not_know(sandbox):
    people.add_customer(sandbox.site())
    known = last_event(sandbox)["id"]
    asked = ["ev_forged", known, "cbdemo_ev_1", "../customers", "x" * 41, "", "ev_1?limit=100", '["a"]']
    assert [event.id for event in sandbox.session().confirm(asked)] == [known]


def test_it_asks_for_an_event_singly_that_the_list_does_not_show():
    event = {"id": "ev_1", "event_type": "invoice_updated", "occurred_at": 1_769_000_001, "content": {}}
    with open_canned({"events": {"list": []}, "events/ev_1": {"event": event}}) as session:
        assert [found.id for found in session.confirm(["ev_1"])] == ["ev_1"]


def test_it_leaves_out_an_event_that_cannot_be_read():
    rows = {"list": [{"event": {"id": "ev_1", "event_type": "x"}}, {"event": {"id": "ev_2"}}, "text"]}
    with open_canned({"events": rows}) as session:
        assert session.confirm(["ev_1", "ev_2"]) == ()


def test_it_asks_nothing_when_there_is_nothing_to_confirm(sandbox):
    assert sandbox.session().confirm([]) == ()
    assert sandbox.world.traffic["chargebee"].reads == 0


def test_it_reads_the_customer_when_a_subscription_changes():
    assert changed_by({"subscription": {"id": "sub_1", "customer_id": "cus_1", "resource_version": 9}}) == (
        Changed(stream="customers", key="cus_1"),
    )


def test_it_names_each_object_once_with_its_newest_order():
    content = {
        "subscription": {"id": "sub_1", "customer_id": "cus_1"},
        "customer": {"id": "cus_1", "resource_version": 7},
        "transaction": {"id": "txn_1", "updated_at": 3},
        "invoice": {"id": "1001", "resource_version": 5},
        "card": {"customer_id": "cus_1"},
    }
    assert set(changed_by(content)) == {
        Changed(stream="customers", key="cus_1", order=7),
        Changed(stream="transactions", key="txn_1", order=3000),
        Changed(stream="invoices", key="1001", order=5),
    }


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("credit_note", "credit_notes"),
        ("item", "items"),
        ("item_price", "item_prices"),
        ("plan", "plans"),
        ("addon", "addons"),
    ],
)
def test_it_knows_the_stream_of_every_object(name, stream):
    assert changed_by({name: {"id": "x"}}) == (Changed(stream=stream, key="x"),)


def test_it_ignores_sample_objects_and_other_things():
    content = {
        "invoice": {"id": "cbdemo_inv_1"},
        "subscriptions": [{"id": "s"}],
        "item_family": {"id": "f"},
        "note": "x",
    }
    assert changed_by(content) == ()


def test_it_touches_what_a_voided_invoices_event_shows(sandbox):
    generate(sandbox.site(), customers=3, seed=1, months=1)
    customer = people.add_customer(sandbox.site(), preferred_currency_code="USD")
    sold = activity.add_invoice(sandbox.site(), customer, dice("sale"))
    invoices.void_invoice(sandbox.site(), sold["id"])
    (confirmed,) = sandbox.session().confirm([last_event(sandbox, "invoice_updated")["id"]])
    assert [(one.stream, one.key) for one in confirmed.changed] == [("invoices", sold["id"])]

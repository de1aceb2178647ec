"""The simulator answers in the shapes of the documented answers in `fixtures/` (their sources are in SOURCES.md)."""

import json
from pathlib import Path

import pytest

from integrations.connectors.chargebee.tests.simulator_helpers import READ_ONLY, api, control, make_world, site_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
SHAPES = {
    "invoice": "invoices",
    "credit_note": "credit_notes",
    "transaction": "transactions",
    "item_price": "item_prices",
}


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def world():
    return make_world(customers=50)


@pytest.mark.parametrize("name", SHAPES)
def test_it_gives_every_attribute_of_the_documented_object_somewhere(world, name):
    given = {key for one in site_of(world).every(SHAPES[name]) for key in one}
    assert set(fixture(name)[name]) - given == set()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("invoice", "line_items"),
        ("invoice", "line_item_discounts"),
        ("invoice", "discounts"),
        ("invoice", "line_item_taxes"),
        ("invoice", "taxes"),
        ("credit_note", "line_items"),
        ("credit_note", "linked_refunds"),
        ("transaction", "linked_invoices"),
    ],
)
def test_it_gives_every_attribute_of_the_documented_parts(world, name, part):
    given = {key for one in site_of(world).every(SHAPES[name]) for row in one.get(part, []) for key in row}
    assert set(fixture(name)[name][part][0]) - given == set()


def test_it_sends_events_in_the_documented_shape(world):
    documented = fixture("event_payment_succeeded")
    event = next(one for one in site_of(world).every("events") if one["event_type"] == "payment_succeeded")
    assert set(documented) - set(event) == set()
    assert set(documented["content"]) - set(event["content"]) == set()


@pytest.mark.parametrize(
    ("name", "key", "host"),
    [
        ("error_wrong_key", "test_wrong", "acme-test.chargebee.com"),
        ("error_site_disabled", "test_SandboxClosedReadOnly", "acme-closed-test.chargebee.com"),
    ],
)
def test_it_refuses_in_the_documented_words(world, name, key, host):
    assert api(world, key, host).get("/customers").json() == fixture(name)


def test_it_throttles_in_the_documented_words():
    world = make_world()
    control(world).post("/faults/chargebee", json={"rules": [{"kind": "rate_limit"}]})
    assert api(world).get("/customers").json() == fixture("error_throttled")


def test_it_refuses_a_limit_in_the_documented_words(world):
    answer = api(world, READ_ONLY).get("/invoices", params={"limit": 101})
    assert answer.json() == fixture("error_param_wrong_value")

"""The official Python SDK reads the simulator over a real socket: its own paths, parameters and types."""

import dataclasses
import importlib
from types import SimpleNamespace

import pytest
from chargebee import APIError, Chargebee, Filters, InvalidRequestError, OperationFailedError
from chargebee.models.invoice.responses import InvoiceResponse

from integrations.connectors.chargebee.tests.simulator_helpers import READ_ONLY, control, make_world, site_of
from integrations.sandbox.server import running

UNTYPED = {"base_currency_code", "exchange_rate", "customer_notes", "mrr", "linked_taxes_withheld"}


@pytest.fixture(scope="module")
def sandbox():
    world = make_world(customers=20)
    with running(world) as where:
        yield SimpleNamespace(world=world, port=where.ports["chargebee"])


@pytest.fixture
def sdk(sandbox, monkeypatch):
    return connect(sandbox.port, monkeypatch)


def connect(port, monkeypatch, key=READ_ONLY):
    """Point the SDK at loopback: `127` is the site, `0.0.1:port` the domain; TLS is a flag of the class."""
    monkeypatch.setattr(Chargebee, "verify_ca_certs", False)
    return Chargebee(api_key=key, site="127", chargebee_domain=f"0.0.1:{port}", protocol="http")


def read_all(resource, wrap, **params):
    """Page as the SDK's users do."""
    found, offset = [], None
    while True:
        page = resource.list({**params, **({"offset": offset} if offset else {})})
        found += [getattr(element, wrap) for element in page.list]
        offset = page.next_offset
        if not offset:
            return found


@pytest.mark.parametrize(
    ("name", "wrap", "path"),
    [
        ("Customer", "customer", "customers"),
        ("Subscription", "subscription", "subscriptions"),
        ("Invoice", "invoice", "invoices"),
        ("CreditNote", "credit_note", "credit_notes"),
        ("Transaction", "transaction", "transactions"),
        ("Item", "item", "items"),
        ("ItemPrice", "item_price", "item_prices"),
        ("ItemFamily", "item_family", "item_families"),
        ("Event", "event", "events"),
        ("Currency", "currency", "currencies"),
    ],
)
def test_it_pages_through_every_resource(sandbox, sdk, name, wrap, path):
    there = {one["id"] for one in site_of(sandbox.world).every(path) if not one.get("deleted")}
    assert {one.id for one in read_all(getattr(sdk, name), wrap, limit=50)} == there


def test_it_reads_the_configuration(sdk):
    assert sdk.Configuration.list().configurations[0].product_catalog_version == "v2"


def test_it_filters_by_status(sdk):
    params = sdk.Invoice.ListParams(limit=100, status=Filters.EnumFilter(IN=["posted", "voided"]))
    assert {one.status for one in read_all(sdk.Invoice, "invoice", **params)} == {"posted", "voided"}


def test_it_filters_by_a_range_of_instants(sandbox, sdk):
    stamps = sorted(one["updated_at"] for one in site_of(sandbox.world).every("invoices") if "updated_at" in one)
    low, high = stamps[20], stamps[60]
    params = {
        "limit": 100,
        "include_deleted": True,
        "updated_at": {"between": [low, high]},
        "sort_by": {"asc": "updated_at"},
    }
    found = [one.updated_at for one in read_all(sdk.Invoice, "invoice", **params)]
    assert found == [stamp for stamp in stamps if low <= stamp <= high]


def test_it_filters_events_by_id(sandbox, sdk):
    ids = [one["id"] for one in site_of(sandbox.world).every("events")[:5]]
    assert {one.id for one in read_all(sdk.Event, "event", id={"in": ids}, limit=100)} == set(ids)


def test_it_retrieves_one_object(sandbox, sdk):
    wanted = site_of(sandbox.world).every("invoices")[0]
    found = sdk.Invoice.retrieve(wanted["id"]).invoice
    assert (found.id, found.total, found.line_items[0].amount) == (
        wanted["id"],
        wanted["total"],
        wanted["line_items"][0]["amount"],
    )


def test_it_retrieves_a_customer_whose_id_has_a_slash(sandbox, sdk):
    key = next(one["id"] for one in site_of(sandbox.world).every("customers") if "/" in one["id"])
    assert sdk.Customer.retrieve(key).customer.id == key


def test_it_gives_the_payments_of_an_invoice(sandbox, sdk):
    invoice = next(one for one in site_of(sandbox.world).every("invoices") if len(one["linked_payments"]) > 1)
    found = sdk.Transaction.payments_for_invoice(invoice["id"]).list
    assert [one.transaction.id for one in found] == [row["txn_id"] for row in invoice["linked_payments"]]


def test_it_raises_the_sdk_s_error_for_a_wrong_key(sandbox, monkeypatch):
    with pytest.raises(APIError) as caught:
        connect(sandbox.port, monkeypatch, key="test_wrong").Customer.list()
    assert (caught.value.http_status_code, caught.value.api_error_code) == (401, "api_authentication_failed")


def test_it_raises_the_sdk_s_error_for_a_wrong_limit(sdk):
    with pytest.raises(InvalidRequestError) as caught:
        sdk.Invoice.list({"limit": 500})
    assert caught.value.param == "limit"


def test_it_raises_the_sdk_s_error_when_throttled(sandbox, sdk):
    control(sandbox.world).post("/faults/chargebee", json={"rules": [{"kind": "rate_limit", "times": 1, "value_s": 9}]})
    with pytest.raises(OperationFailedError) as caught:
        sdk.Customer.list()
    assert (caught.value.api_error_code, caught.value.http_headers["Retry-After"]) == (
        "api_request_limit_exceeded",
        "9",
    )


def test_it_gives_undocumented_attributes_that_the_sdk_tolerates(sdk):
    assert not hasattr(InvoiceResponse, "base_currency_code")
    assert sdk.Invoice.list({"limit": 1}).list[0].invoice.raw_data["base_currency_code"] == "USD"


@pytest.mark.parametrize(
    "module",
    ["customer", "subscription", "invoice", "credit_note", "transaction", "item", "item_price", "event", "currency"],
)
def test_it_gives_only_attributes_that_the_sdk_types_or_that_were_captured(sandbox, module):
    types = importlib.import_module(f"chargebee.models.{module}.responses")
    known = {field.name for field in dataclasses.fields(getattr(types, _camel(module) + "Response"))}
    path = "currencies" if module == "currency" else module + "s"
    given = {name for one in site_of(sandbox.world).every(path) for name in one if not name.startswith("cf_")}
    assert given - known - UNTYPED - {"object"} == set()


def _camel(name):
    return "".join(part.capitalize() for part in name.split("_"))

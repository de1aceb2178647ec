"""What is typed into the connection form, and what becomes of it."""

import pytest

from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.contracts import Settings
from integrations.errors import ConfigurationError

KEY = "test_0000"


def typed(**values):
    return {"site": "acme-test", "region": "us", "api_key": KEY, **values}


def settings(**values):
    return Settings(connection_id="1", environment="test", values=CONNECTOR.clean(typed(**values)))


@pytest.mark.parametrize(
    ("site", "region", "cleaned"),
    [
        ("acme-test", "us", ("acme-test", "us")),
        ("  ACME-Test ", "eu", ("acme-test", "eu")),
        ("acme-test.chargebee.com", "us", ("acme-test", "us")),
        ("https://acme.eu.chargebee.com/d/invoices?x=1", "us", ("acme", "eu")),
        ("acme.au", "us", ("acme", "au")),
        ("http://user@acme.chargebee.com:443/", "", ("acme", "us")),
        ("acme.chargebee.com", "au", ("acme", "au")),
    ],
)
def test_it_accepts_a_site_in_any_form(site, region, cleaned):
    values = CONNECTOR.clean(typed(site=site, region=region))
    assert (values["site"], values["region"]) == cleaned


@pytest.mark.parametrize(
    "site",
    ["", "acme test", "acme_test", "-acme", "acme.example.com", "https://app.chargebee.com/login", "a/../b",
     "app.eu.chargebee.com", "a" * 64, "acme.chargebee.com.evil.example", "ácme", "http://[", "https://acme/"],
)  # fmt: skip
def test_it_refuses_what_is_no_site_with_a_sentence(site):
    with pytest.raises(ConfigurationError, match="no Chargebee site") as caught:
        CONNECTOR.clean(typed(site=site))
    assert caught.value.field == "site"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "mars"),
        ("api_key", ""),
        ("api_key", "two words"),
        ("requests_per_minute", "many"),
        ("requests_per_minute", "0"),
        ("requests_per_minute", "²"),
        ("zero_decimal_currencies", "JPY,YENS"),
        ("lag_s", "-1"),
        ("lag_s", "999999"),
    ],
)
def test_it_refuses_a_bad_value_by_field(field, value):
    with pytest.raises(ConfigurationError) as caught:
        CONNECTOR.clean(typed(**{field: value}))
    assert caught.value.field == field


def test_it_cleans_what_it_has_cleaned_to_the_same():
    once = CONNECTOR.clean(typed(zero_decimal_currencies="krw; jpy", lag_s="0"))
    assert CONNECTOR.clean(once) == once
    assert once["lag_s"] == "0"


def test_it_drops_what_no_field_asks_for():
    assert "webhook_password" not in CONNECTOR.clean(typed(webhook_password="secret"))


def test_it_fills_in_what_was_left_out():
    values = CONNECTOR.clean({"site": "acme", "api_key": KEY})
    assert values["requests_per_minute"] == "150"
    assert values["zero_decimal_currencies"] == "JPY,KRW,XAF,XOF"


@pytest.mark.parametrize(
    ("region", "origin"),
    [
        ("us", "https://acme-test.chargebee.com"),
        ("eu", "https://acme-test.eu.chargebee.com"),
        ("au", "https://acme-test.au.chargebee.com"),
    ],
)
def test_it_dials_the_site_in_its_region(region, origin):
    assert CONNECTOR.origin(settings(region=region)) == origin


def test_it_limits_requests_to_the_plan():
    assert CONNECTOR.limits(settings(requests_per_minute="1000")).per_minute == 1000


@pytest.mark.parametrize(
    ("stream", "key", "url"),
    [
        ("invoices", "INV/7 a", "https://acme-test.chargebee.com/d/invoices/INV%2F7%20a"),
        ("customers", "cus_9", "https://acme-test.chargebee.com/d/customers/cus_9"),
        ("transactions", "txn_1", ""),
    ],
)
def test_it_links_to_the_pages_it_knows(stream, key, url):
    assert CONNECTOR.document_url(settings(), stream, key) == url


def test_it_keeps_the_key_out_of_forms_and_representations():
    fields = {field.name: field for field in CONNECTOR.fields}
    assert fields["api_key"].is_secret
    assert KEY not in repr(settings())

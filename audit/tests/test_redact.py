"""What must never reach a log, a screen or the trail."""

import pytest

from audit.redact import MASK, is_secret_name, redact

JWT = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJhYmMifQ.c2lnbmF0dXJl"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    "name",
    ["password", "Client-Secret", "client_secret", "clientSecret", "devKey", "sessionId", "X-API-Key", "Set-Cookie"],
)
def test_it_knows_secret_names_however_they_are_written(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["account", "AccountNumber", "code", "reference", "tokens_used", "externalId", "key"])
def test_it_leaves_accounting_names_alone(name):
    assert not is_secret_name(name)


def test_it_masks_values_at_any_depth():
    body = {"user": "ann", "login": [{"Password": "hunter2", "site": "acme"}]}
    assert redact(body) == {"user": "ann", "login": [{"Password": MASK, "site": "acme"}]}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("sent Basic bGl2ZV9rZXk6bGl2ZV9rZXk6 to it", "bGl2ZV9rZXk6"),
        (f"assertion {JWT} refused", "eyJpc3MiOiJhYmMifQ"),
        (f"key {PEM} is short", "MIIEvQIBADANBg"),
        ("key live_abcdefghijklmnop1234 of another site", "abcdefghijklmnop"),
        ("https://ann:hunter2@acme.example/x", "hunter2"),
        ('{"access_token":"opaque-value","expires_in":3600}', "opaque-value"),
        ("client_secret=s3cr3t&grant_type=x", "s3cr3t"),
        ("devKey: 01ABCDEF, sessionId: sess-7f2c", "01ABCDEF"),
        ("devKey: 01ABCDEF, sessionId: sess-7f2c", "sess-7f2c"),
        ('"password": "with \\"quotes\\" inside"', "inside"),
    ],
)
def test_it_masks_secrets_in_free_text(text, secret):
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Invoice INV-7: no GL account mapped for item 'setup-fee'.",
        'Unknown reference or token at line 3: {"item": {"id": "12"}}',
        "The basic plan is 10.00 EUR; the bearer signs.",
        "Basic Subscription, Basic Plan-2026",
        "POST /api/v2/customers at acme.chargebee.com answered 404",
    ],
)
def test_it_leaves_ordinary_text_alone(text):
    assert redact(text) == text


def test_it_changes_nothing_the_second_time():
    once = redact({"note": 'token="abc" and Bearer abcdefgh', "password": "x"})
    assert redact(once) == once


def test_it_keeps_numbers_and_nothing_as_they_are():
    assert redact({"n": 1, "none": None, "flag": True}) == {"n": 1, "none": None, "flag": True}

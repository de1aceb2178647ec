"""The connection form: addresses in every usual form, and values that cannot be right, each named by its field."""

import pytest

from integrations.connectors.jde.credentials import Credentials, clean
from integrations.connectors.jde.tests.kit import TYPED
from integrations.contracts import Settings
from integrations.errors import ConfigurationError


def credentials(**typed: str) -> Credentials:
    return Credentials.of(Settings(connection_id="1", environment="test", values=clean({**TYPED, **typed})))


@pytest.mark.parametrize(
    ("typed", "origin", "roots"),
    [
        ("https://AIS.acme.example:9300", "https://ais.acme.example:9300", ("/jderest", "")),
        ("https://ais.acme.example:9300/jderest/", "https://ais.acme.example:9300", ("/jderest",)),
        ("https://ais.acme.example/jderest/v2", "https://ais.acme.example", ("/jderest",)),
        ("https://proxy.acme.example:443/erp", "https://proxy.acme.example", ("/erp/jderest", "/erp")),
    ],
)
def test_it_takes_addresses_in_every_usual_form(typed, origin, roots):
    made = credentials(base_url=typed)
    assert (made.origin, made.roots) == (origin, roots)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://ais.acme.example:9300"),
        ("base_url", "https://ais.acme.example:99999999"),
        ("base_url", "https://user@ais.acme.example"),
        ("base_url", "https://ais.acme.example/jderest?x=1"),
        ("username", "a\nb"),
        ("environment", ""),
        ("password", ""),
        ("device_name", "two words"),
        ("order_types", "OP;OX"),
        ("approved_from", "soon"),
        ("prior_periods", "sometimes"),
        ("ca_pem", "no certificate"),
    ],
)
def test_it_names_the_field_that_cannot_be_right(field, value):
    with pytest.raises(ConfigurationError) as caught:
        clean({**TYPED, field: value})
    assert caught.value.field == field


def test_it_makes_the_approval_rule_configurable():
    rule = credentials(order_types="op, ox", approved_from="300", pending_approvals="1n").approval
    assert (rule.order_types, rule.approved_from, rule.pending) == (("OP", "OX"), 300, ("1N",))


def test_it_shows_no_password():
    assert "sandbox-MLCONN" not in repr(credentials())

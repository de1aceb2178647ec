"""What a ping says: each way a connection can be wrong has its own name, cause and fix."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.tests.kit import CLASSIC, CLASSIC_KEY, Sandbox, open_canned
from integrations.connectors.chargebee.tests.samples import INVOICE, sample
from integrations.errors import ConfigurationError, ConnectorError
from integrations.sandbox.app import Response

FOLDER = Path(__file__).parents[1]
EXPLAINED = {explanation.code: explanation for explanation in CONNECTOR.explanations}


def ping(session):
    """Run all checks; give the detail of each, or the error of those that fail."""
    found = {}
    for check in CONNECTOR.checks:
        try:
            found[check.slug] = check.run(session)
        except ConnectorError as error:
            found[check.slug] = error
    return found


def code_of(session, slug="sign_in"):
    error = ping(session)[slug]
    assert isinstance(error, ConnectorError)
    return error.code


def test_it_passes_a_good_connection(sandbox):
    generate(sandbox.site(), customers=5, seed=1, months=2)
    found = ping(sandbox.session())
    assert [slug for slug, detail in found.items() if isinstance(detail, ConnectorError)] == []
    assert found["sign_in"] == "Signed in to acme-test (Product Catalog 2.0)."
    assert found["first_read"].startswith("Newest invoice: ")
    assert found["permission:currencies"] == "Base currency USD; 5 in use."


def test_it_passes_an_empty_site(sandbox):
    assert ping(sandbox.session())["first_read"] == "There are no invoices yet."


def test_it_passes_a_site_of_the_older_catalogue(sandbox):
    found = ping(sandbox.session(site=CLASSIC, api_key=CLASSIC_KEY))
    assert found["permission:items"] == "Plans and addons may be read."


def test_it_passes_sites_of_other_regions_however_they_spell_their_domain(sandbox):
    europe = sandbox.session(site="acme-eu-test", region="eu", api_key="test_SandboxAcmeEuReadOnly")
    australia = sandbox.session(site="acme-au-test", region="au", api_key="test_SandboxAcmeAuReadOnly")
    assert ping(europe)["sign_in"] == "Signed in to acme-eu-test (Product Catalog 2.0)."
    assert ping(australia)["sign_in"] == "Signed in to acme-au-test (Product Catalog 2.0)."


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"api_key": "test_wrong"}, "chargebee_wrong_key"),
        ({"api_key": "live_SandboxAcmeReadOnly"}, "chargebee_wrong_key"),
        ({"site": "nobody-test"}, "chargebee_site_not_found"),
        ({"site": "acme-eu-test", "api_key": "test_SandboxAcmeEuReadOnly"}, "chargebee_wrong_region"),
        ({"region": "eu"}, "chargebee_wrong_region"),
        ({"site": "acme-closed-test", "api_key": "test_SandboxClosedReadOnly"}, "chargebee_api_disabled"),
        ({"site": "acme-moving-test", "api_key": "test_SandboxMovingReadOnly"}, "chargebee_maintenance"),
    ],
)
def test_it_names_what_is_wrong_with_the_sign_in(sandbox, typed, code):
    session = sandbox.session(**typed)
    assert code_of(session) == code
    assert EXPLAINED[code].fix


def test_it_names_the_region_in_which_the_site_is(sandbox):
    session = sandbox.session(site="acme-au-test", api_key="test_SandboxAcmeAuReadOnly")
    error = ping(session)["sign_in"]
    assert isinstance(error, ConfigurationError)
    assert (error.field, error.value) == ("region", "au")
    assert "in Australia" in error.message


def test_it_looks_into_other_regions_without_the_key(sandbox):
    keys = []
    original = sandbox.world.simulators["chargebee"].handle

    def listen(request):
        keys.append((request.host, request.headers.get("authorization")))
        return original(request)

    sandbox.world.simulators["chargebee"].handle = listen
    ping(sandbox.session(site="nobody-test", api_key="test_SECRET"))
    assert {key for host, key in keys if host != "nobody-test.chargebee.com"} == {"Basic Og=="}


def test_it_names_each_list_that_a_restricted_key_may_not_read(sandbox):
    found = ping(sandbox.session(api_key="test_SandboxAcmeCustomersOnly"))
    refused = {slug for slug, detail in found.items() if getattr(detail, "code", "") == "chargebee_restricted_key"}
    assert refused == {
        "permission:invoices", "permission:credit_notes", "permission:transactions", "permission:items",
        "permission:events", "permission:currencies", "first_read",
    }  # fmt: skip
    assert "/api/v2/credit_notes" in found["permission:credit_notes"].message


def test_it_accepts_a_key_with_more_rights_than_needed(sandbox):
    found = ping(sandbox.session(api_key="test_SandboxAcmeFullAccess"))
    assert not any(isinstance(detail, ConnectorError) for detail in found.values())


@pytest.mark.parametrize(
    ("site", "key", "environment"),
    [("acme", "live_SandboxAcmeReadOnly", "test"), ("acme-test", "test_SandboxAcmeReadOnly", "live")],
)
def test_it_refuses_a_site_of_the_other_kind(sandbox, site, key, environment):
    assert code_of(sandbox.session(environment, site=site, api_key=key)) == "chargebee_environment_mismatch"


@pytest.mark.parametrize(
    ("site", "key", "environment"),
    [("acme", "live_SandboxAcmeReadOnly", "live"), ("acme-test", "test_SandboxAcmeReadOnly", "test")],
)
def test_it_accepts_a_site_of_the_same_kind(sandbox, site, key, environment):
    assert ping(sandbox.session(environment, site=site, api_key=key))["sign_in"].startswith("Signed in")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", "chargebee_rate_limited"),
        ("rate_limit_no_hint", "chargebee_rate_limited"),
        ("gateway_html", "chargebee_gateway_page"),
    ],
)
def test_it_names_passing_trouble_that_does_not_pass(sandbox, kind, code):
    sandbox.fault(kind)
    assert code_of(sandbox.session()) == code


def test_it_tells_the_limiter_how_long_to_pause(sandbox):
    sandbox.fault("rate_limit", times=1, value_s=7)
    assert ping(sandbox.session())["sign_in"].startswith("Signed in")
    assert sandbox.limiter.pauses == [7.0]


def test_it_names_a_site_that_chargebee_has_blocked():
    refusal = {"message": "Sorry.", "api_error_code": "request_blocked", "http_status_code": 403}
    with open_canned({"configurations": Response.json(403, refusal)}) as session:
        assert code_of(session) == "chargebee_site_blocked"


def test_it_names_a_site_that_does_not_tell_its_catalogue():
    with open_canned({"configurations": {"configurations": []}}) as session:
        assert code_of(session) == "chargebee_unknown_catalogue"


def test_it_says_which_currencies_need_a_look():
    rows = [{"currency": {"id": "c1", "currency_code": "USD", "is_base_currency": True, "enabled": True}}] + [
        {"currency": {"id": code, "currency_code": code, "is_base_currency": False, "enabled": True}}
        for code in ("JPY", "CLP", "KWD")
    ]
    with open_canned({"currencies/list": {"list": rows}}) as session:
        detail = ping(session)["permission:currencies"]
    assert detail.startswith("Base currency USD; 4 in use. Please compare one invoice in CLP:")


def test_it_says_why_the_newest_invoice_cannot_be_read():
    with open_canned({"invoices": {"list": [{"invoice": sample(INVOICE, total=None)}]}}) as session:
        assert code_of(session, "first_read") == "chargebee_missing_field"


def test_it_names_a_host_that_cannot_be_reached(sandbox):
    with ExitStack() as opened:
        lost = Sandbox(world=sandbox.world, port=1, opened=opened)
        assert code_of(lost.session()) == "unreachable"


def test_it_explains_every_code_that_this_connector_raises():
    raised = set(re.findall(r'"(chargebee_[a-z_]+)"', "".join(path.read_text() for path in FOLDER.glob("*.py"))))
    assert raised <= set(EXPLAINED)

"""The ping against the simulator: each misconfiguration is named by its own code, and every code has a fix."""

import pytest

from integrations.connectors.acumatica.checks import CHECKS
from integrations.connectors.acumatica.explanations import EXPLANATIONS
from integrations.connectors.acumatica.tests.client_kit import Bench
from integrations.errors import ConnectorError

FIXES = {known.code for known in EXPLANATIONS if known.fix}


def failure(session) -> tuple[str, str]:
    """Run the checks in order and give the failing step and its code."""
    for check in CHECKS:
        try:
            check.run(session)
        except ConnectorError as error:
            return check.slug, error.code if error.code in FIXES else f"{error.code}: nobody says how to mend it"
    return "", ""


COOKIE = {"grant": "cookie"}


@pytest.mark.parametrize("typed", [{}, COOKIE, {"endpoint_version": "22.200.001"}, {"branch": "emea"}, {"branch": ""}])
def test_it_passes_a_good_connection(bench, typed):
    assert failure(bench.session(**typed)) == ("", "")


@pytest.mark.parametrize(
    ("typed", "step", "code"),
    [
        ({"instance_url": "https://northwind.acumatica.com/Nowhere"}, "site", "acumatica_not_here"),
        ({"instance_url": "https://northwind.acumatica.com"}, "site", "acumatica_not_here"),
        ({"endpoint_name": "Nope"}, "endpoint", "acumatica_endpoint_unknown"),
        ({"endpoint_version": "19.200.001"}, "endpoint", "acumatica_version_unknown"),
        ({"password": "wrong"}, "sign_in", "acumatica_password_refused"),
        ({"username": "nobody"}, "sign_in", "acumatica_password_refused"),
        ({"client_secret": "wrong"}, "sign_in", "acumatica_client_refused"),
        ({"client_id": "3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f@NOWHERE"}, "sign_in", "acumatica_client_refused"),
        ({"grant": "authorization_code"}, "sign_in", "acumatica_consent_ended"),
        ({**COOKIE, "tenant": "NOWHERE"}, "sign_in", "acumatica_tenant_unknown"),
        ({**COOKIE, "password": "wrong"}, "sign_in", "acumatica_password_refused"),
        ({"branch": "NOWHERE"}, "branch", "acumatica_branch_unknown"),
    ],
)
def test_it_names_what_is_wrong_with_what_was_typed(bench, typed, step, code):
    assert failure(bench.session(**typed)) == (step, code)


@pytest.mark.parametrize("typed", [{}, COOKIE])
@pytest.mark.parametrize("status", [429, 500])
def test_it_names_a_licence_whose_sessions_are_used_up(bench, typed, status):
    bench.control("POST options", api_users=0, login_limit_status=status)
    assert failure(bench.session(**typed)) == ("sign_in", "acumatica_login_limit")


@pytest.mark.parametrize(
    ("screen", "step"),
    [
        ("GL202500", "permission:set_up"),
        ("AR303000", "permission:customers"),
        ("AR301000", "permission:invoices"),
        ("AR302000", "permission:payments"),
        ("GL301000", "permission:journals"),
    ],
)
def test_it_names_the_screen_that_the_role_lacks(bench, screen, step):
    bench.control("POST rights", user="connector", forbidden=[screen])
    assert failure(bench.session()) == (step, "acumatica_role_missing")


@pytest.mark.parametrize("typed", [{}, COOKIE])
def test_it_names_a_locked_user(bench, typed):
    bench.control("POST options", lockout_after=1)
    failure(bench.session(**typed, password="wrong"))
    assert failure(bench.session(**typed))[1] in ("acumatica_user_locked", "acumatica_password_refused")


def test_it_names_a_site_that_redirects(bench):
    session = bench.session()
    CHECKS[1].run(session)
    bench.control("POST options", html_redirects=100)
    assert failure(session)[1] == "redirected"


def test_it_writes_nothing(bench: Bench):
    failure(bench.session())
    assert bench.calls("PUT") == 0
    assert [path for verb, path in bench.world.traffic["acumatica"].calls if verb == "POST"] == [
        "/Acme/identity/connect/token"
    ]


def test_it_holds_no_session_of_the_licence_afterwards(bench):
    session = bench.session()
    failure(session)
    session.close()
    assert bench.control("GET sessions")["open"] == 0


def test_it_says_what_the_system_is(bench):
    identity = bench.session().identity()
    assert (identity.base_currency, identity.details["ledger"], identity.details["tenant"]) == ("USD", "ACTUAL", "ACME")


def test_it_tells_tenants_apart_and_not_passwords(bench):
    first = bench.session().identity().fingerprint
    assert bench.session(grant="cookie").identity().fingerprint == first

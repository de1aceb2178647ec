"""The ping against the simulator: each misconfiguration is named by its own code, and every code has a fix."""

from collections.abc import Iterator

import pytest

from integrations.connectors.billcom.checks import CHECKS
from integrations.connectors.billcom.credentials import clean
from integrations.connectors.billcom.explanations import EXPLANATIONS
from integrations.connectors.billcom.session import BillSession
from integrations.connectors.billcom.tests.client_kit import GOOD, Bench, sandbox
from integrations.errors import ConfigurationError, ConnectorError

FIXES = {known.code for known in EXPLANATIONS if known.fix}
PROD = "https://gateway.prod.bill.com/connect"
SERVICE = {"username": "svc-portal@acme.example", "password": "Sandbox-1!"}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as opened:
        yield opened


def failure(session: BillSession) -> tuple[str, str]:
    """Run the checks in order and give the failing step and its code."""
    for check in CHECKS:
        try:
            check.run(session)
        except ConnectorError as error:
            return check.slug, error.code if error.code in FIXES else f"{error.code}: nobody says how to mend it"
    return "", ""


@pytest.mark.parametrize("typed", [{}, SERVICE])
def test_it_passes_a_good_connection(bench, typed):
    assert failure(bench.session(**typed)) == ("", "")


@pytest.mark.parametrize(
    ("typed", "step", "code"),
    [
        ({"password": "wrong"}, "sign_in", "billcom_wrong_login"),
        ({"organization_id": "00801GLOBEXORG000002"}, "sign_in", "billcom_wrong_login"),
        ({"dev_key": "01SANDBOXNOBODYSKEY0"}, "sign_in", "billcom_wrong_dev_key"),
        ({"dev_key": "01SANDBOXLIVEKEY0001"}, "sign_in", "billcom_wrong_dev_key"),
        ({"base_url": PROD}, "sign_in", "billcom_wrong_dev_key"),
        ({"dev_key": "01SANDBOXINACTIVE001"}, "sign_in", "billcom_dev_key_inactive"),
        ({"dev_key": "01SANDBOXUNSIGNED001"}, "sign_in", "billcom_terms_not_accepted"),
        ({"username": "left@acme.example", "password": "Sandbox-7!"}, "sign_in", "billcom_user_inactive"),
        ({"username": "barred@acme.example", "password": "Sandbox-8!"}, "sign_in", "billcom_login_locked"),
        ({"username": "broken@acme.example", "password": "Sandbox-9!"}, "sign_in", "billcom_login_failed"),
        (
            {"organization_id": "00801LOCKEDORG000003", "username": "svc@initech.example", "password": "Sandbox-31!"},
            "sign_in",
            "billcom_org_locked",
        ),
        (
            {"organization_id": "00801BAREORGNZ000004", "username": "svc@umbrella.example", "password": "Sandbox-41!"},
            "accounts",
            "billcom_no_accounts",
        ),
        (
            {"username": "clerk@acme.example", "password": "Sandbox-4!"},
            "permission:vendors",
            "billcom_permission_missing",
        ),
        (
            {"username": "nopay@acme.example", "password": "Sandbox-5!"},
            "permission:payments",
            "billcom_permission_missing",
        ),
    ],
)
def test_it_names_a_misconfiguration(bench, typed, step, code):
    assert failure(bench.session(**typed)) == (step, code)


@pytest.mark.parametrize(("environment", "typed"), [("live", {}), ("test", {"base_url": PROD})])
def test_it_names_mixed_up_environments(bench, environment, typed):
    assert failure(bench.session(environment, **typed)) == ("environment", "billcom_environment_mismatch")


def test_it_names_a_used_up_hour(bench):
    bench.switch(logins_per_hour=0)
    assert failure(bench.session()) == ("sign_in", "billcom_hourly_quota")


def test_it_names_a_changed_password_though_a_session_is_cached(bench):
    bench.session().identity()
    session = bench.session(password="changed since")
    assert failure(session) == ("sign_in", "billcom_wrong_login")


def test_a_user_without_webhooks_passes_and_is_told(bench):
    session = bench.session(username="nohooks@acme.example", password="Sandbox-6!")
    assert failure(session) == ("", "")
    hooks = next(check for check in CHECKS if check.slug == "webhooks")
    assert "may not manage webhooks" in hooks.run(session)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "https://bill.example.com/connect"),
        ("organization_id", "Acme"),
        ("dev_key", ""),
        ("dev_key", "two words here"),
        ("username", " "),
        ("password", ""),
        ("calls_at_once", "4"),
        ("calls_per_hour", "many"),
    ],
)
def test_the_form_names_the_field_that_is_wrong(field, value):
    with pytest.raises(ConfigurationError) as caught:
        clean({**GOOD, field: value})
    assert caught.value.field == field


def test_no_secret_is_in_a_representation(bench):
    session = bench.session()
    shown = f"{session.credentials!r} {session.settings!r}"
    assert GOOD["password"] not in shown
    assert GOOD["dev_key"] not in shown


def test_the_form_keeps_the_webhook_subscription_and_drops_what_it_does_not_know():
    kept = clean({**GOOD, "subscription_id": "77aa", "subscription_key": "k", "events_url": "https://x.example"})
    assert (kept["subscription_id"], kept["subscription_key"]) == ("77aa", "k")
    assert "events_url" not in kept

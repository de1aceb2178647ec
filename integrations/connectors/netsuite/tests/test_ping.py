"""The ping against the simulator: each misconfiguration is named by its own code, and every code has a fix."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.connectors.netsuite.connector import CONNECTOR
from integrations.connectors.netsuite.credentials import generate
from integrations.connectors.netsuite.session import NetSuiteSession
from integrations.connectors.netsuite.tests.client_kit import Bench
from integrations.connectors.netsuite.tests.sandbox_kit import sandbox
from integrations.contracts import Settings
from integrations.errors import ConnectorError

FIXES = {known.code for known in CONNECTOR.explanations if known.fix}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as running:
        yield running


def failure(session: NetSuiteSession) -> tuple[str, str]:
    """Run the checks in order and give the failing step and its code."""
    for check in CONNECTOR.checks:
        try:
            check.run(session)
        except ConnectorError as error:
            return check.slug, error.code if error.code in FIXES else f"{error.code}: nobody says how to mend it"
    return "", ""


def control(bench: Bench, call: str, **options: object) -> None:
    bench.world.simulators["netsuite"].controls()[call](options)


def test_it_passes_a_good_connection(bench):
    assert failure(bench.session()) == ("", "")


def test_it_says_what_the_account_is(bench):
    identity = bench.session().identity()
    assert identity.base_currency == "USD"
    assert identity.fingerprint == f"netsuite:{bench.typed['account_id'].lower()}"
    assert identity.is_production is False


@pytest.mark.parametrize(
    ("account", "environment", "is_refused"),
    [
        ("7654321_SB1", "live", True),
        ("TSTDRV1234567", "live", True),
        ("7654321", "test", True),
        ("7654321", "live", False),
        ("7654321_RP", "test", False),
    ],
)
def test_it_tells_a_production_account_from_the_others(bench, account, environment, is_refused):
    values = {**bench.typed, "account_id": account}
    session = CONNECTOR.open(Settings(connection_id="1", environment=environment, values=values), bench.tools)
    assert (failure(session) == ("environment", "netsuite_environment_mismatch")) == is_refused


def test_it_names_a_wrong_account_id(bench):
    assert failure(bench.session(account_id="7654321")) == ("sign_in", "netsuite_client_unknown")


def test_it_names_a_key_of_2048_bits_even_if_it_was_kept_before(bench):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    values = {**bench.typed, "private_key_pem": key.private_bytes(*form).decode(), "certificate_pem": ""}
    session = CONNECTOR.open(Settings(connection_id="1", environment="sandbox", values=values), bench.tools)
    assert failure(session) == ("key", "netsuite_key_too_small")


def test_it_names_a_role_without_the_rest_permission(bench):
    control(bench, "POST role", lacks=["REST Web Services"])
    assert failure(bench.session()) == ("permission:rest", "netsuite_role_without_rest")


def test_it_names_a_revoked_certificate(bench):
    control(bench, "POST certificate", status="revoked")
    assert failure(bench.session()) == ("sign_in", "netsuite_certificate_refused")


def test_it_names_a_revoked_certificate_though_a_token_is_cached(bench):
    session = bench.session()
    session.identity()
    control(bench, "POST certificate", status="revoked")
    assert failure(session) == ("sign_in", "netsuite_certificate_refused")


def test_it_names_a_certificate_that_was_never_uploaded(bench):
    assert failure(bench.session(**generate(bench.typed))) == ("sign_in", "netsuite_client_unknown")


@pytest.mark.parametrize("ahead_s", [420.0, -420.0])
def test_it_names_clock_skew(bench, ahead_s):
    bench.ahead_s = ahead_s
    step, code = failure(bench.session())
    assert step in ("clock", "sign_in")
    assert code == "netsuite_clock_skew"


def test_it_names_a_role_that_may_not_query(bench):
    control(bench, "POST role", lacks=["SuiteAnalytics Workbook"])
    step, code = failure(bench.session())
    assert step == "permission:suiteql"
    assert code in ("netsuite_permission_missing", "netsuite_table_hidden")


def test_it_names_a_role_without_invoices(bench):
    control(bench, "POST role", lacks=["Invoice"])
    assert failure(bench.session()) == ("permission:invoice", "netsuite_permission_missing")


def test_it_reads_reference_data_of_every_kind(bench):
    entries = list(bench.session().reference_values())
    kinds = {entry.kind for entry in entries}
    assert kinds >= {"account", "currency", "item", "subsidiary", "department", "classification", "location", "term"}
    assert kinds >= {"tax_code", "accounting_period"}


def test_it_knows_which_periods_are_open(bench):
    periods = [entry for entry in bench.session().reference_values() if entry.kind == "accounting_period"]
    assert all(entry.details["closed"] in ("true", "false") and entry.details["start"] for entry in periods)

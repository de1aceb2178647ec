"""A ping names what is wrong: each seeded misconfiguration has a code of its own."""

from collections.abc import Callable

import pytest

from integrations.connectors.dynamics365.checks import CHECKS
from integrations.connectors.dynamics365.connector import CONNECTOR
from integrations.connectors.dynamics365.tests.kit import Bench, canned, rows_of, sandbox
from integrations.contracts import Settings
from integrations.errors import ConfigurationError, ConnectorError
from integrations.sandbox.app import Request, Response

GUID = "11111111-2222-4333-8444-555555555555"
DATA = {
    "LegalEntities": [{"LegalEntityId": "USMF", "Name": "Contoso"}],
    "Ledgers": [{"LegalEntityId": "USMF", "ChartOfAccounts": "Shared", "AccountingCurrency": "USD"}],
    "JournalNames": [
        {"dataAreaId": "usmf", "Name": "GenJrn", "Type": "Daily", "NewVoucher": "BalanceSheet"},
        {"dataAreaId": "usmf", "Name": "CustPay", "Type": "CustPayment", "NewVoucher": "BalanceSheet"},
    ],
    "DimensionParameters": [{"Key": 0, "DimensionSegmentDelimiter": "Hyphen"}],
    "DimensionIntegrationFormats": [
        {"DimensionFormatType": "DataEntityLedgerDimensionFormat", "FinancialDimensionFormat": "MainAccount-Unit",
         "IsActive": "Yes"}
    ],
    "MainAccounts": [{"ChartOfAccounts": "Shared", "MainAccountId": "401100"}],
}  # fmt: skip


def run(bench: Bench, **typed: str) -> list[str]:
    session = bench.session(**typed)
    return [check.run(session) for check in CHECKS]


def code_of(bench: Bench, **typed: str) -> str:
    with pytest.raises(ConnectorError) as caught:
        run(bench, **typed)
    assert isinstance(caught.value, ConfigurationError)
    assert caught.value.code in {each.code for each in CONNECTOR.explanations}
    return caught.value.code


def environment(request: Request, changed: dict[str, list]) -> Response | None:
    """Answer as a well set-up environment, but for what is changed."""
    name = request.path.removeprefix("/data/")
    return rows_of({**DATA, **changed}[name]) if name in {**DATA, **changed} else None


@pytest.fixture
def bench():
    with sandbox() as running:
        yield running


def test_it_passes_where_all_is_well(bench: Bench):
    assert all(run(bench))


def test_it_refuses_a_sandbox_under_a_live_connection(bench: Bench):
    values = {**bench.typed, "environment_url": "https://acme.sandbox.operations.dynamics.com"}
    session = CONNECTOR.open(Settings(connection_id="1", environment="live", values=values), bench.tools)
    with pytest.raises(ConfigurationError) as caught:
        CHECKS[0].run(session)
    assert caught.value.code == "d365_environment_mismatch"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"tenant_id": GUID}, "d365_tenant_unknown"),
        ({"client_id": GUID}, "d365_client_unknown"),
        ({"client_secret": "sandbox-only~Wrong"}, "d365_wrong_secret"),
        ({"environment_url": "https://another.operations.dynamics.com"}, "d365_environment_unknown"),
        ({"legal_entity": "zzzz"}, "d365_company_unknown"),
        ({"general_journal": "Nothing"}, "d365_journal_name_missing"),
        ({"payment_journal": "GenJrn"}, "d365_journal_name_type"),
    ],
)
def test_it_names_a_wrong_field_of_the_form(bench: Bench, typed: dict[str, str], code: str):
    assert code_of(bench, **typed) == code


def expired(request: Request) -> Response | None:
    body = {"error": "invalid_client", "error_description": "AADSTS7000222: expired", "error_codes": [7000222]}
    return Response.json(401, body) if request.path.endswith("/token") else None


def unlisted(request: Request) -> Response | None:
    return None if request.path.endswith("/token") else Response.empty(401)


def denied(request: Request) -> Response | None:
    return Response.json(403, {}) if "CustTransactions" in request.path else environment(request, {})


def elsewhere(request: Request) -> Response | None:
    return None if request.path.endswith("/token") else Response.text(404, "<html>no</html>", "text/html")


def no_format(request: Request) -> Response | None:
    return environment(request, {"DimensionIntegrationFormats": []})


def by_hand(request: Request) -> Response | None:
    name = {"dataAreaId": "usmf", "Name": "GenJrn", "Type": "Daily", "NewVoucher": "Manually"}
    return environment(request, {"JournalNames": [name]})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (expired, "d365_secret_expired"),
        (unlisted, "d365_app_not_registered"),
        (denied, "d365_privilege_missing"),
        (elsewhere, "d365_not_an_environment"),
        (no_format, "d365_dimension_format_missing"),
        (by_hand, "d365_voucher_by_hand"),
    ],
)
def test_it_names_what_is_wrong_over_there(answer: Callable[[Request], Response | None], code: str):
    with canned(answer) as (bench, _):
        assert code_of(bench) == code

"""What customers paste into the form."""

import pytest

from integrations.connectors.dynamics365.credentials import Credentials, clean
from integrations.connectors.dynamics365.tests.kit import TYPED
from integrations.contracts import Settings
from integrations.errors import ConfigurationError


@pytest.mark.parametrize(
    "typed",
    [
        "contoso.operations.dynamics.com",
        "https://Contoso.Operations.Dynamics.com/",
        "https://contoso.operations.dynamics.com/?cmp=USMF&mi=DefaultDashboard",
        "  https://contoso.operations.dynamics.com:443/data ",
    ],
)
def test_it_takes_the_host_of_a_pasted_address(typed: str):
    assert clean({**TYPED, "environment_url": typed})["environment_url"] == "https://contoso.operations.dynamics.com"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("environment_url", "http://contoso.operations.dynamics.com"),
        ("environment_url", "https://user:pass@contoso.operations.dynamics.com"),
        ("environment_url", "localhost"),
        ("tenant_id", "common"),
        ("tenant_id", "organizations"),
        ("client_id", "my application"),
        ("client_secret", "0f2c1c9e-7a44-4f0b-8f53-4b7d2b9f8c02"),
        ("legal_entity", "toolong"),
        ("general_journal", "a very long journal name"),
        ("posting_service", "/api/services/OnlyTwo/Parts"),
        ("posting_service", "https://elsewhere.example/api/services/A/B/c"),
        ("login_host", "login.example.com"),
    ],
)
def test_it_refuses_what_cannot_be_right_and_names_the_field(field: str, typed: str):
    with pytest.raises(ConfigurationError) as caught:
        clean({**TYPED, field: typed})
    assert caught.value.field == field
    assert caught.value.code == "d365_credentials"


def test_it_keeps_only_the_path_of_the_posting_service():
    typed = "https://contoso.operations.dynamics.com/api/services/MLCGroup/MLCService/postJournal"
    assert (
        clean({**TYPED, "posting_service": typed})["posting_service"] == "/api/services/MLCGroup/MLCService/postJournal"
    )


def test_it_shows_no_secret_of_itself():
    settings = Settings(connection_id="1", environment="live", values=clean(TYPED))
    assert TYPED["client_secret"] not in repr(Credentials.of(settings))


@pytest.mark.parametrize(
    ("host", "is_production"),
    [
        ("contoso.operations.dynamics.com", True),
        ("contoso.operations.eu.dynamics.com", True),
        ("contoso.sandbox.operations.dynamics.com", False),
        ("contosodevaos.cloudax.dynamics.com", False),
    ],
)
def test_it_tells_sandboxes_by_their_host(host: str, is_production: bool):
    settings = Settings(connection_id="1", environment="live", values=clean({**TYPED, "environment_url": host}))
    assert Credentials.of(settings).is_production is is_production

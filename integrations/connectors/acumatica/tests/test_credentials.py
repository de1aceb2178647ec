"""The form: addresses of all kinds become one, and each way of signing in asks for what it needs."""

import pytest

from integrations.connectors.acumatica.connector import CONNECTOR
from integrations.connectors.acumatica.credentials import base_url, clean
from integrations.contracts import Settings
from integrations.errors import ConfigurationError

GOOD = {
    "instance_url": "https://host.example/Acme",
    "client_id": "88358B02-A48D-A50E-F710-39C1636C30F6@Company",
    "client_secret": "s",
    "username": "admin",
    "password": "p",
}


def settings(**typed: str) -> Settings:
    return Settings(connection_id="1", environment="live", values=clean({**GOOD, **typed}))


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://company.acumatica.com", "https://company.acumatica.com"),
        ("company.acumatica.com/", "https://company.acumatica.com"),
        (" https://Host.Example/Acme/ ", "https://host.example/Acme"),
        ("https://host.example/Acme/Main?ScreenId=AR303000", "https://host.example/Acme"),
        ("https://host.example/Acme/(W(10))/Main?ScreenId=AR303000", "https://host.example/Acme"),
        ("https://host.example/Acme/Frames/Login.aspx?ReturnUrl=x", "https://host.example/Acme"),
        ("https://host.example/Acme/entity/Default/24.200.001/", "https://host.example/Acme"),
        ("https://host.example:8443/Acme", "https://host.example:8443/Acme"),
        ("https://host.example:443/Acme", "https://host.example/Acme"),
    ],
)
def test_it_takes_the_address_as_the_browser_shows_it(typed, base):
    assert base_url(typed) == base


@pytest.mark.parametrize(
    "typed",
    ["", "http://host.example/Acme", "https://u:p@host.example", "https://", "https://host.example/a b", "ftp://x",
     "https://host.example:port/", "https://[::1", "https://host.example/../../etc%00"],
)  # fmt: skip
def test_it_refuses_what_is_no_address(typed):
    with pytest.raises(ConfigurationError) as caught:
        base_url(typed)
    assert caught.value.field == "instance_url"


@pytest.mark.parametrize(
    ("grant", "lacks"),
    [
        ("password", "client_id"),
        ("password", "client_secret"),
        ("password", "username"),
        ("password", "password"),
        ("authorization_code", "client_secret"),
        ("authorization_code", "redirect_uri"),
        ("cookie", "username"),
        ("cookie", "password"),
    ],
)
def test_it_asks_for_what_the_way_of_signing_in_needs(grant, lacks):
    typed = {**GOOD, "redirect_uri": "https://portal.example/back", "grant": grant, lacks: ""}
    with pytest.raises(ConfigurationError) as caught:
        clean(typed)
    assert caught.value.field == lacks


def test_it_asks_for_no_connected_application_where_none_is_used():
    assert clean({**GOOD, "grant": "cookie", "client_id": "", "client_secret": ""})["grant"] == "cookie"


def test_it_takes_any_endpoint_and_version():
    cleaned = clean({**GOOD, "endpoint_name": "MyCo", "endpoint_version": "6"})
    assert (cleaned["endpoint_name"], cleaned["endpoint_version"]) == ("MyCo", "6")
    assert (clean(GOOD)["endpoint_name"], clean(GOOD)["endpoint_version"]) == ("Default", "24.200.001")


@pytest.mark.parametrize("version", ["../x", "24/200", "a b", "x" * 65])
def test_it_lets_no_version_leave_its_place_in_the_path(version):
    with pytest.raises(ConfigurationError) as caught:
        clean({**GOOD, "endpoint_version": version})
    assert caught.value.field == "endpoint_version"


def test_it_keeps_passwords_as_typed():
    assert clean({**GOOD, "password": " p w "})["password"] == " p w "


def test_it_asks_two_things_at_a_time_at_most():
    assert CONNECTOR.limits(settings()).concurrency == 2
    assert CONNECTOR.origin(settings()) == "https://host.example"


@pytest.mark.parametrize(
    ("sink", "external_id", "page"),
    [
        ("customers", "C 1", "AR303000&AcctCD=C%201"),
        ("invoices", "Invoice/AR1", "AR301000&DocType=INV&RefNbr=AR1"),
        ("payments", "Voided Payment/1", "AR302000&DocType=RPM&RefNbr=1"),
        ("journals", "GL/GL1", "GL301000&Module=GL&BatchNbr=GL1"),
    ],
)
def test_it_names_the_page_of_a_document(sink, external_id, page):
    url = CONNECTOR.document_url(settings(), sink, external_id)
    assert url == f"https://host.example/Acme/Main?ScreenId={page}"


def test_it_names_no_page_of_what_it_does_not_know():
    assert CONNECTOR.document_url(settings(), "invoices", "nonsense") == ""

"""What may be typed, and the key pair that is made."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integrations.connectors.netsuite.auth import assertion
from integrations.connectors.netsuite.connector import CONNECTOR
from integrations.connectors.netsuite.credentials import Credentials, clean
from integrations.connectors.netsuite.tests.client_kit import START, credentials, key_pair
from integrations.contracts import Settings
from integrations.errors import ConfigurationError


def refused(**typed: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        clean(credentials(**typed))
    return caught.value


def pem(key) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def parsed(**typed: str) -> Credentials:
    return Credentials.of(Settings(connection_id="1", environment="test", values=clean(credentials(**typed))))


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("123456", "123456"),
        (" 123456_SB1 ", "123456-sb1"),
        ("123456-sb2", "123456-sb2"),
        ("123456_rp", "123456-rp"),
        ("TSTDRV1234567", "tstdrv1234567"),
    ],
)
def test_it_maps_the_account_id_to_its_host(typed, host):
    assert parsed(account_id=typed).origin == f"https://{host}.suitetalk.api.netsuite.com"


NO_ACCOUNTS = ["", "evil.example/x", "1@evil", "12#", "a b", "123456_XX1", "123456.app", "123\n456", "é"]


@pytest.mark.parametrize("typed", NO_ACCOUNTS)
def test_it_lets_nothing_else_into_a_host_name(typed):
    error = refused(account_id=typed)
    assert (error.field, error.code) == ("account_id", "netsuite_account_unknown")


@pytest.mark.parametrize(("typed", "is_production"), [("123456", True), ("123456_SB1", False), ("TSTDRV123", False)])
def test_it_tells_production_by_the_account_id(typed, is_production):
    assert parsed(account_id=typed).is_production is is_production


def test_it_refuses_a_key_of_2048_bits():
    small = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    error = refused(private_key_pem=pem(small), certificate_pem="")
    assert (error.code, error.field, error.value) == ("netsuite_key_too_small", "private_key_pem", "2048")


def test_it_refuses_a_curve_key_for_an_rsa_algorithm():
    curve = pem(ec.generate_private_key(ec.SECP256R1()))
    assert refused(private_key_pem=curve, certificate_pem="").field == "private_key_pem"


def test_it_refuses_a_certificate_of_another_key():
    other = key_pair("ES256")["certificate_pem"]
    assert refused(certificate_pem=other).field == "certificate_pem"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("private_key_pem", ""),
        ("private_key_pem", "not a key"),
        ("certificate_pem", "no certificate"),
        ("client_id", "two words here"),
        ("certificate_id", "short"),
        ("concurrency", "0"),
        ("concurrency", "many"),
        ("algorithm", "RS256"),
    ],
)
def test_it_names_the_field_that_is_wrong(field, typed):
    assert refused(**{field: typed}).field == field


@pytest.mark.parametrize("field", ["client_id", "certificate_id"])
def test_it_waits_for_netsuites_ids_but_signs_nothing_without_them(field):
    with pytest.raises(ConfigurationError) as caught:
        assertion(parsed(**{field: ""}), START)
    assert (caught.value.code, caught.value.field) == ("netsuite_not_set_up", field)


def test_it_cleans_twice_to_the_same():
    once = clean(credentials(account_id=" 123456-sb1 ", client_id=" client-0123456789 "))
    assert clean(once) == once


@pytest.mark.parametrize("algorithm", ["PS256", "ES256"])
def test_it_makes_a_pair_that_cleans(algorithm):
    assert clean(credentials(algorithm=algorithm))["algorithm"] == algorithm


def test_it_makes_rsa_keys_of_3072_bits():
    key = serialization.load_pem_private_key(key_pair()["private_key_pem"].encode(), password=None)
    assert key.key_size == 3072


def test_it_makes_certificates_of_less_than_two_years():
    certificate = x509.load_pem_x509_certificate(key_pair()["certificate_pem"].encode())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < timedelta(days=730)
    assert certificate.not_valid_after_utc - datetime.now(UTC) > timedelta(days=700)


@pytest.mark.parametrize("algorithm", ["PS256", "ES256"])
def test_it_signs_what_the_certificate_verifies(algorithm):
    token = assertion(parsed(algorithm=algorithm), START)
    certificate = x509.load_pem_x509_certificate(key_pair(algorithm)["certificate_pem"].encode())
    claims = jwt.decode(
        token,
        certificate.public_key(),
        algorithms=[algorithm],
        audience="https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["exp"] - claims["iat"] == 600
    assert (claims["iss"], claims["scope"]) == ("client-0123456789", ["rest_webservices"])
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "kid": "certificate-01", "typ": "JWT"}


def test_it_shows_no_secret_when_printed():
    assert "PRIVATE" not in repr(parsed())


def test_it_links_a_document_to_its_page():
    settings = Settings(connection_id="1", environment="test", values=clean(credentials()))
    url = CONNECTOR.document_url(settings, "invoices", "7001")
    assert url == "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=7001"

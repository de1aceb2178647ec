"""Facts about credentials that end by themselves: what each connector tells, and what the trail knows of consents."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import load_pem_x509_certificate

from audit.record import change_config
from integrations import registry
from integrations.engine.expiry import CONSENTED, expiries
from integrations.engine.tests.builders import make_connection, make_tenant
from integrations.tests.certificates import ca_pem

pytestmark = pytest.mark.django_db
ACUMATICA = {"instance_url": "https://acme.acumatica.com/Acme", "grant": "authorization_code", "client_id": "x@Company"}


def ends(connection):
    return [(each.what, each.at.date()) for each in expiries([connection])[connection.pk]]


def test_it_tells_when_a_netsuite_certificate_ends():
    made = registry.connector("netsuite").generate({"account_id": "1234567"})
    values = {"account_id": "1234567", "certificate_pem": made["certificate_pem"]}
    connection = make_connection(make_tenant(), "netsuite", values=values)
    (told,) = expiries([connection])[connection.pk]
    assert told.what == "Certificate"
    assert timedelta(days=700) < told.at - datetime.now(UTC) < timedelta(days=731)


def test_it_leaves_a_certificate_that_cannot_be_read_to_the_ping():
    values = {"account_id": "1234567", "certificate_pem": "-----BEGIN X"}
    assert ends(make_connection(make_tenant(), "netsuite", values=values)) == []


def test_it_tells_when_the_first_of_a_companys_own_ca_certificates_ends():
    connection = make_connection(make_tenant(), "jde", values={"ca_pem": ca_pem() + ca_pem()})
    end = load_pem_x509_certificate(ca_pem().encode()).not_valid_after_utc
    assert ends(connection) == [("CA certificate", end.date())]


def test_it_tells_when_a_client_secret_ends_that_somebody_typed_in():
    connection = make_connection(make_tenant(), "dynamics365", values={"secret_ends_on": "2027-03-31"})
    assert ends(connection) == [("Client secret", datetime(2027, 3, 31, tzinfo=UTC).date())]


def test_it_reckons_a_consent_from_when_it_was_given_last():
    connection = make_connection(make_tenant(), "acumatica", values=ACUMATICA)
    for _ in range(2):
        given = change_config(
            tenant_id=connection.tenant_id, actor="clara", subject=f"connection {connection.pk}", action=CONSENTED
        )
    assert ends(connection) == [("Consent", (given.at + timedelta(days=30)).date())]


def test_it_knows_no_end_of_a_consent_that_one_does_not_sign_in_by():
    values = {**ACUMATICA, "grant": "password"}
    connection = make_connection(make_tenant(), "acumatica", values=values)
    change_config(
        tenant_id=connection.tenant_id, actor="clara", subject=f"connection {connection.pk}", action=CONSENTED
    )
    assert ends(connection) == []


def test_it_asks_the_trail_once_however_many_connections_there_are(django_assert_num_queries):
    tenant = make_tenant()
    connections = [make_connection(tenant, "acumatica", values=ACUMATICA) for _ in range(3)]
    with django_assert_num_queries(1):
        expiries(connections)

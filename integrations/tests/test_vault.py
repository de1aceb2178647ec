"""Sealed credentials: at rest, in memory, and through a rotation of keys."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as database
from django.db import transaction
from django.db.models import Value

from integrations import vault
from integrations.errors import ConfigurationError
from integrations.models import Connection
from portal.models import Tenant

SECRETS = {"api_key": "live_secret", "password": "hunter2"}


@pytest.fixture
def stored(db):
    tenant = Tenant.objects.create(name="Acme", slug="acme")
    row = Connection.objects.create(
        tenant=tenant, connector="chargebee", name="Chargebee", environment="test", values={"site": "acme-test"},
        credentials=SECRETS, inbound_secrets={"webhook": "w1"}, webhook_token="t1",
    )  # fmt: skip
    return Connection.objects.get(pk=row.pk)


def stored_bytes(row):
    with database.cursor() as cursor:
        cursor.execute("SELECT credentials FROM integrations_connection WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def row_with(credentials):
    return SimpleNamespace(
        pk=7, environment="test", values={"site": "acme"}, credentials=credentials, inbound_secrets={}
    )


def test_it_opens_what_was_stored(stored):
    assert (vault.open_credentials(stored), vault.open_inbound(stored)) == (SECRETS, {"webhook": "w1"})


def test_it_stores_no_secret_in_clear(stored):
    assert b"hunter2" not in stored_bytes(stored)


def test_it_shows_no_secret_of_a_loaded_row(stored):
    assert "hunter2" not in f"{vars(stored)} {stored.credentials} {[stored.credentials]}"


def test_it_gives_a_connector_its_values_and_secrets(stored):
    opened = vault.open_settings(stored)
    assert (opened.connection_id, dict(opened.values)) == (str(stored.pk), {"site": "acme-test", **SECRETS})


def test_it_shows_no_secret_of_opened_settings(stored):
    assert "hunter2" not in f"{vault.open_settings(stored)!r}"


def test_it_keeps_a_secret_through_a_save_that_does_not_touch_it(stored):
    stored.name = "Renamed"
    stored.save()
    assert vault.open_credentials(Connection.objects.get(pk=stored.pk)) == SECRETS


def test_it_replaces_the_secrets_given_and_keeps_the_others(stored):
    vault.put_credentials(stored, {"api_key": "live_new", "password": ""})
    stored.save()
    opened = vault.open_credentials(Connection.objects.get(pk=stored.pk))
    assert opened == {"api_key": "live_new", "password": "hunter2"}


def test_it_names_the_secrets_that_are_set(stored):
    assert vault.present_secrets(stored) == {"api_key", "password"}


def test_it_seals_what_an_update_writes(stored):
    Connection.objects.filter(pk=stored.pk).update(credentials={"api_key": "live_other"})
    assert vault.open_credentials(Connection.objects.get(pk=stored.pk)) == {"api_key": "live_other"}


def test_it_refuses_expressions_instead_of_losing_the_value(stored):
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        Connection.objects.filter(pk=stored.pk).update(credentials=Value("x"))
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        Connection.objects.bulk_update([stored], ["credentials"])
    assert vault.open_credentials(Connection.objects.get(pk=stored.pk)) == SECRETS


# Rotation


def test_it_opens_with_an_old_key_and_seals_with_the_newest(stored, settings):
    old = settings.FERNET_KEYS
    settings.FERNET_KEYS = ["the newest key", *old]
    Connection.objects.get(pk=stored.pk).save()
    settings.FERNET_KEYS = ["the newest key"]
    assert vault.open_credentials(Connection.objects.get(pk=stored.pk)) == SECRETS


def test_it_says_that_a_key_is_missing(stored, settings):
    settings.FERNET_KEYS = ["another key"]
    with pytest.raises(ConfigurationError, match="missing from FERNET_KEYS"):
        vault.open_credentials(Connection.objects.get(pk=stored.pk))


def test_it_keeps_what_it_cannot_open(stored, settings):
    keys = settings.FERNET_KEYS
    settings.FERNET_KEYS = ["another key"]
    Connection.objects.get(pk=stored.pk).save()
    settings.FERNET_KEYS = keys
    assert vault.open_credentials(Connection.objects.get(pk=stored.pk)) == SECRETS


@pytest.mark.parametrize("keys", [[], [""]])
def test_it_seals_nothing_without_a_key(settings, keys):
    settings.FERNET_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        vault.seal("x")


def test_it_opens_a_row_that_was_never_saved():
    assert vault.open_credentials(row_with(SECRETS)) == SECRETS


def test_it_opens_a_row_without_secrets():
    assert vault.open_settings(row_with({})).values == {"site": "acme"}

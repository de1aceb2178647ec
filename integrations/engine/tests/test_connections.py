"""A connection is changed where somebody changed it, and nowhere else."""

import pytest

from integrations.engine.connections import change_connection, create_connection
from integrations.engine.tests.builders import make_tenant
from integrations.models import Connection
from integrations.vault import open_credentials

TYPED = {"site": "acme-test", "api_key": "test_first", "lag_s": "60"}


@pytest.fixture
def made(db):
    return create_connection(
        tenant_id=make_tenant().pk,
        connector_slug="chargebee",
        name="Billing",
        environment="test",
        values=TYPED,
        actor="ann",
    )


def test_it_keeps_what_others_changed_since_the_connection_was_loaded(made):
    early = Connection.objects.get(pk=made.pk)
    change_connection(made, values={"api_key": "test_second"}, actor="bob")
    Connection.objects.filter(pk=made.pk).update(share_pct=50, fingerprint="chargebee:us:acme-test", state="changed")
    change_connection(early, values={"lag_s": "90"}, actor="ann", name="Chargebee")
    stands = Connection.objects.get(pk=made.pk)
    assert (stands.share_pct, stands.fingerprint, stands.state) == (50, "chargebee:us:acme-test", "changed")
    assert (stands.name, stands.values["lag_s"], open_credentials(stands)["api_key"]) == (
        "Chargebee",
        "90",
        "test_second",
    )


def test_it_writes_nothing_but_the_name_where_only_that_was_given(made):
    Connection.objects.filter(pk=made.pk).update(state="good")
    change_connection(made, values={}, actor="ann", name="Chargebee")
    stands = Connection.objects.get(pk=made.pk)
    assert (stands.name, stands.state, stands.values["site"]) == ("Chargebee", "good", "acme-test")

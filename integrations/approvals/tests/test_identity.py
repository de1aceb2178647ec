"""Once another system was confirmed, only that one may answer; a failed ping lets none in unasked."""

from types import SimpleNamespace

import pytest

from integrations.contracts import Identity, PingStep
from integrations.engine.decisions import confirm_identity
from integrations.engine.identity import learn, verify_identity
from integrations.engine.ping import keep
from integrations.errors import ConfigurationError
from integrations.models import Connection
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
ACTOR = "owner@acme.example"


@pytest.fixture
def connection():
    """Give a connection behind which Two has answered, and that an owner confirmed."""
    made = make_company().target
    with pytest.raises(ConfigurationError, match="is now Two"):
        learn(made, system("two"), ACTOR)
    confirm_identity(made, actor=ACTOR)
    return Connection.objects.get(pk=made.pk)


def system(name):
    return Identity(fingerprint=name, name=name.capitalize())


def test_it_stores_what_was_confirmed(connection):
    learn(connection, system("two"), ACTOR)

    stored = Connection.objects.get(pk=connection.pk)
    assert (stored.fingerprint, stored.became) == ("netsuite:two", {})


def test_it_locks_again_for_anything_else(connection):
    with pytest.raises(ConfigurationError, match="was Two and is now Three"):
        learn(connection, system("three"), ACTOR)

    stored = Connection.objects.get(pk=connection.pk)
    assert (stored.state, stored.fingerprint, stored.became["name"]) == ("changed", "", "Three")


def test_it_confirms_what_answered_last(connection):
    with pytest.raises(ConfigurationError):
        learn(connection, system("three"), ACTOR)
    confirm_identity(Connection.objects.get(pk=connection.pk), actor=ACTOR)
    learn(Connection.objects.get(pk=connection.pk), system("three"), ACTOR)

    assert Connection.objects.get(pk=connection.pk).fingerprint == "netsuite:three"


def test_it_asks_what_answers_after_a_ping_that_failed_before_it_did():
    changed = make_company().target
    Connection.objects.filter(pk=changed.pk).update(state="new")
    keep(changed, [PingStep(slug="login", label="Login", ok=False, ms=1)])

    with pytest.raises(ConfigurationError, match="is now Two"):
        verify_identity(changed, SimpleNamespace(identity=lambda: system("two")))
    assert Connection.objects.get(pk=changed.pk).state == "changed"

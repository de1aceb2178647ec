"""API tokens: who makes them, that only their digest is kept, and when they die."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import ConfigChange
from integrations.errors import ConfigurationError
from portal.accounts import digest_of
from portal.models import ApiToken, Membership, Role
from portal.permissions import ROLE_ABILITIES
from portal.tests.people import client_of, join, make_tenant
from portal.tokens import abilities_of, bound_of, find_token, make_token, revoke_token

pytestmark = pytest.mark.django_db
FORM = {"name": "Script", "role": "operator", "days": "30"}


@pytest.fixture
def maker():
    return join(make_tenant(), Role.ADMIN)


@pytest.fixture
def made(maker):
    return make_token(maker=maker, name="Script", role=Role.ACCOUNTANT, days=30)


@pytest.mark.parametrize("role", list(Role))
def test_it_lets_only_those_who_manage_make_tokens(role):
    membership = join(make_tenant(), role, "me@acme.example")
    answer = client_of(membership.user).post("/tokens/make/", FORM)

    assert answer.status_code == (200 if role in (Role.OWNER, Role.ADMIN) else 403)
    assert ApiToken.objects.count() == (answer.status_code == 200)


def test_it_keeps_only_the_digest_of_a_token(made):
    token, text = made

    assert token.token_digest == digest_of(text)
    assert text not in str(ApiToken.objects.values().get())


def test_it_shows_a_token_once(maker):
    client = client_of(maker.user)
    shown = client.post("/tokens/make/", FORM).content.decode()
    text = shown.partition('<code id="token-text">')[2].partition("<")[0]

    assert find_token(text).name == "Script"
    assert text not in client.get("/tokens/").content.decode()


def test_it_puts_making_and_revoking_on_record(made):
    token, text = made
    revoke_token(token, actor="x@acme.example")
    revoke_token(token, actor="x@acme.example")
    changes = ConfigChange.objects.filter(subject="api tokens").order_by("id")

    assert [each.action for each in changes] == ["made an API token", "revoked an API token"]
    assert text not in str(changes.values())


def test_it_makes_no_token_of_an_owners_role(maker):
    with pytest.raises(ConfigurationError):
        make_token(maker=maker, name="Script", role=Role.OWNER, days=30)


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_it_asks_for_a_name(maker, name):
    assert client_of(maker.user).post("/tokens/make/", {**FORM, "name": name}).status_code == 422


def test_it_gives_a_token_at_most_what_its_maker_may(made):
    token, text = made
    Membership.objects.filter(pk=token.membership_id).update(role=Role.OPERATOR)

    found = find_token(text)
    assert (abilities_of(found), bound_of(found)) == (ROLE_ABILITIES[Role.OPERATOR], "Operator")


def test_it_finds_no_token_whose_maker_left(made, maker):
    maker.delete()

    assert find_token(made[1]) is None


def test_it_finds_no_token_of_a_person_who_may_not_sign_in(made, maker):
    maker.user.is_active = False
    maker.user.save()

    assert find_token(made[1]) is None


@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_it_finds_no_token_that_is_over(made, field):
    ApiToken.objects.update(**{field: timezone.now() - timedelta(seconds=1)})

    assert find_token(made[1]) is None


@pytest.mark.parametrize("text", ["", "mlc_", "mlc_unknown", "Bearer"])
def test_it_finds_nothing_for_a_text_that_is_no_token(text):
    assert find_token(text) is None

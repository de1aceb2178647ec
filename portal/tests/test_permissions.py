"""What each role may do."""

import pytest

from portal.models import Role
from portal.permissions import ROLE_ABILITIES, ROLE_SENTENCES, Ability, assignable_roles, is_allowed

CHANGING = (Ability.OPERATE, Ability.MAP, Ability.CONFIGURE, Ability.MANAGE)


def test_it_has_a_row_and_a_sentence_for_every_role():
    assert set(ROLE_ABILITIES) == set(Role) == set(ROLE_SENTENCES)


@pytest.mark.parametrize("role", list(Role))
def test_it_lets_every_role_view(role):
    assert is_allowed(role, Ability.VIEW)


@pytest.mark.parametrize("ability", CHANGING)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER])
def test_it_lets_auditors_and_viewers_change_nothing(role, ability):
    assert not is_allowed(role, ability)


def test_it_lets_an_auditor_export_and_a_viewer_not():
    assert is_allowed(Role.AUDITOR, Ability.EXPORT)
    assert not is_allowed(Role.VIEWER, Ability.EXPORT)


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.OPERATOR])
def test_it_keeps_credentials_and_team_from_accountants_and_operators(role):
    assert not is_allowed(role, Ability.CONFIGURE)
    assert not is_allowed(role, Ability.MANAGE)


def test_it_lets_owners_do_everything():
    assert all(is_allowed(Role.OWNER, ability) for ability in Ability)


def test_it_gives_an_unknown_role_nothing():
    assert not is_allowed("intern", Ability.VIEW)


def test_it_lets_only_owners_make_owners():
    assert Role.OWNER in assignable_roles(Role.OWNER)
    assert Role.OWNER not in assignable_roles(Role.ADMIN)
    assert assignable_roles(Role.ACCOUNTANT) == ()

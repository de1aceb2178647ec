"""Who may open and press what: visitors, strangers and every role, over all screens."""

import pytest
from django.urls import get_resolver

from integrations.models import Connection
from portal.models import Role
from portal.permissions import Ability, is_allowed
from portal.tests import screens
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db

# Pages for everybody, or tested with the team and with sign-in.
OTHERS = set(
    """
    tenant_export tenant_close account_delete
    sync_setup sync_setup_stage connection_ask connection_ask_revoke connection_fill
    public_home robots sitemap catalogue catalogue_pair catalogue_system public_security docs docs_page status set_theme
    system_logo webhook styleguide tenant_switch tenant_create team invite invitation_revoke
    member_role member_remove invitation_accept connection_sandbox health metrics consent_back
    api_reference token_create retention_choose approval_rule_choose
    """.split()  # noqa: SIM905
)


@pytest.fixture(scope="module")
def names():
    return [pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)]


@pytest.fixture
def company():
    return make_company()


def test_it_tests_every_address_of_the_portal(company, names):
    known = {*screens.lists(), *screens.objects(company), *screens.actions(company), *OTHERS}

    assert set(names) == known


def test_it_shows_every_page_to_an_owner(company):
    client = company.client()
    pages = {**screens.lists(), **screens.objects(company)}

    assert {name: client.get(url).status_code for name, (url, _) in pages.items()} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("role", list(Role))
def test_it_opens_pages_by_ability(company, role):
    client = company.client(role)
    pages = {**screens.lists(), **screens.objects(company)}
    expected = {name: 200 if is_allowed(role, ability) else 403 for name, (_, ability) in pages.items()}

    assert {name: client.get(url).status_code for name, (url, _) in pages.items()} == expected


@pytest.mark.parametrize("role", list(Role))
def test_it_lets_press_by_ability(company, role):
    client = company.client(role)
    actions = screens.actions(company)
    if role == Role.ADMIN:
        del actions["connection_confirm"]  # an owner's alone, tested below
    forbidden = {name for name, (url, data, _) in actions.items() if client.post(url, data).status_code == 403}

    assert forbidden == {name for name, (_, _, ability) in actions.items() if not is_allowed(role, ability)}


def test_it_finds_nothing_of_another_company(company):
    stranger = make_company("Other").client()
    pages = screens.objects(company)

    assert {name: stranger.get(url).status_code for name, (url, _) in pages.items()} == dict.fromkeys(pages, 404)


def test_it_presses_nothing_of_another_company(company):
    stranger = make_company("Other").client()
    actions = screens.actions(company)
    answers = {name: stranger.post(url, data).status_code for name, (url, data, _) in actions.items()}

    assert answers == dict.fromkeys(actions, 404)


def test_it_sends_visitors_to_sign_in(company, client):
    pages = {**screens.lists(), **screens.objects(company)}

    assert {client.get(url)["Location"].split("?")[0] for url, _ in pages.values()} == {"/accounts/login/"}


def test_it_answers_only_posts_where_something_changes(company):
    client = company.client()

    assert {client.get(url).status_code for url, _, _ in screens.actions(company).values()} == {405}


def test_it_lists_nothing_of_another_company(company):
    stranger = make_company("Other").client()
    seen = "".join(stranger.get(url).getvalue().decode(errors="replace") for url, _ in screens.lists().values())

    assert "Acme" not in seen


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ACCOUNTANT])
def test_it_leaves_the_first_switching_on_to_those_who_configure(company, role):
    company.sync.state = "draft"
    company.sync.save()

    assert company.client(role).post(f"/syncs/{company.sync.pk}/on/").status_code == 403
    assert not is_allowed(role, Ability.CONFIGURE)


def test_it_leaves_another_system_to_owners(company):
    Connection.objects.filter(pk=company.target.pk).update(state="changed")
    url = f"/connections/{company.target.pk}/confirm/"

    assert company.client(Role.ADMIN).post(url).status_code == 403
    assert company.client().post(url).status_code == 302
    assert Connection.objects.get(pk=company.target.pk).state == "new"


def test_it_offers_no_button_that_would_be_refused(company):
    client = company.client(Role.AUDITOR)
    pages = {**screens.lists(), **screens.objects(company)}
    seen = "".join(
        client.get(url).getvalue().decode(errors="replace")
        for url, ability in pages.values()
        if ability == Ability.VIEW
    )

    assert [url for url, _, _ in screens.actions(company).values() if f'action="{url}' in seen] == []

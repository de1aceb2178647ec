"""Who sees what: visitors, strangers, roles, and people with several companies."""

import pytest
from django.urls import get_resolver

from portal.models import Membership, Role
from portal.permissions import Ability
from portal.tests.people import client_of, join, make_tenant, make_user

KNOWN_ACCESS = {"public", "signed_in", "staff", *(ability.value for ability in Ability)}


def portal_views():
    """Give (route, view) of everything served by the portal's own views."""
    for pattern in get_resolver().url_patterns:
        view = getattr(pattern, "callback", None)
        if view is not None and view.__module__.startswith("portal."):
            yield str(pattern.pattern), view


@pytest.mark.parametrize(("route", "view"), [pytest.param(*found, id=found[0] or "/") for found in portal_views()])
def test_it_knows_who_may_open_every_view(route, view):
    assert getattr(view, "access", None) in KNOWN_ACCESS


@pytest.mark.django_db
def test_it_sends_visitors_to_sign_in(client):
    assert client.get("/team/")["Location"] == "/accounts/login/?next=/team/"


@pytest.mark.django_db
def test_it_moves_the_whole_page_when_a_part_of_it_asks(client):
    answer = client.get("/team/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/accounts/login/?next=/team/"


@pytest.mark.django_db
def test_it_shows_a_stranger_nothing_of_another_company():
    theirs = join(make_tenant("Theirs"), Role.VIEWER)
    owner = make_user("owner@mine.example")
    client = client_of(owner, tenant=make_tenant("Mine", owner=owner))

    assert client.post(f"/team/{theirs.pk}/role/", {"role": "admin"}).status_code == 404
    assert client.post(f"/team/{theirs.pk}/remove/").status_code == 404
    assert client.post("/companies/switch/", {"tenant": theirs.tenant_id}).status_code == 404
    assert "Theirs" not in client.get("/team/").content.decode()


@pytest.mark.django_db
def test_it_works_for_the_company_one_switched_to():
    owner = make_user()
    make_tenant("Alpha", owner=owner)
    beta = make_tenant("Beta", owner=owner)
    client = client_of(owner)
    assert client.get("/home/").context["tenant"].name == "Alpha"

    client.post("/companies/switch/", {"tenant": beta.pk})

    assert client.get("/home/").context["tenant"] == beta


@pytest.mark.django_db
def test_it_refuses_a_form_that_was_opened_for_another_company():
    owner = make_user()
    make_tenant("Alpha", owner=owner)
    beta = make_tenant("Beta", owner=owner)
    client = client_of(owner, tenant=beta)

    answer = client.post("/team/invite/", {"email": "x@alpha.example", "role": "viewer", "_tenant": "alpha"})

    assert answer.status_code == 409
    assert not beta.invitations.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 302), ("admin", 302), ("accountant", 403), ("operator", 403), ("auditor", 403), ("viewer", 403)],
)
def test_it_lets_only_those_who_manage_invite(role, status):
    tenant = make_tenant()
    client = client_of(join(tenant, Role(role), "me@acme.example").user)

    answer = client.post("/team/invite/", {"email": "new@acme.example", "role": "viewer"})

    assert answer.status_code == status
    assert tenant.invitations.count() == (1 if status == 302 else 0)


@pytest.mark.django_db
def test_it_shows_a_suspended_company_nothing():
    tenant = make_tenant()
    tenant.is_suspended = True
    tenant.save()

    answer = client_of(Membership.objects.get().user).get("/team/")

    assert answer.status_code == 403
    assert "suspended" in answer.content.decode()


@pytest.mark.django_db
def test_it_leads_a_person_without_a_company_to_founding_one():
    client = client_of(make_user())
    assert client.get("/home/")["Location"] == "/companies/add/"

    client.post("/companies/add/", {"name": "New", "time_zone": "UTC"})

    assert client.get("/home/").context["tenant"].name == "New"


@pytest.mark.django_db
def test_it_hides_the_style_guide_from_customers():
    owner = make_user()
    make_tenant(owner=owner)
    staff = make_user("support@ml.example", is_staff=True)

    assert client_of(owner).get("/styleguide/").status_code == 404
    assert client_of(staff).get("/styleguide/").status_code == 200


@pytest.mark.django_db
def test_it_shows_times_in_the_companys_zone():
    owner = make_user()
    make_tenant(owner=owner, time_zone="Asia/Tokyo")

    assert "Asia/Tokyo" in client_of(owner).get("/home/").content.decode()


@pytest.mark.django_db
def test_it_renders_the_team_in_a_constant_number_of_queries(django_assert_num_queries):
    tenant = make_tenant()
    for number in range(5):
        join(tenant, Role.VIEWER, f"v{number}@acme.example")
    client = client_of(Membership.objects.get(role=Role.OWNER).user)
    client.get("/team/")

    with django_assert_num_queries(5):  # session, person, memberships, members, invitations
        client.get("/team/")


def test_it_remembers_the_theme_in_the_browser(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})

    assert (answer["Location"], answer.cookies["theme"].value) == ("/", "dark")

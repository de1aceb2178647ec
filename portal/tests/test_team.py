"""Invitations, roles of members, and the last owner."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import ConfigChange, Seal
from audit.seal import verify
from portal.accounts import accept_invitation, change_role, find_invitation, invite_member, remove_member
from portal.models import Invitation, Membership, Role
from portal.tests.people import PASSWORD, client_of, join, make_tenant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def owner(tenant):
    return Membership.objects.for_tenant(tenant).get(role=Role.OWNER)


def invite(tenant, owner, email="new@acme.example", role=Role.ACCOUNTANT):
    return invite_member(tenant=tenant, inviter=owner, email=email, role=role)


def test_it_keeps_only_the_digest_of_the_token(tenant, owner):
    invitation, token = invite(tenant, owner)

    assert token not in str(Invitation.objects.values().get())
    assert find_invitation(token) == invitation


def test_it_mails_a_link_that_joins_after_sign_up(tenant, owner, client):
    client_of(owner.user).post("/team/invite/", {"email": "New@acme.example", "role": "accountant"})
    link = re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)[1]
    assert client.get(link).status_code == 200

    client.post("/accounts/signup/", {"name": "New", "password1": PASSWORD})

    assert client.get("/home/").context["tenant"] == tenant
    assert Membership.objects.get(user__email="new@acme.example").role == Role.ACCOUNTANT


def test_it_ignores_another_address_typed_while_joining(tenant, owner, client):
    _, token = invite(tenant, owner)
    client.get(f"/invitations/{token}/")

    client.post("/accounts/signup/", {"email": "thief@evil.example", "password1": PASSWORD})

    assert not Membership.objects.filter(user__email="thief@evil.example").exists()


def test_it_lets_a_person_with_an_account_join_at_once(tenant, owner):
    _, token = invite(tenant, owner)
    client = client_of(make_user("new@acme.example"))

    client.post(f"/invitations/{token}/")

    assert client.get("/home/").context["tenant"] == tenant


def test_it_refuses_an_invitation_for_someone_else(tenant, owner):
    invitation, token = invite(tenant, owner)
    other = make_user("other@evil.example")

    assert client_of(other).post(f"/invitations/{token}/").status_code == 403
    with pytest.raises(ValidationError):
        accept_invitation(invitation=invitation, user=other)
    assert not other.memberships.exists()


def test_it_refuses_a_token_that_is_used_expired_or_made_up(tenant, owner, client):
    _, token = invite(tenant, owner)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(f"/invitations/{token}/").status_code == 404
    assert client.get("/invitations/made-up/").status_code == 404


def test_it_accepts_an_invitation_once(tenant, owner):
    invitation, token = invite(tenant, owner)
    user = make_user("new@acme.example")

    accept_invitation(invitation=invitation, user=user)
    accept_invitation(invitation=invitation, user=user)

    assert user.memberships.count() == 1
    assert find_invitation(token) is None


def test_it_replaces_the_open_invitation_of_an_address(tenant, owner):
    _, old = invite(tenant, owner)
    _, new = invite(tenant, owner, role=Role.VIEWER)

    assert find_invitation(old) is None
    assert find_invitation(new).role == Role.VIEWER


def test_it_takes_an_invitation_back(tenant, owner):
    invitation, token = invite(tenant, owner)

    client_of(owner.user).post(f"/team/invitations/{invitation.pk}/revoke/")

    assert find_invitation(token) is None


def test_it_keeps_an_admin_from_making_owners(tenant):
    admin = join(tenant, Role.ADMIN)
    with pytest.raises(ValidationError):
        invite(tenant, admin, role=Role.OWNER)


def test_it_keeps_an_admin_from_demoting_an_owner(tenant, owner):
    with pytest.raises(ValidationError):
        change_role(actor=join(tenant, Role.ADMIN), membership=owner, role=Role.VIEWER)


def test_it_changes_a_role(tenant, owner):
    member = join(tenant, Role.VIEWER)

    client_of(owner.user).post(f"/team/{member.pk}/role/", {"role": "operator"})

    member.refresh_from_db()
    assert member.role == Role.OPERATOR


def test_it_keeps_the_last_owner(tenant, owner):
    with pytest.raises(ValidationError):
        remove_member(actor=owner, membership=owner)
    with pytest.raises(ValidationError):
        change_role(actor=owner, membership=owner, role=Role.ADMIN)


def test_it_lets_a_viewer_leave_and_remove_nobody_else(tenant):
    viewer, other = join(tenant, Role.VIEWER), join(tenant, Role.OPERATOR)
    client = client_of(viewer.user)

    client.post(f"/team/{other.pk}/remove/")
    client.post(f"/team/{viewer.pk}/remove/")

    assert set(tenant.memberships.values_list("role", flat=True)) == {Role.OWNER, Role.OPERATOR}


def changes(tenant):
    """Give (action, actor) of what was put on record about the team, oldest first."""
    rows = ConfigChange.objects.for_tenant(tenant).filter(subject="team").order_by("id")
    return list(rows.values_list("action", "actor"))


def test_it_puts_every_change_of_the_team_on_record(tenant, owner):
    client, boss = client_of(owner.user), owner.user.email
    _, token = invite(tenant, owner)
    joining = client_of(make_user("new@acme.example"))
    joining.post(f"/invitations/{token}/")
    member = Membership.objects.get(user__email="new@acme.example")
    client.post(f"/team/{member.pk}/role/", {"role": "viewer"})
    client.post(f"/team/{member.pk}/remove/")
    second, _ = invite(tenant, owner, "other@acme.example")
    client.post(f"/team/invitations/{second.pk}/revoke/")

    assert changes(tenant) == [
        ("founded", boss),
        ("invited", boss),
        ("joined", "new@acme.example"),
        ("role changed", boss),
        ("removed", boss),
        ("invited", boss),
        ("invitation taken back", boss),
    ]


def test_it_seals_changes_of_the_team_into_the_chain(tenant, owner):
    invite(tenant, owner)

    assert verify(tenant.pk) is None
    assert Seal.objects.for_tenant(tenant).filter(change__subject="team").count() == 2


def test_it_puts_no_second_joining_on_record(tenant, owner):
    invitation, _ = invite(tenant, owner)
    user = make_user("new@acme.example")
    accept_invitation(invitation=invitation, user=user)
    accept_invitation(invitation=invitation, user=user)

    assert [action for action, _ in changes(tenant)].count("joined") == 1

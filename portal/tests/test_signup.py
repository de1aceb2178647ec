"""Sign-up: a company with its owner, a confirmed address, sealed second factors."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.db import IntegrityError, connection, transaction

from portal.models import Membership, Role, Tenant, User
from portal.tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Clara",
    "email": "Clara@Acme.example",
    "password1": PASSWORD,
    "company": "Acme Billing GmbH",
    "time_zone": "Europe/Berlin",
}


def confirm_link() -> str:
    return re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]


def test_it_founds_a_company_with_its_owner(client):
    client.post("/accounts/signup/", FORM)

    membership = Membership.objects.select_related("tenant", "user").get()
    assert (membership.tenant.name, membership.tenant.slug) == ("Acme Billing GmbH", "acme-billing-gmbh")
    assert membership.tenant.time_zone == "Europe/Berlin"
    assert membership.role == Role.OWNER
    assert (membership.user.email, membership.user.name) == ("clara@acme.example", "Clara")


def test_it_lets_nobody_in_before_the_address_is_confirmed(client):
    client.post("/accounts/signup/", FORM)

    answer = client.post("/accounts/login/", {"login": FORM["email"], "password": PASSWORD})

    assert answer["Location"] == "/accounts/confirm-email/"
    assert client.get("/home/")["Location"].startswith("/accounts/login/")


def test_it_signs_in_once_the_address_is_confirmed(client):
    client.post("/accounts/signup/", FORM)
    assert client.get(confirm_link()).status_code == 200

    client.post(confirm_link())

    assert client.get("/home/").status_code == 200


def test_it_needs_company_and_a_real_time_zone(client):
    answer = client.post("/accounts/signup/", {**FORM, "company": "", "time_zone": "Mars/Olympus"})

    assert set(answer.context["form"].errors) == {"company", "time_zone"}
    assert not User.objects.exists()


def test_it_founds_no_second_company_for_an_address_that_has_an_account(client):
    make_user("clara@acme.example")

    answer = client.post("/accounts/signup/", FORM)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert not Tenant.objects.exists()


def test_it_gives_two_companies_of_one_name_two_slugs(client, db):
    client.post("/accounts/signup/", FORM)
    client.post("/accounts/signup/", {**FORM, "email": "other@acme.example"})

    assert len({tenant.slug for tenant in Tenant.objects.all()}) == 2


def stored_secrets() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        return cursor.fetchone()[0]


def test_it_seals_the_secret_of_the_authenticator_app():
    secret = generate_totp_secret()
    TOTP.activate(make_user(), secret)

    assert secret not in stored_secrets()
    assert Authenticator.objects.get().data["secret"].startswith("gAAAA")


def test_it_opens_the_sealed_secret_to_check_a_code():
    secret = generate_totp_secret()
    TOTP.activate(make_user(), secret)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    assert TOTP(Authenticator.objects.get()).validate_code(code)


def test_it_seals_the_seed_of_the_recovery_codes():
    codes = RecoveryCodes.activate(make_user())

    assert Authenticator.objects.get().data["seed"].startswith("gAAAA")
    assert len(codes.get_unused_codes()) == 10
    assert not any(code in stored_secrets() for code in codes.get_unused_codes())


@pytest.mark.parametrize("values", [{"role": "intern"}, {"role": ""}])
def test_it_refuses_an_unknown_role_in_the_database(values):
    tenant = Tenant.objects.create(name="Acme", slug="acme")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=make_user(), tenant=tenant, **values)


def test_it_refuses_an_address_in_capitals_in_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Clara@acme.example")

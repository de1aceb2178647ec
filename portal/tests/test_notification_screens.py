"""The screen of notifications: channels are added, tested, paused and deleted; what was told is listed."""

import pytest
from django.core import mail

from audit.models import ConfigChange
from portal.notifications import outbox
from portal.notifications.channels import secrets_of
from portal.notifications.models import Channel, Event, Message
from portal.notifications.sending import send
from portal.notifications.tests.receiver import receiving
from portal.notifications.watching import QUICK, watch
from portal.tests.screens import CHANNEL_KEY, make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(settings):
    settings.EGRESS_ALLOW = {"acme": ["127.0.0.1"]}
    return make_company()


@pytest.fixture
def receiver():
    with receiving() as running:
        yield running


def typed(**changes):
    return {"name": "New one", "kinds": ["problem", "stopped"], "timing": "immediate", "digest_at": "07:00", **changes}


def send_due():
    return [send(pk) for pk in outbox.due()]


def page(company):
    return company.client().get("/notifications/").content.decode()


def test_it_leads_on_where_nobody_is_told_yet(company):
    Channel.objects.all().delete()

    assert "Nobody is told yet" in page(company)


def test_it_adds_an_e_mail_channel_with_each_address_once(company):
    company.client().post(
        "/notifications/add/email/", typed(recipients="AP@acme.example, ap@acme.example; b@x.example")
    )
    made = Channel.objects.get(name="New one")

    assert made.recipients == ["ap@acme.example", "b@x.example"]
    assert made.kinds == ["problem", "stopped"]


@pytest.mark.parametrize(
    ("medium", "wrong", "said"),
    [
        ("email", {"recipients": "nobody"}, "valid email address"),
        ("email", {"recipients": ", ".join(f"{n}@acme.example" for n in range(11))}, "At most 10 addresses."),
        ("email", {"recipients": "a@acme.example", "kinds": []}, "Choose at least one."),
        ("webhook", {"url": "https://10.0.0.1/x"}, "an address inside a private network"),
        ("slack", {"url": "ftp://example.com"}, "This is not an address."),
        ("webhook", {"url": "http://127.0.0.1/x", "name": "A program of Acme"}, "exists already"),
    ],
)
def test_it_says_what_is_wrong_with_a_channel(company, medium, wrong, said):
    answer = company.client().post(f"/notifications/add/{medium}/", typed(**wrong))

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_it_knows_no_other_medium(company):
    assert company.client().get("/notifications/add/pigeon/").status_code == 404


def test_it_keeps_address_and_key_where_only_the_rest_is_changed(company):
    company.client().post(f"/notifications/{company.channel.pk}/edit/", typed(name="Renamed", timing="daily", url=""))
    kept = Channel.objects.get(pk=company.channel.pk)

    assert (kept.name, kept.timing, kept.host) == ("Renamed", "daily", "hooks.acme.invalid")
    assert secrets_of(kept)["key"] == CHANNEL_KEY


def test_it_shows_the_signing_key_on_request_and_puts_it_on_record(company):
    answer = company.client().post(f"/notifications/{company.channel.pk}/key/")

    assert CHANNEL_KEY in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert ConfigChange.objects.filter(tenant=company.tenant, action="signing key shown").exists()


def test_it_shows_what_became_of_a_test_that_a_worker_sent(company, receiver):
    client = company.client()
    client.post("/notifications/add/webhook/", typed(url=receiver.url))
    url = f"/notifications/{Channel.objects.get(name='New one').pk}/test/"
    receiver.status, receiver.answer = 410, b"gone"
    answer = client.post(url, follow=True).content.decode()
    send_due()

    assert "A test of New one is on its way." in answer
    assert "127.0.0.1 answered 410: gone." in page(company)


def test_it_bounds_the_tests_of_a_company_even_when_channels_come_and_go(company):
    client = company.client()
    for _ in range(6):
        client.post("/notifications/add/email/", typed(recipients="ap@acme.example"))
        made = Channel.objects.get(name="New one")
        answer = client.post(f"/notifications/{made.pk}/test/", follow=True).content.decode()
        send_due()
        client.post(f"/notifications/{made.pk}/delete/")

    assert len(mail.outbox) == 5
    assert "Channels were tested 5 times of late. Wait ten minutes." in answer


def test_it_says_that_a_company_has_enough_channels(company):
    usual = {"tenant": company.tenant, "medium": "email", "kinds": ["problem"]}
    Channel.objects.bulk_create([Channel(**usual, name=f"Channel {number}") for number in range(19)])
    answer = company.client().post("/notifications/add/email/", typed(recipients="ap@acme.example"))

    assert (answer.status_code, Channel.objects.count()) == (422, 20)
    assert "has 20 channels already" in answer.content.decode()


def test_it_sends_a_test_letter(company):
    company.client().post("/notifications/add/email/", typed(recipients="ap@acme.example"))
    company.client().post(f"/notifications/{Channel.objects.get(name='New one').pk}/test/")
    send_due()

    assert [letter.subject for letter in mail.outbox] == ["Acme: a test from ml-connector"]


def test_it_pauses_a_channel_and_resumes_it(company):
    client, url = company.client(), f"/notifications/{company.channel.pk}/pause/"
    client.post(url)
    assert "Paused" in page(company)
    client.post(url)

    assert not Channel.objects.get(pk=company.channel.pk).is_paused


def test_it_keeps_what_was_told_when_a_channel_is_deleted(company):
    watch(company.tenant, QUICK)
    company.client().post(f"/notifications/{company.channel.pk}/delete/")

    assert not Message.objects.filter(tenant=company.tenant).exists()
    assert Event.objects.filter(tenant=company.tenant).exists()


def test_it_lists_what_was_told_to_whom_and_who_must_act(company):
    watch(company.tenant, QUICK)
    shown = page(company)

    assert "A value is not mapped: setup-fee" in shown
    assert "An accountant" in shown
    assert "A program of Acme" in shown


def test_it_shows_on_a_connection_what_ends_by_itself(company):
    company.target.connector, company.target.values = "dynamics365", {"secret_ends_on": "2020-01-31"}
    company.target.save()
    shown = company.client().get(f"/connections/{company.target.pk}/").content.decode()

    assert "What ends by itself" in shown
    assert "Client secret" in shown
    assert "Ended" in shown

"""Letters, chat texts and signed calls over real sockets; what fails is tried again with the same id, then given up."""

import json
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.utils import timezone

from integrations.errors import ConfigurationError
from integrations.tests.certificates import server_context
from portal.models import Tenant
from portal.notifications import channels, outbox
from portal.notifications.calling import post, signature
from portal.notifications.models import Channel, Event, Message
from portal.notifications.sending import send
from portal.notifications.tests.kit import ACTOR, make_channel
from portal.notifications.tests.receiver import receiving
from portal.tests.people import make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(settings):
    settings.EGRESS_ALLOW = {"acme": ["127.0.0.1"]}
    settings.PORTAL_URL = "https://portal.example"
    return make_tenant("Acme", time_zone="Europe/Berlin")


@pytest.fixture
def receiver():
    with receiving() as running:
        yield running


def happen(tenant, title="A value is not mapped: <setup & fee>", kind="problem", signer=""):
    """Let something happen, and put its messages in the outbox."""
    number = Event.objects.count()
    event = Event.objects.create(
        tenant=tenant, kind=kind, cause=str(number), day="2026-11-20", title=title, text="3 records held up.",
        who="An accountant", path="/problems/7/",
    )  # fmt: skip
    outbox.put(tenant, [(event, (signer,) if signer else ())])
    return event


def send_due():
    return [send(pk) for pk in outbox.due()]


def is_genuine():
    """Give the function by which the documentation has receivers check a signature."""
    text = (Path(django_settings.BASE_DIR) / "docs" / "notifications.md").read_text()
    known: dict = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1), known)
    return known["is_genuine"]


# Letters


def test_it_writes_a_letter_that_says_what_happened_who_must_act_and_where(tenant):
    make_channel(tenant)
    happen(tenant)
    assert send_due() == [True]
    (letter,) = mail.outbox
    assert letter.to == ["ap@acme.example"]
    assert letter.subject == "Acme: A value is not mapped: <setup & fee>"
    for said in ("3 records held up.", "Who must act: An accountant", "https://portal.example/problems/7/"):
        assert said in letter.body


def test_it_writes_to_the_signer_of_a_period_without_any_channel(tenant):
    happen(tenant, kind="stale", signer="clara@acme.example")
    send_due()
    (letter,) = mail.outbox
    assert letter.to == ["clara@acme.example"]
    assert "because you signed this period off" in letter.body


def test_it_tries_a_letter_again_under_the_same_id(tenant, settings):
    make_channel(tenant)
    happen(tenant)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send_due() == [False]
    waiting = Message.objects.get()
    assert (waiting.state, waiting.tries) == ("waiting", 1)
    assert waiting.said.startswith("The letter was not taken:")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(waiting.due_at + timedelta(seconds=1)):
        assert send_due() == [True]
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{waiting.uid}@portal.example>"


# Calls


def test_it_signs_a_call_so_that_the_documented_check_takes_it(tenant, receiver):
    channel = make_channel(tenant, "webhook", url=receiver.url)
    event = happen(tenant)
    assert send_due() == [True]
    (call,) = receiver.calls
    headers = {name.lower(): value for name, value in call.headers.items()}
    key = channels.secrets_of(Channel.objects.get(pk=channel.pk))["key"]
    check = is_genuine()
    told = headers["x-mlc-timestamp"], headers["x-mlc-signature"]
    assert check(key, *told, call.body)
    assert not check(key, *told, call.body + b" ")
    assert not check("another key", *told, call.body)
    assert not check(key, str(int(told[0]) - 301), signature(key, int(told[0]) - 301, call.body), call.body)
    said = json.loads(call.body)
    assert said["id"] == headers["x-mlc-id"]
    assert (said["type"], said["company"]["id"]) == ("immediate", "acme")
    assert said["events"][0]["url"] == "https://portal.example/problems/7/"
    assert said["events"][0]["id"] == event.pk


def test_it_writes_chat_texts_in_which_no_title_is_taken_for_markup(tenant, receiver):
    make_channel(tenant, "slack", url=receiver.url)
    happen(tenant)
    send_due()
    text = json.loads(receiver.calls[0].body)["text"]
    assert "<https://portal.example/problems/7/|A value is not mapped: &lt;setup &amp; fee&gt;>" in text
    assert "x-mlc-signature" not in {name.lower() for name in receiver.calls[0].headers}


def test_it_tries_a_call_again_under_the_same_id_until_it_is_taken(tenant, receiver):
    channel = make_channel(tenant, "webhook", url=receiver.url)
    happen(tenant)
    receiver.status, receiver.answer = 503, b"busy"
    assert send_due() == [False]
    channel.refresh_from_db()
    assert (channel.last_ok, channel.last_said) == (False, "127.0.0.1 answered 503: busy.")
    receiver.status = 204
    receiver.answer = b""
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert send_due() == [True]
    first, second = (json.loads(call.body)["id"] for call in receiver.calls)
    assert first == second
    assert Channel.objects.get().last_ok


def test_it_gives_a_message_up_after_a_day_and_a_half(tenant, receiver):
    make_channel(tenant, "webhook", url=receiver.url)
    happen(tenant)
    receiver.status = 500
    began = timezone.now()
    with time_machine.travel(began) as clock:
        while Message.objects.get().state == "waiting":
            clock.move_to(Message.objects.get().due_at + timedelta(seconds=1))
            send_due()
        taken = timezone.now() - began
    assert timedelta(hours=30) < taken < timedelta(hours=40)
    assert (Message.objects.get().state, len(receiver.calls)) == ("failed", 9)


def test_it_tells_of_a_failure_no_more_of_the_address_than_its_host(tenant, receiver, caplog):
    channel = make_channel(tenant, "slack", url=receiver.url)
    happen(tenant)
    receiver.status, receiver.headers = 302, {"Location": "http://127.0.0.1/elsewhere"}
    send_due()
    channel.refresh_from_db()
    assert channel.last_said.startswith("127.0.0.1 answered 302")
    assert "secret-path" not in channel.last_said + caplog.text
    assert len(receiver.calls) == 1


def test_it_says_that_nobody_answers(tenant, receiver):
    channel = make_channel(tenant, "webhook", url="http://127.0.0.1:9/nobody")
    happen(tenant)
    assert send_due() == [False]
    channel.refresh_from_db()
    assert channel.last_said == "127.0.0.1 gave no answer (ConnectError)."


def test_it_calls_nobody_whose_certificate_is_not_trusted(tenant, tmp_path):
    with receiving(server_context(tmp_path, [])) as server:
        channel = make_channel(tenant, "webhook", url=server.url)
        happen(tenant)
        assert send_due() == [False]
        channel.refresh_from_db()
        assert channel.last_said.startswith("The TLS certificate of 127.0.0.1 is not trusted:")
        assert server.calls == []


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://169.254.169.254/latest", "http://example.com/x", "file:///etc/passwd", "x"]
)
def test_it_takes_no_address_that_may_not_be_called(tenant, settings, url):
    settings.EGRESS_ALLOW = {}
    with pytest.raises(ConfigurationError):
        make_channel(tenant, "webhook", url=url)
    assert not Channel.objects.exists()


def test_it_judges_an_address_again_at_each_call(tenant, receiver, settings):
    make_channel(tenant, "webhook", url=receiver.url)
    happen(tenant)
    settings.EGRESS_ALLOW = {}
    assert send_due() == [False]
    assert receiver.calls == []


def test_it_opens_a_private_host_to_that_company_only(receiver, settings):
    settings.EGRESS_ALLOW = {"acme": ["127.0.0.1"]}
    with pytest.raises(ConfigurationError):
        post(receiver.url, b"{}", {}, tenant_slug="other")


def test_it_seals_address_and_key(tenant, receiver, django_db_blocker):
    channel = make_channel(tenant, "webhook", url=receiver.url)
    kept = Channel.objects.get(pk=channel.pk)
    assert str(kept.secrets) == "<sealed>"
    assert kept.host == "127.0.0.1"


# When


def test_it_sends_a_digest_at_its_hour_in_the_companys_zone(tenant):
    make_channel(tenant, timing="daily", digest_at=time(7))
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC)) as clock:
        happen(tenant, "First")
        happen(tenant, "Second")
        assert Message.objects.get().due_at == datetime(2026, 11, 21, 6, tzinfo=UTC)
        assert send_due() == []
        clock.move_to(datetime(2026, 11, 21, 6, 0, 1, tzinfo=UTC))
        assert send_due() == [True]
    (letter,) = mail.outbox
    assert letter.subject == "Acme: 2 things since yesterday"
    assert "First" in letter.body
    assert "Second" in letter.body


def test_it_adds_nothing_to_a_digest_that_a_worker_has_in_hand(tenant):
    make_channel(tenant, timing="daily", digest_at=time(7))
    with time_machine.travel(datetime(2026, 11, 21, 5, 59, 59, tzinfo=UTC)):
        happen(tenant, "First")
        Message.objects.update(tries=1)
        happen(tenant, "Second")
    moments = Message.objects.order_by("due_at").values_list("due_at", flat=True)
    assert [moment.day for moment in moments] == [21, 22]


def test_it_hands_a_message_to_one_worker_only(tenant):
    make_channel(tenant)
    happen(tenant)
    (message_id,) = outbox.due()
    assert outbox.claim(message_id) is not None
    assert outbox.claim(message_id) is None
    assert outbox.due() == []


def test_it_sends_what_a_lost_worker_had_in_hand(tenant):
    make_channel(tenant)
    happen(tenant)
    outbox.claim(outbox.due()[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert send_due() == [True]


def test_it_drops_what_waits_for_a_channel_that_is_paused(tenant):
    channel = make_channel(tenant)
    happen(tenant)
    channels.pause_channel(channel, actor=ACTOR)
    assert send_due() == []
    assert Message.objects.get().state == "dropped"


def test_it_ends_nothing_that_another_worker_has_claimed_since(tenant):
    make_channel(tenant)
    happen(tenant)
    lost = outbox.claim(outbox.due()[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        held = outbox.claim(lost.pk)
        outbox.not_sent(lost, "Too late.")
        assert outbox.due() == []
        outbox.sent(held)
        outbox.not_sent(lost, "Too late.")
    ended = Message.objects.get()
    assert (ended.state, ended.said, Channel.objects.get().last_ok) == ("sent", "", True)


@pytest.mark.parametrize("more", [{"is_suspended": True}, {"closed_at": timezone.now()}])
def test_it_tells_a_company_nothing_that_is_suspended_or_closed(tenant, more):
    make_channel(tenant)
    happen(tenant, signer="clara@acme.example")
    Tenant.objects.update(**more)
    assert outbox.due() == []
    assert [send(pk) for pk in Message.objects.values_list("pk", flat=True)] == [False, False]
    assert mail.outbox == []


def test_it_tells_a_paused_channel_nothing_that_slipped_in(tenant):
    channel = make_channel(tenant)
    happen(tenant)
    Channel.objects.update(is_paused=True)
    assert outbox.due() == []
    assert not send(Message.objects.get().pk)
    channels.resume_channel(channel, actor=ACTOR)
    assert outbox.due() == []


def test_it_tries_again_at_most_so_often_what_fails_unexpectedly(tenant, settings):
    make_channel(tenant)
    happen(tenant)
    settings.EMAIL_BACKEND = "nobody.knows.Backend"
    with time_machine.travel(timezone.now()) as clock:
        while (message := Message.objects.get()).state == "waiting":
            clock.move_to(message.due_at + timedelta(seconds=1))
            with pytest.raises(ModuleNotFoundError):
                send(message.pk)
    assert (message.state, message.tries, message.said) == ("failed", 9, outbox.FAULT)


def test_it_gives_up_what_takes_its_workers_down(tenant):
    make_channel(tenant)
    happen(tenant)
    with time_machine.travel(timezone.now()) as clock:
        while claimed := outbox.claim(Message.objects.get().pk):
            clock.move_to(claimed.claimed_until + timedelta(seconds=1))
    assert (Message.objects.get().state, Message.objects.get().said) == ("failed", outbox.FAULT)


def test_it_tries_a_test_once(tenant, receiver):
    channel = make_channel(tenant, "webhook", url=receiver.url)
    receiver.status = 500
    assert not send(outbox.put_test(channel).pk)
    assert Message.objects.get().state == "failed"
    receiver.status = 200
    assert send(outbox.put_test(channel).pk)
    assert json.loads(receiver.calls[-1].body)["type"] == "test"


def test_it_forgets_what_is_long_over_and_nothing_else(tenant):
    channel = make_channel(tenant)
    happen(tenant, "Over")
    Event.objects.update(ended_at=timezone.now())
    happen(tenant, "Still so")
    outbox.put_test(channel)
    with time_machine.travel(timezone.now() + timedelta(days=401)):
        happen(tenant, "New")
        outbox.forget_old()
    assert sorted(Event.objects.values_list("title", flat=True)) == ["New", "Still so"]
    assert Message.objects.count() == 2

"""The outbox: who is told of an event and when, written together with it; messages are claimed, tried and ended."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from portal.models import Tenant
from portal.notifications.models import Channel, Event, Message

State = Message.State
KEPT = timedelta(days=400)
_CLAIM = timedelta(minutes=2)  # longer than any letter or call takes
# Pauses after each failure: for a day and a half in all, then the message is given up.
PAUSES = tuple(timedelta(minutes=number) for number in (1, 5, 15, 60, 180, 360, 720, 720))
FAULT = "It stopped at a fault of ours; support has been told."


def put(tenant: Tenant, events: Sequence[tuple[Event, Sequence[str]]]) -> None:
    """Put messages about new events in the outbox, in the caller's transaction; each with people told besides."""
    if not events:
        return
    for channel in Channel.objects.for_tenant(tenant).filter(is_paused=False):
        wanted = [event for event, _ in events if event.kind in channel.kinds]
        if wanted:
            _put(tenant, channel, wanted)
    for event, people in events:
        for person in people:
            made = Message.objects.create(tenant=tenant, recipient=person, mode=Message.Mode.IMMEDIATE)
            made.events.add(event)


def _put(tenant: Tenant, channel: Channel, events: Sequence[Event]) -> None:
    if channel.timing == Channel.Timing.DAILY:
        message = _digest(tenant, channel)
    else:
        message = Message.objects.create(tenant=tenant, channel=channel, mode=Message.Mode.IMMEDIATE)
    message.events.add(*events)


def _digest(tenant: Tenant, channel: Channel) -> Message:
    """Give the channel's next digest; one that a worker has in hand is not added to, for it may be written already."""
    moments = _digest_moments(tenant, channel)
    for due_at in moments:
        digests = Message.objects.for_tenant(tenant).filter(channel=channel, mode=Message.Mode.DIGEST, due_at=due_at)
        known = digests.select_for_update().first()
        if known is None:
            return Message.objects.create(tenant=tenant, channel=channel, mode=Message.Mode.DIGEST, due_at=due_at)
        if known.tries == 0 and known.state == State.WAITING:
            return known
    raise AssertionError("unreachable: the days do not end")


def _digest_moments(tenant: Tenant, channel: Channel) -> Iterator[datetime]:
    """Give the channel's hours to come, in the tenant's zone; an hour that a clock change skips comes later."""
    now = timezone.now()
    day = now.astimezone(tenant.zone).date()
    while True:
        moment = datetime.combine(day, channel.digest_at, tenant.zone).astimezone(timezone.get_default_timezone())
        if moment > now:
            yield moment
        day += timedelta(days=1)


def put_test(channel: Channel) -> Message:
    """Put a message without events in the outbox, to see whether the channel works."""
    return Message.objects.create(tenant_id=channel.tenant_id, channel=channel, mode=Message.Mode.TEST)


def due(limit: int = 200) -> list[int]:
    """Give the messages that wait to be sent, or whose worker was lost."""
    rows = Message.objects.filter(_is_due())  # every tenant's
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def _is_due() -> Q:
    """Tell what may be sent now: nothing of a company that is suspended or closed, only tests to a paused channel."""
    now = timezone.now()
    listening = Channel.objects.filter(pk=OuterRef("channel_id"), is_paused=False)
    live = Tenant.objects.filter(pk=OuterRef("tenant_id"), is_suspended=False, closed_at=None)
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    is_wanted = Q(channel=None) | Q(mode=Message.Mode.TEST) | Q(Exists(listening))
    return Q(state=State.WAITING, due_at__lte=now) & is_free & is_wanted & Q(Exists(live))


def claim(message_id: int) -> Message | None:
    """Take a message in hand; None when another worker has it, it is not due, or its workers were lost too often."""
    until = timezone.now() + _CLAIM
    claimed = Message.objects.filter(_is_due(), pk=message_id).update(claimed_until=until, tries=F("tries") + 1)
    message = Message.objects.select_related("channel", "tenant").get(pk=message_id) if claimed else None
    if message is not None and message.tries > _most_tries(message):
        _end(message, state=State.FAILED, said=message.said or FAULT)
        return None
    return message


def _most_tries(message: Message) -> int:
    return 1 if message.mode == Message.Mode.TEST else len(PAUSES) + 1


def sent(message: Message) -> None:
    """Note that a message went out."""
    _end(message, state=State.SENT, said="")


def not_sent(message: Message, said: str) -> None:
    """Note why a message did not go out: it is tried again later; a test, and what failed for long, is given up."""
    if message.tries >= _most_tries(message):
        _end(message, state=State.FAILED, said=said)
        return
    message.due_at = timezone.now() + PAUSES[message.tries - 1]
    _end(message, state=State.WAITING, said=said)


@transaction.atomic
def _end(message: Message, *, state: str, said: str) -> None:
    """End a message by the claim that is held: who claimed it since, or dropped what did not go out, is not undone."""
    now, is_sent = timezone.now(), state == State.SENT
    held = Message.objects.for_tenant(message.tenant_id).filter(pk=message.pk, claimed_until=message.claimed_until)
    held = held.filter(tries=message.tries) if is_sent else held.filter(tries=message.tries, state=State.WAITING)
    sent_at = now if is_sent else None
    ended = held.update(state=state, said=said, claimed_until=None, sent_at=sent_at, due_at=message.due_at)
    if ended and message.channel_id is not None:
        channels = Channel.objects.for_tenant(message.tenant_id).filter(pk=message.channel_id)
        channels.update(last_at=now, last_ok=is_sent, last_said=said)


def forget_old() -> None:
    """Delete what people were told more than a year ago and is over, with its messages. Safe to call twice."""
    before = timezone.now() - KEPT
    Event.objects.filter(at__lt=before).exclude(ended_at=None).delete()  # every tenant's
    Message.objects.filter(created_at__lt=before, events=None).delete()


def drop_waiting(channel: Channel, *, but_tests: bool = False) -> int:
    """Take what waits for a channel out of the outbox: nobody wants it any more, but perhaps a test under way."""
    waiting = Message.objects.for_tenant(channel.tenant_id).filter(channel=channel, state=State.WAITING)
    if but_tests:
        waiting = waiting.exclude(mode=Message.Mode.TEST)
    return waiting.update(state=State.DROPPED)

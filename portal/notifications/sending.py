"""Sends one message of the outbox: a letter, a chat text or a signed call; what fails is tried again later."""

from collections.abc import Sequence
from smtplib import SMTPException

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage

from integrations.errors import ConfigurationError, ConnectorError
from integrations.money import to_json
from portal.notifications import outbox
from portal.notifications.calling import post, signed_headers
from portal.notifications.channels import secrets_of
from portal.notifications.models import Channel, Event, Message
from portal.notifications.wording import call, chat, letter, subject_of

log = structlog.get_logger("portal.notifications")


def send(message_id: int) -> bool:
    """Send a message that is due, unless another worker has it; tell whether it went out. Safe to call twice."""
    message = outbox.claim(message_id)
    if message is None:
        return False
    said = outbox.FAULT  # what nobody foresaw goes on to the worker's log, and counts as a try
    try:
        said = _refusal(message)
    finally:
        if said:
            log.warning("notification.not_sent", message=message.pk, tries=message.tries)
            outbox.not_sent(message, said)
    if not said:
        outbox.sent(message)
    return not said


def _refusal(message: Message) -> str:
    """Deliver a message, and say why it was not taken; empty where it was."""
    try:
        _deliver(message, list(message.events.order_by("id")))
    except ConnectorError as error:
        return error.message
    except (SMTPException, AnymailError, OSError) as error:
        return f"The letter was not taken: {error}"
    return ""


def _deliver(message: Message, events: Sequence[Event]) -> None:
    channel = message.channel
    if channel is None:
        _write(message, events, [message.recipient])
    elif channel.medium == Channel.Medium.EMAIL:
        _write(message, events, channel.recipients)
    else:
        _call(message, channel, events)


def _write(message: Message, events: Sequence[Event], to: Sequence[str]) -> None:
    """Send one letter to all; its id stays the same when it is tried again, so that mailboxes keep one."""
    host = settings.PORTAL_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    mail = EmailMessage(
        subject=" ".join(subject_of(message, events).split()),
        body=letter(message, events),
        to=list(to),
        headers={"Message-ID": f"<{message.uid}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.send()


def _call(message: Message, channel: Channel, events: Sequence[Event]) -> None:
    secrets = secrets_of(channel)
    if not secrets.get("url"):
        raise ConfigurationError(f"{channel.name} has no address. Edit it and type it in again.")
    is_chat = channel.medium == Channel.Medium.SLACK
    body = to_json(chat(message, events) if is_chat else call(message, events)).encode()
    headers = {} if is_chat else signed_headers(secrets["key"], str(message.uid), body)
    post(secrets["url"], body, headers, tenant_slug=message.tenant.slug)

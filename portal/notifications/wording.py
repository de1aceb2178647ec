"""How events are worded in letters, chats and calls: the same sentences, each with its link."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import Truncator

from portal.notifications.kinds import word
from portal.notifications.models import Event, Message
from portal.words import spoken

MOST_IN_CHAT = 20


def link_to(path: str) -> str:
    """Give the whole address of one of the portal's pages."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def subject_of(message: Message, events: Sequence[Event]) -> str:
    """Give one line that says the most important thing."""
    company = message.tenant.name
    if message.mode == Message.Mode.TEST:
        return f"{company}: a test from ml-connector"
    if message.mode == Message.Mode.DIGEST:
        return f"{company}: {_number(events)} since yesterday"
    first = Truncator(spoken(events[0].title)).chars(120)
    return f"{company}: {first}" if len(events) == 1 else f"{company}: {first} and {len(events) - 1} more"


def _number(events: Sequence[Event]) -> str:
    return "1 thing" if len(events) == 1 else f"{len(events)} things"


def letter(message: Message, events: Sequence[Event]) -> str:
    """Write the text of an e-mail."""
    page = {
        "message": message,
        "company": message.tenant.name,
        "entries": [(event, word(event.kind), link_to(event.path)) for event in events],
        "settings_url": link_to("/notifications/"),
    }
    return render_to_string("notifications/letter.txt", page)


def chat(message: Message, events: Sequence[Event]) -> dict[str, str]:
    """Write what Slack and its likes take: one text with links."""
    lines = [f"*{_plain(subject_of(message, events))}*"]
    if message.mode == Message.Mode.TEST:
        lines.append("It works: this is where notifications will come.")
    lines += [_chat_entry(event) for event in events[:MOST_IN_CHAT]]
    if len(events) > MOST_IN_CHAT:
        lines.append(f"and {len(events) - MOST_IN_CHAT} more: <{link_to('/notifications/')}|see all>")
    return {"text": "\n".join(lines)}


def _chat_entry(event: Event) -> str:
    who = f" _{_plain(event.who)}_" if event.who else ""
    over = " (over since)" if event.ended_at else ""
    return f"• <{link_to(event.path)}|{_plain(event.title)}>{over}\n{_plain(event.text)}{who}"


def _plain(text: str) -> str:
    """Write days as people do, and take from a text what a chat would read as its own marks."""
    return spoken(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def call(message: Message, events: Sequence[Event]) -> dict[str, Any]:
    """Write the body of a signed call; docs/notifications.md says what each part means."""
    return {
        "id": str(message.uid),
        "type": message.mode,
        "company": {"id": message.tenant.slug, "name": message.tenant.name},
        "events": [
            {
                "id": event.pk,
                "kind": event.kind,
                "title": event.title,
                "text": event.text,
                "who": event.who,
                "url": link_to(event.path),
                "at": event.at.isoformat(),
                "ended_at": event.ended_at.isoformat() if event.ended_at else None,
            }
            for event in events
        ],
    }

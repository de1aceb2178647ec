"""The timeline of one record across both systems: every attempt with its draft, its answer and what came of it."""

from collections.abc import Sequence
from typing import cast

from django.urls import reverse

from audit.models import Attempt, ConfigChange
from audit.queries import parsed, readable, written
from integrations import registry
from integrations.contracts import Environment, Settings
from integrations.models import Connection, Sync, SyncRecord
from portal.pings import shown_ms
from portal.queries.syncs import flows_of
from portal.states import look_of
from portal.systems import system
from portal.ui import Part, TimelineEntry
from portal.words import operation_words

# Found, looked up or read back: the draft was only compared with what stands there.
NOT_SENT = (Attempt.Outcome.LINKED, Attempt.Outcome.ABSENT, Attempt.Outcome.UNCHANGED)


def writing_side(sync: Sync, flow_slug: str) -> Connection:
    """Give the connection that a flow writes to; most read the source and write the target."""
    reads = next((flow.reads for flow in flows_of(sync.pair) if flow.slug == flow_slug), "source")
    return sync.target if reads == "source" else sync.source


def reading_side(sync: Sync, flow_slug: str) -> Connection:
    """Give the connection that a flow reads from."""
    return sync.source if writing_side(sync, flow_slug) == sync.target else sync.target


def entries_of(
    record: SyncRecord,
    sync: Sync,
    attempts: Sequence[Attempt],
    *,
    earlier: Sequence[Attempt],
    changes: Sequence[ConfigChange],
    is_last: bool,
) -> list[TimelineEntry]:
    """Give the entries, newest first: attempts, and what people decided between them.

    `earlier` are all attempts so far, which tell a read-back from a write. `is_last`: these are the oldest attempts, so
    the reading follows.
    """
    target = system(writing_side(sync, record.flow).connector).name
    titles = _titles(earlier, target)
    entries = [_entry(attempt, *titles.get(attempt.pk, ("", False))) for attempt in attempts]
    oldest = None if is_last else min((entry.moment for entry in entries), default=None)
    entries += [_decided(change) for change in changes if oldest is None or change.at >= oldest]
    entries.sort(key=lambda entry: entry.moment, reverse=True)
    return [*entries, _first(record, sync)] if is_last else entries


def _titles(attempts: Sequence[Attempt], target: str) -> dict[int, tuple[str, bool]]:
    """Name attempts by what went before, and tell which only looked: the first try of an operation writes for sure."""
    titles, before = dict[int, tuple[str, bool]](), dict[tuple[str, int, str], list[Attempt]]()
    for attempt in sorted(attempts, key=lambda each: each.pk):
        same = before.setdefault((attempt.operation, attempt.revision, attempt.reference), [])
        titles[attempt.pk] = _title(attempt, same, target)
        same.append(attempt)
    return titles


def _title(attempt: Attempt, same: Sequence[Attempt], target: str) -> tuple[str, bool]:
    verb = operation_words(attempt.operation)
    if attempt.outcome == Attempt.Outcome.LINKED and attempt.answered_at is None:
        return f"Found in {target}", True
    if not same:
        return f"{verb} in {target}", False
    if attempt.answered_at is None and any(each.outcome in _STOOD for each in same):
        return f"Read back from {target}", True
    if attempt.answered_at is None and same[-1].outcome in _UNSETTLED:
        return f"Looked up in {target}", True
    return f"{verb} in {target}, tried again", False


_STOOD = (Attempt.Outcome.DELIVERED, Attempt.Outcome.LINKED, Attempt.Outcome.DIFFERENT, Attempt.Outcome.UNCHANGED)
_UNSETTLED = (Attempt.Outcome.UNKNOWN, Attempt.Outcome.ABSENT)


def _decided(change: ConfigChange) -> TimelineEntry:
    said = change.details.get("reason", "")
    return TimelineEntry(
        title=f"{change.actor} {DECISIONS.get(change.action, change.action)}",
        moment=change.at,
        tone="neutral",
        icon="people",
        text=said if isinstance(said, str) else "",
    )


DECISIONS = {
    "replayed": "had it looked at again",
    "undid": "had it undone",
    "skipped": "skipped it",
    "accepted a difference": "accepted it as it stands",
}


def document_url(connection: Connection, kind: str, external_id: str) -> str:
    """Give the page of a document in the system's own screens; empty where unknown, and in the sandbox."""
    connector = registry.connectors().get(connection.connector)
    if connector is None or connector.document_url is None or connection.environment == "sandbox" or not external_id:
        return ""
    environment = cast(Environment, connection.environment)
    # Without the secrets: an address needs none.
    known = Settings(connection_id=str(connection.pk), environment=environment, values=connection.values)
    return connector.document_url(known, kind, external_id)


def _entry(attempt: Attempt, title: str, is_look: bool) -> TimelineEntry:
    state = "agrees" if is_look and attempt.outcome == Attempt.Outcome.DELIVERED else attempt.outcome
    look = look_of(state, "attempt")
    return TimelineEntry(
        title=title or operation_words(attempt.operation),
        moment=attempt.closed_at or attempt.opened_at,
        tone=look.tone,
        icon=look.icon,
        state=state,
        text=attempt.message or look.meaning,
        note=_note(attempt),
        url=reverse("run_detail", args=[attempt.run_id]),
        link=f"Run {attempt.run_id}",
        parts=_parts(attempt, is_look=is_look),
    )


def _note(attempt: Attempt) -> str:
    """Say what identifies the attempt, and how long the answer took."""
    said = [f"Reference {attempt.reference}", f"mapping version {attempt.mapping_version}"]
    if attempt.revision > 1:
        said.append(f"revision {attempt.revision}")
    if attempt.external_id:
        said.append(f"id there {attempt.external_id}")
    if attempt.answered_at:
        took_ms = round((attempt.answered_at - attempt.opened_at).total_seconds() * 1000)
        said.append(f"on record after {shown_ms(took_ms)}")
    return ", ".join(said)


def _parts(attempt: Attempt, *, is_look: bool) -> tuple[Part, ...]:
    if attempt.erased_by_id is not None:
        return (Part(label="Payload erased", content=_erased(attempt)),)
    draft = parsed(attempt.draft)
    drafted = "The draft" if is_look or attempt.outcome in NOT_SENT else "What was sent"
    parts = []
    if isinstance(draft, dict) and "payload" in draft:
        parts.append(Part(label=drafted, content=written(draft["payload"])))
        parts.append(Part(label="What must stand there", content=written(draft.get("facts", {}))))
    elif attempt.draft:
        parts.append(Part(label=drafted, content=readable(attempt.draft)))
    if attempt.answer:
        parts.append(Part(label="What was answered", content=readable(attempt.answer)))
    return tuple(parts)


def _erased(attempt: Attempt) -> str:
    return (
        "What was sent and answered was kept as long as your company chose under Retention.\n"
        f"SHA-256 of what was sent: {attempt.draft_digest}\nSHA-256 of the answer: {attempt.answer_digest}"
    )


def _first(record: SyncRecord, sync: Sync) -> TimelineEntry:
    source = system(reading_side(sync, record.flow).connector).name
    return TimelineEntry(
        title=f"First seen in {source}",
        moment=record.created_at,
        icon="download",
        text=f"{record.label or record.natural_key}, known there as {record.natural_key}.",
    )

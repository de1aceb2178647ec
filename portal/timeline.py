"""The timeline of one record across both systems: every attempt with its draft, its answer and what came of it."""

from collections.abc import Sequence
from typing import cast

from django.urls import reverse

from audit.models import Attempt
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


def entries_of(record: SyncRecord, sync: Sync, attempts: Sequence[Attempt], *, is_last: bool) -> list[TimelineEntry]:
    """Give the entries, newest first; `is_last`: these are the oldest attempts, so the reading follows."""
    target = system(writing_side(sync, record.flow).connector).name
    entries = [_entry(attempt, target) for attempt in attempts]
    return [*entries, _first(record, sync)] if is_last else entries


def document_url(connection: Connection, kind: str, external_id: str) -> str:
    """Give the page of a document in the system's own screens; empty where unknown, and in the sandbox."""
    connector = registry.connectors().get(connection.connector)
    if connector is None or connector.document_url is None or connection.environment == "sandbox" or not external_id:
        return ""
    environment = cast(Environment, connection.environment)
    # Without the secrets: an address needs none.
    known = Settings(connection_id=str(connection.pk), environment=environment, values=connection.values)
    return connector.document_url(known, kind, external_id)


def _entry(attempt: Attempt, target: str) -> TimelineEntry:
    look = look_of(attempt.outcome, "attempt")
    return TimelineEntry(
        title=f"{operation_words(attempt.operation)} in {target}",
        moment=attempt.closed_at or attempt.opened_at,
        tone=look.tone,
        icon=look.icon,
        state=attempt.outcome,
        text=attempt.message or look.meaning,
        note=_note(attempt),
        url=reverse("run_detail", args=[attempt.run_id]),
        link=f"Run {attempt.run_id}",
        parts=_parts(attempt),
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


def _parts(attempt: Attempt) -> tuple[Part, ...]:
    draft = parsed(attempt.draft)
    drafted = "The draft" if attempt.outcome in NOT_SENT else "What was sent"
    parts = []
    if isinstance(draft, dict) and "payload" in draft:
        parts.append(Part(label=drafted, content=written(draft["payload"])))
        parts.append(Part(label="What must stand there", content=written(draft.get("facts", {}))))
    elif attempt.draft:
        parts.append(Part(label=drafted, content=readable(attempt.draft)))
    if attempt.answer:
        parts.append(Part(label="What was answered", content=readable(attempt.answer)))
    return tuple(parts)


def _first(record: SyncRecord, sync: Sync) -> TimelineEntry:
    source = system(reading_side(sync, record.flow).connector).name
    return TimelineEntry(
        title=f"First seen in {source}",
        moment=record.created_at,
        icon="download",
        text=f"{record.label or record.natural_key}, known there as {record.natural_key}.",
    )

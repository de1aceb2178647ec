"""The only writers of the trail: runs, attempts and configuration changes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.models import ConfigChange, Run
from audit.seal import seal_change, seal_run
from audit.sql import insert_rows, update_rows

_TABLE = "audit_attempt"
_OPENING = (
    ("tenant_id", "bigint"), ("run_id", "bigint"), ("record_id", "bigint"), ("flow", "text"), ("natural_key", "text"),
    ("operation", "text"), ("revision", "int"), ("reference", "text"), ("idempotency_key", "text"),
    ("source_version", "text"), ("mapping_version", "int"), ("draft", "text"), ("answer", "text"),
    ("external_id", "text"), ("outcome", "text"), ("code", "text"), ("message", "text"), ("opened_at", "timestamptz"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What must be on record before a call may start. `draft` is JSON text."""

    record_id: int
    flow: str
    natural_key: str
    operation: str
    revision: int
    reference: str
    idempotency_key: str
    source_version: str
    mapping_version: int
    draft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the system said to one open attempt. `answer` is redacted JSON text."""

    attempt_id: int
    external_id: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How one attempt ended."""

    attempt_id: int
    outcome: str
    external_id: str = ""
    code: str = ""
    message: str = ""


def idempotency_key(source: str, target: str, flow: str, natural_key: str, operation: str, revision: int) -> str:
    """Derive the key under which an operation may happen once, whatever row or worker asks for it."""
    parts = "\x1f".join((source, target, flow, natural_key, operation, str(revision)))
    return hashlib.sha256(parts.encode()).hexdigest()


def open_run(*, tenant_id: int, sync_id: int, pair: str, trigger: str, fence: int, actor: str = "") -> Run:
    """Put the start of a run on record."""
    return Run.objects.create(
        tenant_id=tenant_id, sync_id=sync_id, pair=pair, trigger=trigger, fence=fence, actor=actor
    )


def save_progress(run: Run, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Show how far a run has come; safe to call often."""
    run.counts = {flow: dict(states) for flow, states in counts.items()}
    run.progress_at = timezone.now()
    run.save(update_fields=["counts", "progress_at"])


def close_run(run: Run, *, state: str, code: str = "", message: str = "") -> None:
    """Put the end of a run on record and seal its closed attempts into the tenant's chain."""
    run.state, run.code, run.message, run.ended_at = state, code, message, timezone.now()
    with transaction.atomic():
        run.save(update_fields=["state", "code", "message", "ended_at", "counts"])
        seal_run(run)


def ask_to_cancel(run: Run, *, actor: str) -> bool:
    """Put on record who wants a run to end early; False when it has ended, or somebody asked before."""
    asked = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, cancelled_by="")
    return bool(asked.update(cancelled_by=actor))


def open_attempts(*, run: Run, openings: Sequence[Opening]) -> list[int]:
    """Open attempts, in order, and give their ids; raises IntegrityError when a record has an open one already."""
    now = timezone.now()
    rows = [
        (
            run.tenant_id, run.pk, o.record_id, o.flow, o.natural_key, o.operation, o.revision, o.reference,
            o.idempotency_key, o.source_version, o.mapping_version, o.draft, "", "", "open", "", "", now,
        )
        for o in openings
    ]  # fmt: skip
    return insert_rows(_TABLE, _OPENING, rows, returning="id")


def save_answers(answers: Sequence[Answer]) -> None:
    """Keep what the system answered, before anything else is done with it."""
    now = timezone.now()
    rows = [(a.attempt_id, a.external_id, a.answer, now) for a in answers]
    columns = (("id", "bigint"), ("external_id", "text"), ("answer", "text"), ("answered_at", "timestamptz"))
    update_rows(_TABLE, columns, rows, where="t.closed_at IS NULL")


def close_attempts(closings: Sequence[Closing]) -> None:
    """Close attempts with their outcome. A closed one stays as it is."""
    now = timezone.now()
    rows = [(c.attempt_id, c.outcome, c.external_id, c.code, c.message, now) for c in closings]
    columns = (
        ("id", "bigint"), ("outcome", "text"), ("external_id", "text"), ("code", "text"),
        ("message", "text"), ("closed_at", "timestamptz"),
    )  # fmt: skip
    update_rows(_TABLE, columns, rows, where="t.closed_at IS NULL")


def change_config(
    *, tenant_id: int, actor: str, subject: str, action: str, details: Mapping[str, Any] | None = None
) -> ConfigChange:
    """Put on record what somebody changed, sealed into the tenant's chain. `details` never holds a secret."""
    change = ConfigChange.objects.create(
        tenant_id=tenant_id, actor=actor, subject=subject, action=action, details=dict(details or {})
    )
    seal_change(change)
    return change


def lose_runs(*, sync_id: int, before_fence: int) -> int:
    """Mark runs whose worker was lost; give their number."""
    lost = Run.objects.filter(sync_id=sync_id, state=Run.State.RUNNING, fence__lt=before_fence)
    for run in lost:
        close_run(
            run, state=Run.State.LOST, code="worker_lost", message="The worker stopped in mid-run; another went on."
        )
    return len(lost)

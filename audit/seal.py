"""The hash chain: each run's closed attempts and each configuration change are sealed link after link, per tenant."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from audit.erased import erasure_fault
from audit.models import ConfigChange, Run, Seal

_START = "0" * 64
_LOCK_SPACE = 7_021  # advisory lock class of the seals
_SEALED_COLUMNS = (
    "id", "tenant_id", "run_id", "record_id", "flow", "natural_key", "operation", "revision", "reference",
    "idempotency_key", "source_version", "mapping_version", "draft", "answer", "external_id", "outcome",
    "code", "message",
)  # fmt: skip
# Scheme 1 digests drafts and answers as they stand; scheme 2 their digests, so that they may be erased one day.
_SCHEME = 2
_ERASABLE = {
    name: f"CASE WHEN erased_by_id IS NULL THEN encode(sha256(convert_to({name}, 'UTF8')), 'hex') "
    f"ELSE {name}_digest END"
    for name in ("draft", "answer")
}
_SEALED_TIMES = ("opened_at", "answered_at", "closed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first place where the chain does not hold."""

    tenant_id: int
    seal_number: int
    reason: str


def seal_run(run: Run) -> None:
    """Seal a run's attempts that no seal covers yet, once all of them are closed. Safe to call twice."""
    with transaction.atomic():
        _lock(run.tenant_id)
        if run.attempts.filter(closed_at=None).exists():
            return  # whoever settles them seals the run
        last = Seal.objects.filter(run=run).order_by("-number").values_list("last_attempt_id", flat=True).first() or 0
        digest, first, newest, count = _digest_attempts(run.pk, last + 1, None, _SCHEME)
        if count:
            _append(
                run.tenant_id,
                digest,
                scheme=_SCHEME,
                run=run,
                first_attempt_id=first,
                last_attempt_id=newest,
                attempts=count,
            )


def seal_change(change: ConfigChange) -> None:
    """Seal one configuration change."""
    with transaction.atomic():
        _lock(change.tenant_id)
        _append(change.tenant_id, _digest_change(change), change=change)


def verify(tenant_id: int) -> Broken | None:
    """Recompute a tenant's chain; give the first broken place, or None when it holds."""
    previous = _START
    seals = Seal.objects.filter(tenant_id=tenant_id).select_related("change").order_by("number")
    for number, seal in enumerate(seals.iterator(), start=1):
        reason = _fault(seal, number, previous)
        if reason:
            return Broken(tenant_id=tenant_id, seal_number=seal.number, reason=reason)
        previous = seal.digest
    if told := erasure_fault(tenant_id):
        return Broken(tenant_id=tenant_id, seal_number=Seal.objects.filter(tenant_id=tenant_id).count(), reason=told)
    return None


def _fault(seal: Seal, number: int, previous: str) -> str:
    if seal.number != number:
        return f"seal {number} is missing"
    if seal.previous_digest != previous or seal.digest != _link(previous, seal.content_digest, number):
        return f"seal {number} does not follow from the one before it"
    if seal.change is not None:
        return (
            ""
            if _digest_change(seal.change) == seal.content_digest
            else f"configuration change {seal.change.pk} was altered"
        )
    if seal.first_attempt_id is None or seal.run_id is None:
        return f"seal {number} covers nothing: its run or change was deleted"
    digest, _, _, count = _digest_attempts(seal.run_id, seal.first_attempt_id, seal.last_attempt_id, seal.scheme)
    if digest == seal.content_digest:
        return ""
    span = f"attempts {seal.first_attempt_id} to {seal.last_attempt_id} of run {seal.run_id}"
    missing = f"; {seal.attempts - count} are missing" if count != seal.attempts else ""
    return f"{span} were altered{missing}"


def _lock(tenant_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, tenant_id % 2_147_483_647])


def _append(tenant_id: int, content: str, **what: Any) -> None:
    last = Seal.objects.filter(tenant_id=tenant_id).order_by("-number").first()
    number, previous = (last.number + 1, last.digest) if last else (1, _START)
    Seal.objects.create(
        tenant_id=tenant_id,
        number=number,
        content_digest=content,
        previous_digest=previous,
        digest=_link(previous, content, number),
        **what,
    )


def _link(previous: str, content: str, number: int) -> str:
    return hashlib.sha256(f"{previous}|{number}|{content}".encode()).hexdigest()


def _digest_change(change: ConfigChange) -> str:
    details = repr(sorted(_as_stored(json.loads(json.dumps(change.details))).items()))
    parts = (change.pk, change.tenant_id, change.actor, change.subject, change.action, details, change.at.isoformat())
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def _as_stored(value: Any) -> Any:
    """Give a JSON value with its keys in the order in which the database keeps them: by length, then by bytes."""
    if isinstance(value, list):
        return [_as_stored(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
    return {name: _as_stored(value[name]) for name in names}


def _digest_attempts(run_id: int, first: int, last: int | None, scheme: int) -> tuple[str, int | None, int | None, int]:
    whole, count = hashlib.sha256(), 0
    first_seen: int | None = None
    newest: int | None = None
    for attempt_id, row_digest in _row_digests(run_id, first, last, scheme):
        whole.update(row_digest)
        first_seen = attempt_id if first_seen is None else first_seen
        newest, count = attempt_id, count + 1
    return whole.hexdigest(), first_seen, newest, count


def _row_digests(run_id: int, first: int, last: int | None, scheme: int) -> Iterator[tuple[int, bytes]]:
    """Let the database digest each row: no draft crosses the wire."""
    sealed = [_ERASABLE.get(name, name) if scheme > 1 else name for name in _SEALED_COLUMNS]
    times = [f"coalesce(extract(epoch FROM {name})::text, '')" for name in _SEALED_TIMES]
    parts = ", ".join([*(f"({name})::text" for name in sealed), *times])
    sql = (
        f"SELECT id, sha256(convert_to(concat_ws(chr(31), {parts}), 'UTF8')) FROM audit_attempt "  # noqa: S608
        "WHERE run_id = %s AND id >= %s AND (%s::bigint IS NULL OR id <= %s) AND closed_at IS NOT NULL ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [run_id, first, last, last])
        for attempt_id, digest in cursor:
            yield attempt_id, bytes(digest)

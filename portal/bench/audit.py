"""What the trail costs: attempts written in the engine's batches and sealed, against the same rows bare."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from audit.models import Run, Seal
from audit.record import (
    Answer,
    Closing,
    Opening,
    close_attempts,
    close_run,
    idempotency_key,
    open_attempts,
    open_run,
    save_answers,
)
from audit.seal import verify
from audit.sql import insert_rows
from portal.bench.copies import settle_tables
from portal.bench.measure import Measured, machine, measured
from portal.bench.side_database import side_database
from portal.models import Tenant

_RECEIPTS = 50  # saved at once, as in a run
_DRAFT = '{"then": "", "payload": {"memo": "' + "x" * 1200 + '", "total": 120.5}, "facts": {"total": "120.50"}}'
_ANSWER = '{"status": 204}'
_BARE = (
    ("tenant_id", "bigint"), ("run_id", "bigint"), ("record_id", "bigint"), ("flow", "text"), ("natural_key", "text"),
    ("operation", "text"), ("revision", "int"), ("reference", "text"), ("idempotency_key", "text"),
    ("source_version", "text"), ("mapping_version", "int"), ("draft", "text"), ("answer", "text"),
    ("external_id", "text"), ("outcome", "text"), ("code", "text"), ("message", "text"), ("opened_at", "timestamptz"),
    ("answered_at", "timestamptz"), ("closed_at", "timestamptz"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many attempts each run makes, in batches of how many."""

    runs: int = 20
    attempts: int = 1_000
    batch: int = 200


@dataclass(slots=True)
class Taken:
    """What all runs took together."""

    opening: float = 0.0
    answering: float = 0.0
    closing: float = 0.0
    sealing: float = 0.0
    bare: float = 0.0
    queries: int = 0

    @property
    def trail(self) -> float:
        """Writing and sealing, in s."""
        return self.opening + self.answering + self.closing + self.sealing


def bench_audit(*, size: Size | None = None) -> dict[str, Any]:
    """Measure in a database of its own; it is dropped afterwards."""
    with side_database("bench_audit"):
        return measure_audit(size or Size())


def measure_audit(size: Size) -> dict[str, Any]:
    """Write, seal and verify in the database in use. Trail and floor take turns, so that both meet the same machine."""
    sealed, bare = (Tenant.objects.create(name=name, slug=f"bench-{name}") for name in ("sealed", "bare"))
    taken = Taken()
    for number in range(size.runs):
        _write_run(_run(sealed, number), size, taken)
        _insert_bare(_run(bare, number), size, taken)
    settle_tables()
    with measured() as verifying:
        broken = verify(sealed.pk)
    if broken is not None:
        raise RuntimeError(f"The trail just written does not hold: {broken.reason}")
    with measured() as reading:
        _digest_all(sealed)
    return _report(size, taken, verifying, reading, Seal.objects.filter(tenant=sealed).count())


def _run(tenant: Tenant, number: int) -> Run:
    return open_run(tenant_id=tenant.pk, sync_id=tenant.pk, pair="bench", trigger="schedule", fence=number)


def _write_run(run: Run, size: Size, taken: Taken) -> None:
    for records in _batches(run, size):
        with measured() as opening:
            ids = open_attempts(run=run, openings=[_opening(record) for record in records])
        answers = [Answer(attempt_id=one, external_id=str(one), answer=_ANSWER) for one in ids]
        with measured() as answering:
            for start in range(0, len(answers), _RECEIPTS):
                save_answers(answers[start : start + _RECEIPTS])
        with measured() as closing:
            close_attempts([Closing(attempt_id=one, outcome="delivered", external_id=str(one)) for one in ids])
        taken.opening += opening.wall_s
        taken.answering += answering.wall_s
        taken.closing += closing.wall_s
        taken.queries += opening.queries + answering.queries + closing.queries
    with measured() as sealing:
        close_run(run, state=Run.State.DONE)
    taken.sealing += sealing.wall_s
    taken.queries += sealing.queries


def _batches(run: Run, size: Size) -> Iterator[range]:
    first = run.pk * size.attempts
    for start in range(0, size.attempts, size.batch):
        yield range(first + start, first + min(start + size.batch, size.attempts))


def _opening(record: int) -> Opening:
    key = f"doc_{record:09}"
    return Opening(
        record_id=record,
        flow="invoices",
        natural_key=key,
        operation="create",
        revision=1,
        reference=f"CB-{key}",
        idempotency_key=idempotency_key("source", "target", "invoices", key, "create", 1),
        source_version=key,
        mapping_version=1,
        draft=_DRAFT,
    )


def _insert_bare(run: Run, size: Size, taken: Taken) -> None:
    """Insert as many rows of the same size as they end, each batch by one statement: no steps, no seal."""
    for records in _batches(run, size):
        with measured() as inserting:
            now = timezone.now()
            insert_rows("audit_attempt", _BARE, [_row(run, _opening(record), now) for record in records])
        taken.bare += inserting.wall_s


def _row(run: Run, one: Opening, now: datetime) -> tuple[Any, ...]:
    return (
        run.tenant_id, run.pk, one.record_id, one.flow, one.natural_key, one.operation, one.revision, one.reference,
        one.idempotency_key, one.source_version, one.mapping_version, one.draft, _ANSWER, str(one.record_id),
        "delivered", "", "", now, now, now,
    )  # fmt: skip


def _digest_all(tenant: Tenant) -> None:
    """The floor of verifying: the database digests every draft once, and tells only how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(sha256(convert_to(draft, 'UTF8'))) FROM audit_attempt WHERE tenant_id = %s", [tenant.pk]
        )
        cursor.fetchone()


def _report(size: Size, taken: Taken, verifying: Measured, reading: Measured, seals: int) -> dict[str, Any]:
    attempts = size.runs * size.attempts
    figures = {
        "attempts": attempts,
        "seals": seals,
        "batch": size.batch,
        "written_per_s": round(attempts / taken.trail),
        "floor_per_s": round(attempts / taken.bare),
        "opening_s": round(taken.opening, 3),
        "answering_s": round(taken.answering, 3),
        "closing_s": round(taken.closing, 3),
        "sealing_s": round(taken.sealing, 3),
        "bare_s": round(taken.bare, 3),
        "queries_per_attempt": round(taken.queries / attempts, 4),
        "verified_per_s": round(attempts / verifying.wall_s),
        "verify_s": round(verifying.wall_s, 3),
        "verify_queries": verifying.queries,
        "digest_floor_s": round(reading.wall_s, 3),
    }
    ratio = {
        "trail_vs_bare": round(taken.trail / taken.bare, 2),
        "sealing_share": round(taken.sealing / taken.trail, 3),
        "verify_vs_digests": round(verifying.wall_s / max(reading.wall_s, 0.0001), 2),
    }
    return {"name": "audit", "figures": figures, "ratio": ratio, "machine": machine()}

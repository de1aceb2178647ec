"""Posts documents older than a sync's start date for a range that was asked for: counted first, live work before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from audit.record import change_config
from integrations import registry
from integrations.engine import schedule
from integrations.engine.extract import deliver_due
from integrations.engine.lease import fenced
from integrations.engine.standing import LOOK_UP, NOT_FOUND, TOO_OLD
from integrations.engine.work import RunState
from integrations.errors import ConfigurationError
from integrations.models import Backfill, Cursor, Sync, SyncRecord

State = Backfill.State
_BITE_S = 15.0  # so long live work waits for a backfill at most, at the pace last measured
_SMALLEST, _LARGEST = 20, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillLine:
    """What a backfill would take up of one kind, in one currency."""

    flow: str
    currency: str
    records: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPreview:
    """What a backfill would take up. `unread` are flows whose source is still being read for the first time."""

    start: date
    end: date
    lines: tuple[BackfillLine, ...]
    unread: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many documents they are."""
        return sum(line.records for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillProgress:
    """How far a backfill is: what it has still to take up, and what of its days waits for somebody or something."""

    left: int
    held: int


def let_in_by(sync: Sync, start: date | None) -> int:
    """Count the documents kept out so far that another start date would let in."""
    rows = _all_kept_out(sync)
    return (rows.filter(document_date__gte=start) if start else rows).count()


def preview_backfill(sync: Sync, *, start: date, end: date) -> BackfillPreview:
    """Count the documents dated in [start, end] that the start date kept out, by kind and currency. Calls nobody."""
    flows = _flows(sync)
    rows = _kept_out(sync, start, end).values("flow", "currency").annotate(number=Count("pk"), total=Sum("amount"))
    lines = [
        BackfillLine(
            flow=row["flow"], currency=row["currency"], records=row["number"], total=row["total"] or Decimal(0)
        )
        for row in rows.order_by("flow", "currency")
    ]
    walked = set(Cursor.objects.filter(sync=sync, walked=True).values_list("flow", flat=True))
    return BackfillPreview(
        start=start,
        end=end,
        lines=tuple(sorted(lines, key=lambda line: flows.index(line.flow))),
        unread=tuple(flow for flow in flows if flow not in walked),
    )


def start_backfill(sync: Sync, *, start: date, end: date, actor: str) -> Backfill:
    """Have the documents of a range posted though they are older than the start date; of a sync one at a time.

    What they are applied to or need follows the cut-over rules as ever. Raises ConfigurationError.
    """
    if sync.state != Sync.State.ACTIVE:
        raise ConfigurationError(f"{sync.name} is not switched on: nothing can be posted.", code="not_active")
    seen = preview_backfill(sync, start=start, end=end) if start <= end else None
    if seen is not None and seen.unread:
        raise ConfigurationError(
            f"{sync.name} is still being read for the first time. Ask again once its first run has ended.",
            code="not_read_yet",
        )
    if seen is None or not seen.records:
        raise ConfigurationError(
            f"The start date of {sync.name} keeps out nothing dated {start} to {end}. Choose other days.",
            code="nothing_to_backfill",
        )
    try:
        with transaction.atomic():
            backfill = Backfill.objects.create(
                tenant_id=sync.tenant_id,
                sync=sync,
                start=start,
                end=end,
                records=seen.records,
                totals=[_told(line) for line in seen.lines],
                asked_by=actor,
            )
            schedule.ask_for_run(sync, trigger="backfill")
            _note(backfill, "started a backfill", actor, records=seen.records)
    except IntegrityError as error:
        raise ConfigurationError(
            f"A backfill of {sync.name} is under way already. Let it end, or give it up first.",
            code="backfill_under_way",
        ) from error
    return backfill


def pause_backfill(backfill: Backfill, *, actor: str) -> None:
    """Take up nothing more until it is resumed; what was judged by then goes its way. Raises ConfigurationError."""
    _switch(backfill, (State.RUNNING,), State.PAUSED, "paused a backfill", actor)


def resume_backfill(backfill: Backfill, *, actor: str) -> None:
    """Go on where it was paused. Raises ConfigurationError."""
    with transaction.atomic():
        _switch(backfill, (State.PAUSED,), State.RUNNING, "resumed a backfill", actor)
        schedule.ask_for_run(backfill.sync, trigger="backfill")


def end_backfill(backfill: Backfill, *, actor: str) -> None:
    """Give a backfill up: what it posted stays, what it did not reach stays out. Raises ConfigurationError."""
    _switch(backfill, (State.RUNNING, State.PAUSED), State.ENDED, "gave a backfill up", actor)


def progress_of(backfill: Backfill) -> BackfillProgress:
    """Tell how far a backfill is."""
    of_days = SyncRecord.objects.for_tenant(backfill.tenant_id).filter(
        sync=backfill.sync_id, flow__in=_flows(backfill.sync), document_date__range=(backfill.start, backfill.end)
    )
    held = of_days.filter(state__in=["waiting", "parked", "unknown", "different"])
    return BackfillProgress(left=_kept_out(backfill.sync, backfill.start, backfill.end).count(), held=held.count())


def _flows(sync: Sync) -> list[str]:
    """Name the kinds that a start date keeps out, parents before their children."""
    return [flow.slug for flow in registry.pair(sync.pair).flows if flow.is_document]


def _kept_out(sync: Sync, start: date, end: date) -> QuerySet[SyncRecord]:
    return _all_kept_out(sync).filter(document_date__range=(start, end))


def _all_kept_out(sync: Sync) -> QuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(sync.tenant_id).filter(
        sync=sync, flow__in=_flows(sync), state=SyncRecord.State.SKIPPED, code__in=[TOO_OLD, NOT_FOUND]
    )


def _told(line: BackfillLine) -> dict[str, Any]:
    return {"flow": line.flow, "currency": line.currency, "records": line.records, "total": f"{line.total:f}"}


def _switch(backfill: Backfill, before: Sequence[str], after: str, action: str, actor: str) -> None:
    ended_at = timezone.now() if after == State.ENDED else None
    with transaction.atomic():
        rows = Backfill.objects.for_tenant(backfill.tenant_id).filter(pk=backfill.pk, state__in=before)
        if not rows.update(state=after, ended_at=ended_at):
            backfill.refresh_from_db()
            raise ConfigurationError(
                f"{backfill} is {backfill.get_state_display().lower()}. Look at it again.", code="changed_meanwhile"
            )
        _note(backfill, action, actor)
    backfill.refresh_from_db()


def _note(backfill: Backfill, action: str, actor: str, **more: Any) -> None:
    days = {"from": backfill.start.isoformat(), "to": backfill.end.isoformat()}
    change_config(
        tenant_id=backfill.tenant_id,
        actor=actor,
        subject=f"sync {backfill.sync_id}",
        action=action,
        details={**days, **more},
    )


# In a run


def ranges_in_force(sync: Sync) -> tuple[tuple[date, date], ...]:
    """Give the days whose documents are posted though they are older than the start date."""
    return _ranges(sync, State.RUNNING, State.DONE)


def ranges_halted(sync: Sync) -> tuple[tuple[date, date], ...]:
    """Give the days of which only those documents are posted that a run had judged when somebody halted it."""
    return _ranges(sync, State.PAUSED, State.ENDED)


def _ranges(sync: Sync, *states: str) -> tuple[tuple[date, date], ...]:
    ranges = Backfill.objects.for_tenant(sync.tenant_id).filter(sync=sync, state__in=states)
    return tuple(ranges.values_list("start", "end"))


def deliver_backfill(state: RunState) -> None:
    """Post one bite of the backfill under way, after all live work; another run, live work first, takes the next."""
    backfill = Backfill.objects.for_tenant(state.sync.tenant_id).filter(sync=state.sync, state=State.RUNNING).first()
    if backfill is None or state.slice_is_over:
        return
    number = max(_SMALLEST, min(_LARGEST, int(state.pace * _BITE_S)))
    with fenced(state.lease):
        taken = _take_up(state, backfill, number)
    state.backfilled, state.halted = ranges_in_force(state.sync), ranges_halted(state.sync)  # perhaps halted just now
    for plan in state.plans.values():
        deliver_due(state, plan)
    if taken < number and not state.slice_is_over and not _kept_out(state.sync, backfill.start, backfill.end).exists():
        running = Backfill.objects.for_tenant(state.sync.tenant_id).filter(pk=backfill.pk, state=State.RUNNING)
        running.update(state=State.DONE, ended_at=timezone.now())
    else:
        Sync.objects.filter(pk=state.sync.pk, wants_run="").update(wants_run="backfill")


_TAKE_UP = """
UPDATE integrations_syncrecord SET state = 'due', due_at = now(), changed_at = now(), code = 'backfill', reason = '',
    decision = CASE WHEN decision = %s THEN '' ELSE decision END
WHERE id IN (
    SELECT id FROM integrations_syncrecord
    WHERE sync_id = %s AND flow = ANY(%s) AND state = 'skipped' AND code = ANY(%s) AND document_date BETWEEN %s AND %s
    ORDER BY array_position(%s::varchar[], flow), document_date, id LIMIT %s
)
"""


def _take_up(state: RunState, backfill: Backfill, number: int) -> int:
    """Make documents of the range due, parents' kinds first, oldest first; give how many."""
    flows = [slug for slug in _flows(state.sync) if slug in state.plans]
    days = [backfill.start, backfill.end]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP, [LOOK_UP, state.sync.pk, flows, [TOO_OLD, NOT_FOUND], *days, flows, number])
        return int(cursor.rowcount)

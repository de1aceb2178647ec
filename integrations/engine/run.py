"""Runs a sync once: read this first. accept -> extract -> map -> post -> audit -> advance."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from audit.models import Run
from audit.record import close_run, open_run, save_progress
from integrations import registry
from integrations.contracts import Flow, Session
from integrations.engine import backoff, schedule
from integrations.engine.backfill import deliver_backfill, ranges_halted, ranges_in_force
from integrations.engine.cancel import end_cancelled, is_cancelled
from integrations.engine.catalogues import target_fields
from integrations.engine.extract import deliver_due, deliver_new, has_more
from integrations.engine.identity import verify_identity
from integrations.engine.lease import Lease, take_lease
from integrations.engine.references import reference_values, refresh_if_old
from integrations.engine.rotation import was_rotated
from integrations.engine.sessions import granted_limits, identity_of, limiter_of, open_session
from integrations.engine.settle import recover, settle_unknown
from integrations.engine.succession import take_up_moved
from integrations.engine.sweep import sweep
from integrations.engine.waiting import has_closed_periods, wake_waiting
from integrations.engine.watch import look_again, read_again
from integrations.engine.work import FlowPlan, RunState
from integrations.errors import ConfigurationError, ConnectorError, LeaseLostError, MappingError, TransientError
from integrations.models import Sync, SyncRecord
from mappings.errors import MappingStateError
from mappings.versions import published

log = structlog.get_logger()
Trigger = Run.Trigger
_ROUNDS = 10  # from a refund to its credit note to its invoice is three
_ROTATED = "The credentials were replaced while it ran, and the old ones ended. It goes on with the new ones."
_READS_NEW = (Trigger.SCHEDULE, Trigger.MANUAL, Trigger.BACKFILL, Trigger.SWEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What became of a call to `run_sync`. `goes_on`: the slice ended first, another job must continue."""

    run_id: int | None
    goes_on: bool = False
    code: str = ""


def run_sync(
    sync_id: int,
    *,
    trigger: str,
    actor: str = "",
    slice_s: float | None = None,
    flows: Sequence[str] = (),
    claim: int | None = None,
) -> RunResult:
    """Run one sync for a time slice, all its flows or only these; with a claim, only while that claim stands.

    Safe to call any number of times: a second run at the same time does nothing.
    """
    sync = Sync.objects.select_related("source__tenant", "target__tenant", "tenant").get(
        pk=sync_id
    )  # the job's id is the bound
    if sync.state != Sync.State.ACTIVE or (lease := take_lease(sync_id, trigger, claim)) is None:
        return RunResult(run_id=None, code="not_now")
    run = open_run(
        tenant_id=sync.tenant_id, sync_id=sync_id, pair=sync.pair, trigger=trigger, fence=lease.fence, actor=actor
    )
    try:
        goes_on = _run(sync, lease, run, slice_s or settings.SLICE_S, flows)
    except LeaseLostError as error:
        log.warning("run.lease_lost", run=run.pk, sync=sync_id)
        return RunResult(run_id=run.pk, code=error.code)  # the successor closes this run
    except ConnectorError as error:
        return _end_early(sync, lease, run, error)
    except Exception:
        log.exception("run.crashed", run=run.pk, sync=sync_id)
        schedule.pause_until(sync, timezone.now() + timedelta(seconds=60))
        close_run(
            run,
            state=Run.State.FAILED,
            code="crashed",
            message="The run stopped at a fault of ours; support has been told.",
        )
        lease.release()
        raise
    if goes_on and is_cancelled(run):
        end_cancelled(sync, run)
        lease.release()
        return RunResult(run_id=run.pk, code=Run.State.CANCELLED)
    close_run(run, state=Run.State.YIELDED if goes_on else Run.State.DONE)
    _plan_next(sync, goes_on, trigger)
    lease.release()
    return RunResult(run_id=run.pk, goes_on=goes_on)


def _run(sync: Sync, lease: Lease, run: Run, slice_s: float, flows: Sequence[str]) -> bool:
    """Do the work of one slice; True when some is left."""
    pair = registry.pair(sync.pair)
    size = granted_limits(sync.target).concurrency
    with (
        open_session(sync.source, lease=lease) as source,
        open_session(sync.target, lease=lease) as target,
        ThreadPoolExecutor(max_workers=size + 6, thread_name_prefix=f"run-{run.pk}") as pool,  # ends before they close
    ):
        verify_identity(sync.source, source)
        verify_identity(sync.target, target)
        is_awaited = has_closed_periods(sync)
        refresh_if_old(sync.target, target, is_awaited=is_awaited)
        writes_to_source = any(flow.reads == "target" for flow in pair.flows)
        if writes_to_source:
            refresh_if_old(sync.source, source, is_awaited=is_awaited)
        state = RunState(
            run=run,
            sync=sync,
            pair=pair,
            lease=lease,
            source=source,
            target=target,
            source_identity=identity_of(sync.source),
            target_identity=identity_of(sync.target),
            references=reference_values(sync.target),
            source_references=reference_values(sync.source) if writes_to_source else {},
            plans={
                flow.slug: _plan(sync, flow, source, target) for flow in pair.flows if not flows or flow.slug in flows
            },
            limiter=limiter_of(sync.target),
            pool=pool,
            pool_size=size,
            slice_ends=time.monotonic() + slice_s,
            backfilled=ranges_in_force(sync),
            halted=ranges_halted(sync),
        )
        try:
            goes_on = _work(state)
        finally:
            save_progress(run, state.counts)
            take_up_moved(sync)
        refresh_if_old(sync.target, target)  # a value that it refused may have vanished: coverage shows it at once
        if writes_to_source:
            refresh_if_old(sync.source, source)
        return goes_on


def _work(state: RunState) -> bool:
    recover(state)
    plans = list(state.plans.values())
    steps: list[Callable[[RunState, FlowPlan], object]] = [look_again, settle_unknown, read_again, deliver_due]
    if state.run.trigger in _READS_NEW and state.sync.trial_of_id is None:  # a trial books what was chosen, no more
        steps.append(deliver_new)
        wake_waiting(state)
    for plan in plans:
        for step in steps:
            step(state, plan)
            if state.slice_is_over:
                return True
        save_progress(state.run, state.counts)
    if state.run.trigger == Trigger.SWEEP and not sweep(state):
        return True
    for _ in range(_ROUNDS):  # what this run itself released or found; children may have released their parents
        if not sum(deliver_due(state, plan) for plan in plans):
            break
    if state.slice_is_over or any(has_more(state, plan) for plan in plans if deliver_new in steps):
        return True
    deliver_backfill(state)  # what is older comes after all live work
    return state.slice_is_over


def _plan(sync: Sync, flow: Flow, source: Session, target: Session) -> FlowPlan:
    """Give a flow with its published mapping. Raises ConfigurationError when none is published."""
    written, session = (sync.target, target) if flow.reads == "source" else (sync.source, source)
    fields = (*target_fields(written, session, flow.sink), *flow.fields)
    try:
        mapping = published(sync_id=sync.trial_of_id or sync.pk, flow=flow.slug, targets=fields)
    except MappingStateError as error:
        raise ConfigurationError(str(error), code="mapping_not_published", field=flow.slug) from error
    return FlowPlan(flow=flow, mapping=mapping, mapping_version=mapping.version)


def _end_early(sync: Sync, lease: Lease, run: Run, error: ConnectorError) -> RunResult:
    """End a run at a system's error: transient ones come back, configuration stops the sync until the tenant acts."""
    log.warning("run.ended_early", run=run.pk, sync=sync.pk, code=error.code)
    stops = isinstance(error, ConfigurationError) and not isinstance(error, MappingError)
    if stops and was_rotated(sync):
        close_run(run, state=Run.State.YIELDED, code=error.code, message=_ROTATED)
        _plan_next(sync, True, run.trigger)
        lease.release()
        return RunResult(run_id=run.pk, goes_on=True, code=error.code)
    if not stops and is_cancelled(run):
        end_cancelled(sync, run)
        lease.release()
        return RunResult(run_id=run.pk, code=Run.State.CANCELLED)
    close_run(run, state=Run.State.FAILED, code=error.code, message=error.message)
    if stops:
        schedule.stop(sync, code=error.code, reason=error.message)
    else:
        failed_in_row = _failed_in_row(sync)
        retry_s = error.retry_after_s if isinstance(error, TransientError) else None
        wait_s = backoff.wait_s(f"sync-{sync.pk}", failed_in_row, retry_s)
        schedule.pause_until(sync, timezone.now() + timedelta(seconds=wait_s))
    lease.release()
    return RunResult(run_id=run.pk, code=error.code)


def _failed_in_row(sync: Sync) -> int:
    states = (
        Run.objects.for_tenant(sync.tenant_id)
        .filter(sync_id=sync.pk)
        .order_by("-id")
        .values_list("state", flat=True)[:8]
    )
    count = 0
    for state in states:
        if state != Run.State.FAILED:
            break
        count += 1
    return count


def _plan_next(sync: Sync, goes_on: bool, trigger: str) -> None:
    """Plan the next run: now when work is left, else by the schedule or the first record that becomes due before it."""
    if goes_on:
        schedule.ask_for_run(sync, trigger=trigger)
        return
    waiting = SyncRecord.objects.filter(sync=sync, state__in=[SyncRecord.State.DUE, SyncRecord.State.UNKNOWN])
    due_at = waiting.aggregate(first=Min("due_at"))["first"]
    if trigger in _READS_NEW:
        schedule.plan_next(sync, not_after=due_at)
    else:
        schedule.bring_forward(sync, due_at)

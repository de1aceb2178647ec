"""Looks ahead that are asked for, made by a worker and kept with their age."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit.record import change_config
from integrations.engine.queue import enqueue
from integrations.errors import ConfigurationError, ConnectorError
from integrations.models import Check, Sync

log = structlog.get_logger()
Kind, State = Check.Kind, Check.State
Maker: TypeAlias = Callable[[Sync, Check], None]  # fills the check's report
_DAILY = timedelta(hours=24)
_TIMEOUT_S = 1500  # a proof in the target waits there for what is posted and reversed
_LOST = timedelta(minutes=30)  # a check so long under way lost its worker
_KEPT = 10  # of one kind and flow
_AT_ONCE = 3  # daily coverages asked for in one tick


def latest(sync: Sync, kind: str, flow: str = "") -> Check | None:
    """Give the newest finished look of a kind, with its age in `made_at`."""
    rows = Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=kind, flow=flow, state=State.DONE)
    return rows.order_by("-id").first()


def under_way(sync: Sync, kind: str, flow: str = "") -> Check | None:
    """Give the look of a kind that is asked for or being made."""
    rows = Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=kind, flow=flow)
    return rows.filter(state__in=[State.ASKED, State.RUNNING]).first()


def newest(sync: Sync, kind: str, flow: str = "") -> Check | None:
    """Give the newest look of a kind, finished or not."""
    return Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=kind, flow=flow).order_by("-id").first()


def ask(
    sync: Sync, kind: str, *, actor: str, flow: str = "", params: Mapping[str, Any] | None = None, version: int = 0
) -> Check:
    """Have a look ahead made by a worker; the one under way where there is one. Safe to call twice."""
    try:
        with transaction.atomic():
            made = Check.objects.create(
                tenant_id=sync.tenant_id,
                sync=sync,
                kind=kind,
                flow=flow,
                mapping_version=version,
                params=dict(params or {}),
                asked_by=actor,
            )
    except IntegrityError:
        found = under_way(sync, kind, flow)
        if found is not None:
            return found
        raise
    enqueue_check(made.pk)
    return made


def enqueue_check(check_id: int) -> None:
    """Have a worker make a look that was asked for."""
    enqueue("integrations.jobs.check", check_id, job_id=f"check-{check_id}", queue="default", timeout_s=_TIMEOUT_S)


def make(check_id: int, makers: Mapping[str, Maker]) -> Check | None:
    """Make a look that was asked for; None where another worker has it. What a system refuses is kept as its reason."""
    rows = Check.objects.filter(pk=check_id, state=State.ASKED)  # the job's id is the bound
    if not rows.update(state=State.RUNNING, started_at=timezone.now()):
        return None
    check = Check.objects.select_related("sync__source__tenant", "sync__target__tenant", "sync__tenant").get(
        pk=check_id
    )  # likewise
    try:
        makers[check.kind](check.sync, check)
    except ConnectorError as error:
        check.state, check.reason = State.FAILED, error.message
    except Exception:
        log.exception("check.crashed", check=check_id)
        check.state, check.reason = State.FAILED, "It stopped at a fault of ours; support has been told."
    else:
        check.state, check.reason = State.DONE, ""
    check.made_at = timezone.now()
    check.save()
    _forget_older(check)
    return check


def _forget_older(check: Check) -> None:
    rows = Check.objects.for_tenant(check.tenant_id).filter(sync_id=check.sync_id, kind=check.kind, flow=check.flow)
    kept = list(rows.order_by("-id").values_list("pk", flat=True)[:_KEPT])
    rows.filter(marks={}).exclude(pk__in=kept).delete()  # what somebody accepted is kept


def find_due() -> list[int]:
    """Ask for the daily coverage of syncs that are on, and find what Redis forgot; give the ids to be made."""
    now = timezone.now()
    since = Coalesce("started_at", "asked_at")
    lost = Check.objects.alias(since=since).filter(state=State.RUNNING, since__lt=now - _LOST)  # every tenant's
    lost.update(state=State.FAILED, reason="Its worker was lost. Ask for it again.", made_at=now)
    recent = Check.objects.filter(sync=OuterRef("pk"), kind=Kind.COVERAGE, flow="", asked_at__gt=now - _DAILY)
    on = Sync.objects.filter(state=Sync.State.ACTIVE, created_at__lt=now - _DAILY)  # every tenant's
    for sync in on.exclude(Exists(recent))[:_AT_ONCE]:
        ask(sync, Kind.COVERAGE, actor="system")
    return list(Check.objects.filter(state=State.ASKED).order_by("id").values_list("pk", flat=True)[:20])


def accept_fault(check: Check, *, fault: str, reason: str, actor: str) -> None:
    """Accept a fault that a look has found, by its name and with a reason; on record. Raises ConfigurationError."""
    if not reason.strip():
        raise ConfigurationError("Say why the fault is accepted: the reason is kept with your name.", field="reason")
    names = {each["name"] for each in check.report.get("faults", ())}
    if fault not in names:
        raise ConfigurationError("This look has no such fault. Open the newest one.", code="nothing_to_decide")
    with transaction.atomic():
        kept = Check.objects.for_tenant(check.tenant_id).select_for_update().get(pk=check.pk)
        kept.marks[fault] = {"by": actor, "at": timezone.now().isoformat(), "reason": reason.strip()}
        kept.save(update_fields=["marks"])
        change_config(
            tenant_id=check.tenant_id,
            actor=actor,
            subject=f"sync {check.sync_id}",
            action="accepted a fault",
            details={"flow": check.flow, "version": check.mapping_version, "fault": fault, "reason": reason.strip()},
        )
    check.marks = kept.marks

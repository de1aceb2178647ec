"""Cancels a run: calls in flight are finished and put on record, the rest stays due, and who did it is told."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.models import Run
from audit.record import ask_to_cancel, change_config, close_run
from integrations.engine import schedule
from integrations.errors import ConfigurationError
from integrations.models import Sync

_ASKED_BY_PEOPLE = ("manual", "replay", "sweep")
_BY_HAND_HOLDS = timedelta(days=1)  # a sync without a schedule: so long nothing but a person starts it again


def cancel_run(run: Run, *, actor: str) -> None:
    """Have a run end as soon as its calls in flight are answered; safe to call twice.

    Raises ConfigurationError when it has ended already. Switching the sync off is `syncs.pause`.
    """
    with transaction.atomic():
        if not ask_to_cancel(run, actor=actor):
            run.refresh_from_db()
            if run.state != Run.State.RUNNING:
                raise ConfigurationError(f"Run {run.pk} has ended already; there is nothing to cancel.", code="ended")
            return
        change_config(
            tenant_id=run.tenant_id,
            actor=actor,
            subject=f"sync {run.sync_id}",
            action="cancelled a run",
            details={"run": run.pk},
        )
    run.refresh_from_db()


def is_cancelled(run: Run) -> bool:
    """Ask whether somebody cancelled a run, however lately."""
    run.refresh_from_db(fields=["cancelled_by"])
    return bool(run.cancelled_by)


def end_cancelled(sync: Sync, run: Run) -> None:
    """Close a cancelled run; what it left due waits for the schedule's next moment, or for a person.

    What a person asked for after they cancelled stands.
    """
    now = timezone.now()
    again_at = schedule.next_run_at(sync, now) or now + _BY_HAND_HOLDS
    if not Sync.objects.filter(pk=sync.pk, wants_run__in=_ASKED_BY_PEOPLE).exists():
        Sync.objects.filter(pk=sync.pk).exclude(wants_run__in=_ASKED_BY_PEOPLE).update(wants_run="")
        schedule.pause_until(sync, again_at)
    close_run(
        run,
        state=Run.State.CANCELLED,
        code="cancelled",
        message=f"Cancelled by {run.cancelled_by}. Calls in flight were finished and are on record; what was left "
        "stays due and is taken up by the next run.",
    )

"""Figures over all tenants for whoever runs the portal: counts only, nothing of anybody's business."""

from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from audit.models import Run
from integrations.models import InboxEvent, Problem, Sync, SyncRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and what it says."""

    value: float
    meaning: str


def backlog() -> dict[str, Figure]:
    """Give what is due, under way, waiting and held, and for how long the oldest has waited, in seconds."""
    now = timezone.now()
    states = ("due", "open", "waiting", "parked", "unknown", "different")
    wanted = {state: Count("pk", filter=Q(state=state)) for state in states}
    records = SyncRecord.objects.filter(state__in=states).aggregate(**wanted)
    inbox = InboxEvent.objects.filter(state=InboxEvent.State.NEW)
    oldest = inbox.aggregate(at=Min("received_at"))["at"]
    late = Sync.objects.filter(state=Sync.State.ACTIVE, next_run_at__lt=now).aggregate(at=Min("next_run_at"))["at"]
    figures = {f"records_{state}": Figure(value=records[state], meaning=f"Records {state}") for state in states}
    return figures | {
        "inbox_new": Figure(value=inbox.count(), meaning="Webhooks received and still to be worked on"),
        "inbox_oldest_seconds": Figure(
            value=(now - oldest).total_seconds() if oldest else 0, meaning="Age of the oldest undrained webhook"
        ),
        "run_late_seconds": Figure(
            value=(now - late).total_seconds() if late else 0, meaning="How late the latest planned run is"
        ),
        "runs_running": Figure(value=Run.objects.filter(state=Run.State.RUNNING).count(), meaning="Runs under way"),
        "syncs_stopped": Figure(value=Sync.objects.filter(state=Sync.State.STOPPED).count(), meaning="Stopped syncs"),
        "problems_open": Figure(value=Problem.objects.filter(healed_at=None).count(), meaning="Problems not healed"),
    }

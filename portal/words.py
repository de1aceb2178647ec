"""The sentences of the screens: schedules, environments, durations and who must act, in an accountant's words."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone

from audit.models import Run
from integrations.contracts import Pair
from integrations.models import Sync
from integrations.policies import policies_of, stored_name

ENVIRONMENTS: tuple[tuple[str, str], ...] = (
    ("test", "Test: your own test site or sandbox account of that system."),
    ("live", "Live: your real books. Connect the test side first."),
    ("sandbox", "Sandbox: our simulator. No real system is reached."),
)

ACTORS: dict[str, str] = {
    "accountant": "An accountant",
    "erp_admin": "The ERP's administrator",
    "portal_owner": "An owner or admin of this portal",
    "support": "Our support",
}


def schedule_sentence(sync: Sync) -> str:
    """Say when a sync runs: “Every 15 minutes, except 22:00 to 06:00, and by webhook”."""
    said = _schedule(sync)
    if sync.quiet_from and sync.quiet_to and sync.schedule != Sync.Schedule.MANUAL:
        said += f", except {clock(sync.quiet_from)} to {clock(sync.quiet_to)}"
    return f"{said}, and by webhook" if sync.webhooks_on else said


def _schedule(sync: Sync) -> str:
    times = sorted(sync.at_times) or [time(6)]
    if sync.schedule == Sync.Schedule.MINUTES:
        return "Every minute" if sync.every_minutes == 1 else f"Every {sync.every_minutes} minutes"
    if sync.schedule == Sync.Schedule.DAILY:
        return f"Daily at {clock(times[0])}"
    if sync.schedule == Sync.Schedule.TIMES:
        return f"Daily at {join([clock(each) for each in times])}"
    return "Every hour" if sync.schedule == Sync.Schedule.HOURLY else "Only by hand"


def clock(moment: time) -> str:
    """Write a time of day: 06:00."""
    return moment.strftime("%H:%M")


def join(words: list[str]) -> str:
    """Join words as people do: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def duration(start: datetime, end: datetime | None) -> str:
    """Write how long something took, or has taken so far: “0.4 s”, “12 s”, “3 min 5 s”, “1 h 12 min”."""
    seconds = ((end or timezone.now()) - start).total_seconds()
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = timedelta(seconds=round(seconds))
    hours, minutes = whole // timedelta(hours=1), whole // timedelta(minutes=1) % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole.seconds % 60} s" if minutes else f"{whole.seconds} s"


def policy_facts(pair: Pair | None, policies: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the policies in force, each with its consequence."""
    fields = policies_of(pair) if pair else ()
    return [
        (field.label, dict(field.choices).get(policies.get(stored_name(field), ""), field.choices[0][1]))
        for field in fields
    ]


OPERATIONS: dict[str, str] = {
    "create": "Book",
    "update": "Change",
    "release": "Release",
    "hold": "Put on hold",
    "apply": "Apply",
    "unapply": "Take off again",
    "settle": "Settle",
    "pay": "Pay",
    "reverse": "Reverse",
    "void": "Void",
    "archive": "Archive",
    "voucher": "Book a voucher",
    "withheld": "Book the tax withheld",
}


def operation_words(operation: str) -> str:
    """Write an operation as a verb for people: “Book”, “Apply”; what tells twins apart is left out."""
    base = operation.partition(":")[0]
    return OPERATIONS.get(base) or base.replace("_", " ").replace("-", " ").capitalize()


def trigger_words(run: Run) -> str:
    """Say what started a run."""
    return f"{run.get_trigger_display()} ({run.actor})" if run.actor else str(run.get_trigger_display())

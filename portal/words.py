"""The sentences of the screens: schedules, environments, durations and who must act, in an accountant's words."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from audit.models import Attempt, ConfigChange, Run
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


_DAY = re.compile(r"(?<![\w“\"'/.-])\d{4}-\d{2}-\d{2}(?![\w”\"'/-])")  # neither quoted nor a part of a number


def spoken(text: str) -> str:
    """Write the days in a sentence as people do: “on 2026-10-05.” becomes “on 5 Oct 2026.”; what is quoted stays."""
    return _DAY.sub(_spoken_day, text)


def _spoken_day(found: re.Match[str]) -> str:
    try:
        return date_format(date.fromisoformat(found[0]), "j M Y")
    except ValueError:
        return found[0]


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


def attempt_words(attempt: Attempt) -> str:
    """Write what an attempt did: its operation, or that it only looked at what stood there already."""
    if attempt.answered_at is None and attempt.outcome in _LOOKED:
        return "Read back"
    if attempt.answered_at is None and attempt.outcome in (Attempt.Outcome.LINKED, Attempt.Outcome.ABSENT):
        return "Look up"
    return operation_words(attempt.operation)


_LOOKED = (Attempt.Outcome.DELIVERED, Attempt.Outcome.UNCHANGED, Attempt.Outcome.DIFFERENT)


def trigger_words(run: Run) -> str:
    """Say what started a run."""
    return f"{run.get_trigger_display()} ({run.actor})" if run.actor else str(run.get_trigger_display())


_CHANGED: dict[str, str] = {
    "every_minutes": "minutes between runs", "at_times": "times of day", "quiet_from": "quiet hours",
    "quiet_to": "quiet hours", "webhooks_on": "webhooks", "start_date": "start date",
}  # fmt: skip
_TOLD = ("reason", "scope", "flow", "map", "record", "number")
_LONGEST = 160


def changed_words(change: ConfigChange) -> str:
    """Say what somebody changed: “Changed schedule and policies”, “Undid 2 documents of run 7: keyed twice”."""
    return spoken(_changed(change))


def _changed(change: ConfigChange) -> str:
    action, details = change.action[:1].upper() + change.action[1:], change.details or {}
    if change.action in _COUNTED and details.get("number"):
        return _counted(change.action, details)[:_LONGEST]
    if change.action in ("changed", "created") and isinstance(details.get("fields"), list):
        names = [str(name) for name in details["fields"]]
    elif change.action == "changed":
        names = list(details)
    else:
        told = [str(details[name]) for name in _TOLD if details.get(name) not in (None, "", [])]
        return f"{action}: {', '.join(told)}"[:_LONGEST] if told else action
    words = sorted({_CHANGED.get(name, name.replace("_", " ")) for name in names})
    return f"{action} {join(words)}"[:_LONGEST] if words and change.action == "changed" else action


_COUNTED = {"undid": "document", "replayed": "record"}


def _counted(action: str, details: Mapping[str, Any]) -> str:
    """Say how many something was done to, of what, and why: “Undid 2 documents of run 7: keyed twice”."""
    number, scope, reason = details["number"], str(details.get("scope", "")), str(details.get("reason", ""))
    told = f"{action.capitalize()} {number:,} {_COUNTED[action]}{'' if number == 1 else 's'}"
    if scope.startswith("run "):
        told += f" of {scope}"
    elif scope[:1].isdigit():
        told += f" booked on {scope}"
    return f"{told}: {reason}" if reason else told


def account_title(row: Mapping[str, str]) -> str:
    """Give an account's number and name; the number once where the name begins with it."""
    number, name = row["account"], row["name"]
    return name if name.startswith(number) else f"{number} {name}".strip()

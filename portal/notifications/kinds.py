"""What one may be told of: the kinds of notifications, in words."""

from django.db import models


class Kind(models.TextChoices):
    PROBLEM = "problem", "A new problem: records wait for a person"
    WAITING = "waiting", "Waiting too long: records wait for another one that does not come"
    STOPPED = "stopped", "A sync stopped: nothing is booked until somebody acts"
    FAILED = "failed", "A run failed: it is tried again by itself"
    OVERDUE = "overdue", "A run is overdue: the schedule's time is past and none has started"
    CONNECTION = "connection", "A connection fails, or leads to another company"
    EXPIRY = "expiry", "A credential is about to end: 30, 7 and 1 days before"
    STALE = "stale", "Something landed in a period that was signed off"
    DIFFERENCE = "difference", "A reconciliation differs and nobody has explained why"
    SILENCE = "silence", "Silence: a sync that usually delivers has delivered nothing"
    APPROVAL = "approval", "Approval: something waits for a second person"
    WEBHOOK = "webhook", "A webhook is quiet while scheduled reads find changes"


def word(kind: str) -> str:
    """Give a kind's short name."""
    return str(Kind(kind).label).partition(":")[0]

"""What a tenant switched on: syncs with their leases, how far each stream was read, and backfills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet
from integrations.models.connections import Connection


class Sync(models.Model):
    """A pair a tenant switched on, with its schedule and policies; its row is also the lease that one run holds."""

    class State(models.TextChoices):
        DRAFT = "draft", "Being set up"
        ACTIVE = "active", "On"
        PAUSED = "paused", "Paused"
        STOPPED = "stopped", "Stopped"
        ARCHIVED = "archived", "Archived"

    class Schedule(models.TextChoices):
        MINUTES = "minutes", "Every N minutes"
        HOURLY = "hourly", "Hourly"
        DAILY = "daily", "Daily"
        TIMES = "times", "At set times"
        MANUAL = "manual", "Only by hand"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="syncs")
    pair = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    source = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="syncs_from")
    target = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="syncs_to")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    stop_code = models.CharField(max_length=80, blank=True)
    stop_reason = models.TextField(blank=True)
    source_identity = models.CharField(max_length=200, blank=True)
    target_identity = models.CharField(max_length=200, blank=True)
    policies = models.JSONField(default=dict, blank=True)
    start_date = models.DateField(null=True, blank=True)
    # of a trial: the sync whose mappings it tries; what it books is reversed, and then it is removed
    trial_of = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="trials", editable=False)

    schedule = models.CharField(max_length=10, choices=Schedule, default=Schedule.MINUTES)
    every_minutes = models.PositiveIntegerField(default=15)
    at_times = ArrayField(models.TimeField(), default=list, blank=True)  # in the tenant's zone
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    webhooks_on = models.BooleanField(default=True)

    next_run_at = models.DateTimeField(null=True, blank=True)
    next_sweep_at = models.DateTimeField(null=True, blank=True)
    wants_run = models.CharField(max_length=12, blank=True)  # the trigger of a run that was asked for
    not_before = models.DateTimeField(null=True, blank=True)  # after a failed run: the pause it asked for
    claimed_until = models.DateTimeField(null=True, blank=True)  # a job was enqueued and has not started yet
    sweep_position = models.JSONField(default=dict, blank=True)  # of a sweep under way, by flow; the last whole one
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_grace_s = models.PositiveIntegerField(default=0)  # longest call of the lease's holder
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "pair", "source_identity", "target_identity"],
                condition=Q(state__in=["active", "paused", "stopped"]),
                name="one_live_sync",
            ),
            models.CheckConstraint(condition=Q(every_minutes__gte=1), name="sync_every_minutes"),
        ]
        indexes = [
            models.Index(fields=["next_run_at"], name="sync_due", condition=Q(state="active")),
            models.Index(fields=["wants_run"], name="sync_wanted", condition=~Q(wants_run="")),
        ]

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """How far a stream was read for one flow: a first walk over everything, then closed windows."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="cursors")
    flow = models.CharField(max_length=40)
    walked = models.BooleanField(default=False)  # the first walk is complete
    position = models.TextField(blank=True)
    window_end = models.DateTimeField(null=True)  # of the window under way
    read_until = models.DateTimeField(null=True)  # everything changed before this has its SyncRecord
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sync", "flow"], name="one_cursor")]

    def __str__(self) -> str:
        return f"Cursor of {self.flow}"


class Backfill(models.Model):
    """A range of days before a sync's start date whose documents are posted all the same, because somebody asked."""

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        ENDED = "ended", "Given up"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="backfills")
    start = models.DateField()
    end = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    records = models.PositiveIntegerField()  # that were shown when it was asked for
    totals = models.JSONField(default=list)  # likewise: [{flow, currency, records, total as text}]
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sync"], condition=Q(state__in=["running", "paused"]), name="one_backfill_under_way"
            ),
            models.CheckConstraint(condition=Q(start__lte=models.F("end")), name="backfill_range"),
        ]

    def __str__(self) -> str:
        return f"Backfill of {self.start} to {self.end}"

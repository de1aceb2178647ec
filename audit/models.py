"""The trail: runs, attempts, what people changed, and the seals that prove none of it was altered."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet


class Run(models.Model):
    """One execution of a sync."""

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "Schedule"
        WEBHOOK = "webhook", "Webhook"
        MANUAL = "manual", "By hand"
        REPLAY = "replay", "Replay"
        BACKFILL = "backfill", "Backfill"
        SWEEP = "sweep", "Daily sweep"
        RECOVERY = "recovery", "Follow-up"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        YIELDED = "yielded", "Goes on"
        FAILED = "failed", "Failed"
        LOST = "lost", "Worker lost"
        CANCELLED = "cancelled", "Cancelled"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.PROTECT, related_name="+")
    sync_id = models.BigIntegerField()
    pair = models.CharField(max_length=60)
    trigger = models.CharField(max_length=12, choices=Trigger)
    actor = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    fence = models.BigIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)  # {flow: {state: n}}
    code = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    cancelled_by = models.CharField(max_length=254, blank=True, db_default="")  # asked for; the run sees it and ends

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-id"], name="run_tenant"),
            models.Index(fields=["sync_id", "-id"], name="run_sync"),
            models.Index(fields=["tenant", "started_at"], name="run_started"),
            models.Index(fields=["state"], name="run_running", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.pair}"


class Attempt(models.Model):
    """One operation tried on one record. Closed ones never change: the database refuses it."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Under way"
        DELIVERED = "delivered", "Delivered"
        LINKED = "linked", "Found there and linked"
        DIFFERENT = "different", "Booked, but different"
        UNCHANGED = "unchanged", "Unchanged"
        REJECTED = "rejected", "Refused"
        TRANSIENT = "transient", "Not booked, will be tried again"
        UNKNOWN = "unknown", "No trustworthy answer"
        ABSENT = "absent", "Looked up: not there"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="attempts")
    record_id = models.BigIntegerField()
    flow = models.CharField(max_length=40)
    natural_key = models.CharField(max_length=255)
    operation = models.CharField(max_length=120)
    revision = models.PositiveIntegerField()
    reference = models.CharField(max_length=120)
    idempotency_key = models.CharField(max_length=64)
    source_version = models.CharField(max_length=64)
    mapping_version = models.PositiveIntegerField(default=0)
    draft = models.TextField()  # JSON, exactly what a retry or a settle needs
    answer = models.TextField(blank=True)  # JSON, redacted
    external_id = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    code = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # of what draft and answer were before they were erased; seals are made over these (audit/erase.py)
    draft_digest = models.CharField(max_length=64, blank=True, db_default="")
    answer_digest = models.CharField(max_length=64, blank=True, db_default="")
    erased_by = models.ForeignKey("ConfigChange", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_id"], condition=Q(closed_at__isnull=True), name="one_open_attempt"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="open") | (Q(closed_at__isnull=False) & ~Q(outcome="open")),
                name="attempt_closed_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["record_id", "-id"], name="attempt_record"),
            models.Index(fields=["run", "id"], name="attempt_run"),
            models.Index(fields=["tenant", "-id"], name="attempt_tenant"),
            # what was booked beside a record's own document, by the reference that the target shows
            models.Index(fields=["tenant", "reference"], name="attempt_beside", condition=~Q(operation="create")),
            models.Index(fields=["erased_by", "id"], name="attempt_erased", condition=Q(erased_by__isnull=False)),
            # days of the trail: rows lie in the order of their times, so that this costs next to nothing
            BrinIndex(fields=["opened_at", "closed_at"], name="attempt_days", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.pk}: {self.operation} {self.flow} {self.natural_key}"


class ConfigChange(models.Model):
    """What a user or a member of support staff changed: never the secret itself, only that it changed."""

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=254)
    subject = models.CharField(max_length=120)  # "connection 7", "sync 3", "mapping 12"
    action = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["tenant", "-id"], name="change_tenant")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"


class Seal(models.Model):
    """One link of a tenant's hash chain over closed attempts or a configuration change."""

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="seals")
    change = models.ForeignKey(ConfigChange, null=True, on_delete=models.PROTECT, related_name="seals")
    first_attempt_id = models.BigIntegerField(null=True)
    last_attempt_id = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    scheme = models.PositiveSmallIntegerField(db_default=1)  # how its attempts were digested: audit/seal.py
    content_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_seal_per_number")]

    def __str__(self) -> str:
        return f"Seal {self.number}"

"""What the engine knows of every record it has seen, and the causes that hold records up."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet
from integrations.models.syncs import Sync


class Problem(models.Model):
    """One cause (code, field, value) however many records it holds up; closes by itself with its last record."""

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="problems")
    code = models.CharField(max_length=80)
    field = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    message = models.TextField()
    records = models.PositiveIntegerField(default=0)
    money = models.JSONField(default=dict)  # {currency: amount as text}
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    healed_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sync", "code", "field", "value"], name="problem_once")]
        indexes = [models.Index(fields=["tenant", "-last_seen"], name="problem_open", condition=Q(healed_at=None))]

    def __str__(self) -> str:
        return f"{self.code} {self.value}".strip()


class SyncRecord(models.Model):
    """One record of one flow on its way between two identities: always in exactly one state."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        OPEN = "open", "Under way"
        WAITING = "waiting", "Waits for another record"
        PARKED = "parked", "Waits for a person"
        UNKNOWN = "unknown", "Sent, no trustworthy answer"
        DELIVERED = "delivered", "Delivered"
        DIFFERENT = "different", "Booked, but different"
        SKIPPED = "skipped", "Not posted, by rule"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="records")
    source_identity = models.CharField(max_length=200)
    target_identity = models.CharField(max_length=200)
    flow = models.CharField(max_length=40)
    natural_key = models.CharField(max_length=255)
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State)
    source_version = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    details_version = models.CharField(max_length=64, blank=True, db_default="")  # may change on a posted document
    next_operation = models.CharField(max_length=120, blank=True)  # the one to go on with; empty: from the first
    waits_for = ArrayField(models.CharField(max_length=300), default=list)  # "flow:key"
    problem = models.ForeignKey(Problem, null=True, on_delete=models.SET_NULL, related_name="held")
    code = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    document_date = models.DateField(null=True)
    is_taken_up = models.BooleanField(default=False, db_default=False)  # older than the start date, by a backfill
    wanted_order = models.BigIntegerField(default=0)  # the newest change that we were told of
    seen_order = models.BigIntegerField(default=0)  # the newest that we read
    decision = models.CharField(max_length=10, blank=True, db_default="")  # of a person: engine/decisions.py names them
    decision_value = models.TextField(blank=True, db_default="")  # what it is about: the id to link, why it was undone
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    absent_since = models.DateTimeField(null=True)
    look_again_at = models.DateTimeField(null=True)  # what stands there: posted meanwhile, doubled by a late answer?
    waiting_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source_identity", "target_identity", "flow", "natural_key"], name="one_sync_record"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sync", "flow", "due_at"], name="record_due", condition=Q(state__in=["due", "unknown"])
            ),
            models.Index(fields=["sync", "flow", "state"], name="record_state"),
            models.Index(fields=["problem"], name="record_problem", condition=Q(problem__isnull=False)),
            models.Index(
                fields=["sync", "look_again_at"], name="record_look", condition=Q(look_again_at__isnull=False)
            ),
            # what somebody asked to see read back: few of the many that are delivered
            models.Index(fields=["sync", "flow"], name="record_asked", condition=Q(code="read_again")),
            models.Index(fields=["tenant", "natural_key"], name="record_key"),
            GinIndex(fields=["waits_for"], name="record_waits"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.flow} {self.natural_key}"

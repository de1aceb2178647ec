"""What was looked at and compared: looks ahead at a sync, and reconciliations of a period."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet
from integrations.models.syncs import Sync


class Check(models.Model):
    """One look ahead at a sync that books nothing: asked for, made by a worker, kept with its age.

    `marks` are the faults that somebody accepted by name: {fault: {by, at, reason}}. `payloads` are those of a
    rehearsal, exactly as they would be sent, a line of JSON each.
    """

    class Kind(models.TextChoices):
        COVERAGE = "coverage", "Coverage"
        PREVIEW = "preview", "Preview"
        REHEARSAL = "rehearsal", "Rehearsal"
        PROOF = "proof", "Mapping proof"
        CHANGE = "change", "Effect of a draft"
        FIELDS = "fields", "Source fields"
        RECONCILIATION = "reconcile", "Reconciliation"
        TRIAL = "trial", "Proof in the target"

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=10, choices=Kind)
    flow = models.CharField(max_length=40, blank=True)  # empty: of the whole sync
    mapping_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    params = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    payloads = models.TextField(blank=True)
    marks = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)  # why it failed
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)  # a worker took it
    made_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "kind", "flow"], condition=Q(state__in=["asked", "running"]), name="one_check_under_way"
            ),
        ]
        indexes = [models.Index(fields=["sync", "kind", "flow", "-id"], name="check_latest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.flow}".strip()


class Reconciliation(models.Model):
    """What the reconciliation of a period found, both days included; once signed, its report is frozen."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SIGNED = "signed", "Signed off"
        STALE = "stale", "Signed off, changed since"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="reconciliations")
    start = models.DateField()
    end = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    ok = models.BooleanField()  # nothing differs that nobody has explained
    report = models.JSONField()
    tie_out = models.JSONField(null=True)
    marks = models.JSONField(default=dict, blank=True)  # {difference's name: {by, at, reason}}
    late = models.JSONField(default=list, blank=True)  # documents that landed in the period after it was signed
    digest = models.CharField(max_length=64, blank=True)  # of what was signed
    made_by = models.CharField(max_length=254, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    signed_by = models.CharField(max_length=254, blank=True)
    signed_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "start", "end"], condition=Q(state="open"), name="one_open_reconciliation"
            ),
            models.CheckConstraint(condition=Q(start__lte=models.F("end")), name="reconciliation_days"),
            models.CheckConstraint(
                condition=Q(state="open", signed_at=None) | (~Q(state="open") & Q(signed_at__isnull=False, ok=True)),
                name="reconciliation_signed",
            ),
        ]
        indexes = [models.Index(fields=["sync", "-end"], name="reconciliation_latest")]

    def __str__(self) -> str:
        return f"Reconciliation of {self.start} to {self.end}"

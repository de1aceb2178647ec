"""What joins records to documents in the target: their own, and further ones."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from audit.tenancy import TenantQuerySet


class Link(models.Model):
    """The row that joins a record in its source to its document in the target."""

    class State(models.TextChoices):
        STANDING = "standing", "Standing"
        REVERSING = "reversing", "About to be reversed"
        REVERSED = "reversed", "Reversed"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    source_identity = models.CharField(max_length=200)
    target_identity = models.CharField(max_length=200)
    flow = models.CharField(max_length=40)
    natural_key = models.CharField(max_length=255)
    revision = models.PositiveIntegerField(default=1)
    reference = models.CharField(max_length=120)
    external_id = models.CharField(max_length=120)
    source_version = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    is_posted = models.BooleanField(default=True)  # False: booked, awaiting posting
    is_as_drafted = models.BooleanField(default=True)  # False: it stands differently and holds its children
    is_ours = models.BooleanField(default=True)  # False: found there and linked
    details_version = models.CharField(max_length=64, blank=True, db_default="")
    state = models.CharField(max_length=10, choices=State, default=State.STANDING, db_default=State.STANDING)
    reversed_on = models.DateField(null=True)  # the posting date of its reversal
    reversal_id = models.CharField(max_length=120, blank=True, db_default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source_identity", "target_identity", "flow", "natural_key", "revision"],
                name="one_link",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "external_id"], name="link_external"),
            models.Index(fields=["tenant", "reversal_id"], name="link_reversal", condition=~Q(reversal_id="")),
            # what people search by: our reference, and whose document it is
            models.Index(fields=["tenant", "reference"], name="link_reference"),
            models.Index("tenant", KeyTransform("customer", "facts"), name="link_customer"),
            # what is applied to a document, looked up only when that document is about to be reversed
            GinIndex(
                OpClass(KeyTransform("applied", "facts"), name="jsonb_path_ops"),
                name="link_applied",
                condition=Q(facts__has_key="applied"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.natural_key} -> {self.external_id}"


class Companion(models.Model):
    """A further document that stands for a record beside its own: a share of its amount, or one beside it.

    Those that a reversal made for them are kept, too, until it is done.
    """

    class State(models.TextChoices):
        STANDING = "standing", "Standing"
        REVERSAL = "reversal", "Takes another one back"
        REVERSED = "reversed", "Reversed"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    source_identity = models.CharField(max_length=200)
    target_identity = models.CharField(max_length=200)
    flow = models.CharField(max_length=40)
    natural_key = models.CharField(max_length=255)
    revision = models.PositiveIntegerField(default=1)
    reference = models.CharField(max_length=120)
    external_id = models.CharField(max_length=120)
    sink = models.CharField(max_length=40)
    is_share = models.BooleanField(default=False)  # carries part of the record's own amount
    facts = models.JSONField(default=dict)  # as last read
    is_posted = models.BooleanField(default=True)  # False: booked, awaiting posting
    state = models.CharField(max_length=10, choices=State, default=State.STANDING, db_default=State.STANDING)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source_identity", "target_identity", "flow", "natural_key", "revision", "reference"],
                name="one_companion",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "external_id"], name="companion_external"),
            models.Index(fields=["tenant", "reference"], name="companion_reference"),
            models.Index("tenant", KeyTransform("customer", "facts"), name="companion_customer"),
            # what is applied to a document, looked up only when that document is about to be reversed
            GinIndex(
                OpClass(KeyTransform("applied", "facts"), name="jsonb_path_ops"),
                name="companion_applied",
                condition=Q(facts__has_key="applied"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.natural_key} + {self.external_id}"

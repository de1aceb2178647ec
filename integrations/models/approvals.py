"""The two-person rule of a company: what it holds, and the requests that wait for, or had, a second person."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet


class Action(models.TextChoices):
    """What the rule may hold until a second person approves; `RULE` is loosening the rule itself."""

    PUBLISH = "publish", "Publish a mapping"
    UNDO = "undo", "Undo"
    IDENTITY = "identity", "Change of identity"
    REPLAY = "replay", "Replay above an amount"
    RULE = "rule", "Loosen the two-person rule"


class ApprovalRule(models.Model):
    """For which actions a company asks for a second person. Without a row it asks for none."""

    tenant = models.OneToOneField("portal.Tenant", on_delete=models.CASCADE, related_name="approval_rule")
    publish = models.BooleanField(default=False)
    undo = models.BooleanField(default=False)
    identity = models.BooleanField(default=False)
    replay = models.BooleanField(default=False)
    replay_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    replay_currency = models.CharField(max_length=3, blank=True)
    lapse_days = models.PositiveSmallIntegerField(default=14)

    objects = TenantQuerySet["ApprovalRule"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(replay_amount__gte=0), name="approval_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(replay=False) | ~Q(replay_currency=""), name="approval_amount_has_currency"
            ),
            models.CheckConstraint(condition=Q(lapse_days__gte=1, lapse_days__lte=90), name="approval_lapse_days"),
        ]

    def __str__(self) -> str:
        return f"Two-person rule of {self.tenant}"

    @property
    def is_on(self) -> bool:
        """Tell whether any action asks for a second person."""
        return self.publish or self.undo or self.identity or self.replay


class ApprovalRequest(models.Model):
    """One action that somebody asked for and another person approves or declines.

    `kind` and `what` say how it is made out again, `digest` what exactly was asked: where it differs at the approval,
    the request lapses. It is *granted* only inside the transaction that carries it out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        GRANTED = "granted", "Granted"
        DONE = "done", "Approved and done"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        LAPSED = "lapsed", "Lapsed"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="approval_requests")
    action = models.CharField(max_length=10, choices=Action)
    kind = models.CharField(max_length=16)
    what = models.JSONField(default=dict)
    subject = models.CharField(max_length=120)  # what it is about; asked for once at a time
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    facts = models.JSONField(default=list)  # pairs of label and value, as they were when it was asked for
    reason = models.TextField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asker = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decider = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True)  # why it was declined or lapsed

    objects = TenantQuerySet["ApprovalRequest"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "action", "subject"], condition=Q(state="waiting"), name="approval_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "done"]) | ~Q(asked_by=F("decided_by")), name="approval_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "done"]) | ~Q(asker=F("decider")), name="approval_two_names"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="approval_latest"),
            models.Index(fields=["lapses_at"], name="approval_lapsing", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.title

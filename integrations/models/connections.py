"""What a tenant connected: credentials, what pings and reads told of the far side, and webhooks as received."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet
from integrations.fields import SealedJSONField


class Connection(models.Model):
    """A tenant's credentials for one system, in one environment."""

    class Environment(models.TextChoices):
        SANDBOX = "sandbox", "Sandbox"
        TEST = "test", "Test"
        LIVE = "live", "Live"

    class State(models.TextChoices):
        NEW = "new", "Not pinged yet"
        GOOD = "good", "Good"
        FAILING = "failing", "Failing"
        CHANGED = "changed", "Became another system"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="connections")
    connector = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    environment = models.CharField(max_length=10, choices=Environment)
    values = models.JSONField(default=dict, blank=True)  # what is not secret
    credentials = SealedJSONField(default=dict, blank=True)
    inbound_secrets = SealedJSONField(default=dict, blank=True)
    webhook_token = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    identity = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=200, blank=True)  # "connector:company", set by the first good ping
    became = models.JSONField(default=dict, blank=True)  # the other system found there: all that may be confirmed
    share_pct = models.PositiveSmallIntegerField(default=80)  # of the vendor's limits
    references_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="connection_name_once")]

    def __str__(self) -> str:
        return self.name


class Ping(models.Model):
    """One press of "Ping your systems": its steps, their times, causes and fixes."""

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="pings")
    at = models.DateTimeField(default=timezone.now)
    ok = models.BooleanField()
    steps = models.JSONField(default=list)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="ping_latest")]

    def __str__(self) -> str:
        return f"Ping {self.pk} of connection {self.connection_id}"


class ReferenceValue(models.Model):
    """One value of a system's reference data, with its age."""

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reference_values")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=120)
    number = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=255, blank=True)
    is_active = models.BooleanField(default=True)
    details = models.JSONField(default=dict)
    seen_at = models.DateTimeField()

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "code"], name="reference_value_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.code}"


class InboxEvent(models.Model):
    """A webhook as received: only a hint, stored before it is answered."""

    class State(models.TextChoices):
        NEW = "new", "New"
        DONE = "done", "Done"
        DROPPED = "dropped", "Not known at the source"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="inbox")
    event_id = models.CharField(max_length=120)
    event_type = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    received_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # when its source is asked (again)
    drained_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="inbox_event_once")]
        indexes = [
            models.Index(fields=["connection", "id"], name="inbox_new", condition=Q(state="new")),
            models.Index(fields=["connection", "received_at"], name="inbox_received"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class RefusedCalls(models.Model):
    """How many calls at a connection's webhook address were not genuine on a day (UTC); without one: at no address.

    One row a day, whoever calls how often.
    """

    tenant = models.ForeignKey("portal.Tenant", null=True, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.CASCADE, related_name="refused_calls")
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "refused calls"
        constraints = [
            models.UniqueConstraint(fields=["connection", "day"], name="refused_calls_once_a_day", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.number} refused on {self.day}"

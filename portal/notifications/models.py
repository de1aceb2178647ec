"""Where notifications go, what was told, and the outbox of messages not sent yet."""

import uuid
from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.tenancy import TenantQuerySet
from integrations.fields import SealedJSONField
from portal.models import Tenant
from portal.notifications.kinds import Kind


class Channel(models.Model):
    """One way to tell a company's people: letters, a chat, or a program of theirs."""

    class Medium(models.TextChoices):
        EMAIL = "email", "E-mail"
        SLACK = "slack", "Slack-compatible webhook"
        WEBHOOK = "webhook", "Signed webhook"

    class Timing(models.TextChoices):
        IMMEDIATE = "immediate", "At once"
        DAILY = "daily", "Daily digest"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="channels")
    medium = models.CharField(max_length=8, choices=Medium)
    name = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind))
    timing = models.CharField(max_length=10, choices=Timing, default=Timing.IMMEDIATE)
    digest_at = models.TimeField(default=time(7))  # in the tenant's zone
    recipients = ArrayField(models.EmailField(), default=list, blank=True)
    host = models.CharField(max_length=255, blank=True)  # all that is shown of the address
    secrets = SealedJSONField(default=dict, blank=True)  # {"url": ..., "key": ...}
    is_paused = models.BooleanField(default=False)
    last_at = models.DateTimeField(null=True, editable=False)
    last_ok = models.BooleanField(null=True, editable=False)
    last_said = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet["Channel"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="channel_name_once")]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One thing that people were told of: what happened, who must act and where. One per cause and day."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    cause = models.CharField(max_length=64)  # digest of what makes it the same thing
    day = models.DateField()  # in the tenant's zone
    title = models.CharField(max_length=300)
    text = models.TextField()
    who = models.CharField(max_length=120, blank=True)
    path = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # the cause is gone

    objects = TenantQuerySet["Event"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "cause", "day"], name="event_once_a_day")]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="event_latest"),
            models.Index(fields=["tenant"], name="event_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """One letter or call in the outbox; `uid` stays the same when it is tried again, so that receivers can tell."""

    class Mode(models.TextChoices):
        IMMEDIATE = "immediate", "At once"
        DIGEST = "digest", "Digest"
        TEST = "test", "Test"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        DROPPED = "dropped", "Not wanted any more"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="messages")
    recipient = models.EmailField(blank=True)  # of a letter that belongs to no channel
    mode = models.CharField(max_length=10, choices=Mode)
    events = models.ManyToManyField(Event, related_name="messages")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    said = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet["Message"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "due_at"], condition=Q(mode="digest", tries=0, state="waiting"), name="digest_once"
            ),
            models.CheckConstraint(condition=~Q(channel=None, recipient=""), name="message_has_receiver"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=Q(state="waiting")),
            models.Index(fields=["tenant", "-id"], name="message_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.uid}"

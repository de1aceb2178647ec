"""What a tenant set up (connections, syncs) and what the engine knows of every record it has seen."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
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
    sweep_position = models.JSONField(default=dict, blank=True)  # of a sweep under way, by flow
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
        indexes = [models.Index(fields=["connection", "id"], name="inbox_new", condition=Q(state="new"))]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


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
            models.Index(fields=["tenant", "natural_key"], name="record_key"),
            GinIndex(fields=["waits_for"], name="record_waits"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.flow} {self.natural_key}"


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

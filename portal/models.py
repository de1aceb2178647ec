"""Who uses the portal: people, the companies (tenants) they belong to, their roles and open invitations."""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from audit.tenancy import TenantQuerySet


@lru_cache(maxsize=1)
def time_zone_names() -> tuple[str, ...]:
    """Give the IANA zone names a company may choose, sorted; only Region/City names and UTC."""
    regions = re.compile(r"^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/|^UTC$")
    return tuple(sorted(name for name in available_timezones() if regions.match(name)))


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError("“%(name)s” is not a time zone. Choose one such as Europe/Berlin.", params={"name": name})


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    ACCOUNTANT = "accountant", "Accountant"
    OPERATOR = "operator", "Operator"
    AUDITOR = "auditor", "Auditor"
    VIEWER = "viewer", "Viewer"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person who signs in with `email` (stored in lower case)."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a member of the support staff with every right in the Django admin."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("support staff", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Keep the address in lower case, as it is looked up."""
        self.email = self.email.strip().lower()

    @property
    def display_name(self) -> str:
        """Name if given, else the address."""
        return self.name or self.email


class Tenant(models.Model):
    name = models.CharField("company name", max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    is_suspended = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)  # by its owner; only the trail is left
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    members = models.ManyToManyField(User, through="Membership", related_name="tenants")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="tenant_has_name"),
            models.CheckConstraint(condition=~Q(time_zone=""), name="tenant_has_time_zone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which the company's days, schedules and screens are reckoned."""
        return ZoneInfo(self.time_zone)


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet["Membership"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="membership_once_per_tenant"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant} as {self.get_role_display()}"


class Invitation(models.Model):
    """An offer to join; the link's token is shown once in the e-mail, only its digest is kept."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=16, choices=Role)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantQuerySet["Invitation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"], condition=Q(accepted_at=None), name="invitation_open_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower_case"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.tenant}"

    @property
    def is_open(self) -> bool:
        """Whether the link in the e-mail still works."""
        return self.accepted_at is None and timezone.now() < self.expires_at


class CauseAssignment(models.Model):
    """Who takes care of a cause of problems. It names the cause, not the row: it holds when the cause comes back."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey("integrations.Sync", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=80)
    field = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    assignee = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    assigned_by = models.CharField(max_length=254)
    at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet["CauseAssignment"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sync", "code", "field", "value"], name="cause_assigned_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.value}".strip()


class CauseComment(models.Model):
    """What somebody wrote about a cause of problems; comments are never changed."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    sync = models.ForeignKey("integrations.Sync", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=80)
    field = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=254)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet["CauseComment"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="cause_comment_said")]
        indexes = [models.Index(fields=["sync", "code", "field", "value", "id"], name="cause_comments")]

    def __str__(self) -> str:
        return f"{self.author} on {self.code}"


class ConnectionRequest(models.Model):
    """A page sent to somebody who knows a system's credentials; like an invitation, only its token's digest is kept."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="connection_requests")
    connector = models.CharField(max_length=40)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantQuerySet["ConnectionRequest"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["tenant", "connector"], name="connection_request_open")]

    def __str__(self) -> str:
        return f"{self.connector} of {self.tenant}"

    @property
    def is_open(self) -> bool:
        """Whether the link still works."""
        return self.filled_at is None and timezone.now() < self.expires_at


class ApiToken(models.Model):
    """What a program signs in with; only its digest is kept. It dies with the membership of whoever made it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_tokens")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)  # shown, so that people know which is which
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(max_length=16, choices=Role)  # at most what its maker may do, too, at each use
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = TenantQuerySet["ApiToken"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="api_token_role_known")]
        indexes = [models.Index(fields=["tenant", "-id"], name="api_token_tenant")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_open(self) -> bool:
        """Whether it still works."""
        return self.revoked_at is None and timezone.now() < self.expires_at


class Retention(models.Model):
    """How long a company's payloads are kept; null: as long as the trail. Without a row nothing is erased."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="retention")
    tried_days = models.PositiveIntegerField(null=True)  # of attempts that booked nothing, rehearsals, webhooks
    booked_days = models.PositiveIntegerField(null=True)  # of what stands in the target
    next_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, editable=False)

    objects = TenantQuerySet["Retention"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="retention_due")]

    def __str__(self) -> str:
        return f"Retention of {self.tenant}"

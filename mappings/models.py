"""What is stored of mappings: their versions, and the value maps with every entry that ever stood in them."""

from typing import Any, Protocol, Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class HasId(Protocol):
    """A saved tenant, known by its primary key only."""

    @property
    def pk(self) -> Any: ...


class TenantRows(models.QuerySet[ModelT]):
    """Rows that belong to a tenant; every query starts with `for_tenant`."""

    tenant_path = "tenant_id"

    def for_tenant(self, tenant: HasId | int) -> Self:
        """Keep only what belongs to the tenant, given as a row or as its id. Raises ValueError for an unsaved one."""
        tenant_id = tenant if isinstance(tenant, int) else tenant.pk
        if tenant_id is None:
            raise ValueError("An unsaved tenant owns no rows.")
        return self.filter(**{self.tenant_path: tenant_id})


class TenantRowsOfMap(TenantRows[ModelT]):
    """Entries, which belong to a tenant through their value map."""

    tenant_path = "value_map__tenant_id"


class Mapping(models.Model):
    """One version of a flow's mapping. Drafts may change; from publication on the database refuses every change.

    `rows` and `filters` are JSON as `rows_json.py` reads it. `value_maps` is {name: revision} of the maps used, written
    down at publication; empty in a draft, which reads the maps as they stand.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync_id = models.BigIntegerField()
    flow = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    rows = models.JSONField(default=list, blank=True)
    filters = models.JSONField(default=list, blank=True)
    value_maps = models.JSONField(default=dict, blank=True)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.CharField(max_length=254, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = TenantRows["Mapping"].as_manager()

    class Meta:
        ordering = ["sync_id", "flow", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["sync_id", "flow", "version"], name="mapping_version_once"),
            models.UniqueConstraint(
                fields=["sync_id", "flow"], condition=Q(status="published"), name="mapping_published_once"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True, retired_at__isnull=True)
                | Q(status="published", published_at__isnull=False, retired_at__isnull=True)
                | Q(status="retired", published_at__isnull=False, retired_at__isnull=False),
                name="mapping_status_has_its_times",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="mapping_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} version {self.version} ({self.get_status_display().lower()})"

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.status == self.Status.DRAFT


class ValueMap(models.Model):
    """A named table of a sync, from source codes to target codes. Each change of its entries is a new revision.

    `pinned_revision` is the highest one that a published mapping uses: up to there nothing may change any more.
    """

    tenant = models.ForeignKey("portal.Tenant", on_delete=models.CASCADE, related_name="+")
    sync_id = models.BigIntegerField()
    name = models.CharField(
        max_length=60, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", "Use small letters, digits and underscores.")]
    )
    label = models.CharField(max_length=60)
    gives = models.CharField(max_length=60)
    key_labels = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    pinned_revision = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantRows["ValueMap"].as_manager()

    class Meta:
        ordering = ["sync_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["sync_id", "name"], name="value_map_name_once"),
            models.CheckConstraint(condition=Q(pinned_revision__lte=F("revision")), name="value_map_pins_what_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.label} (revision {self.revision})"


class ValueMapEntry(models.Model):
    """One entry of a value map, from the revision that added it up to the one before that which removed it."""

    value_map = models.ForeignKey(ValueMap, on_delete=models.CASCADE, related_name="entries")
    keys = models.JSONField()  # a list of texts, one for each key column; "*" stands for any value
    value = models.CharField(max_length=255)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    added_in = models.PositiveIntegerField()
    added_by = models.CharField(max_length=254)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_in = models.PositiveIntegerField(null=True, blank=True)
    removed_by = models.CharField(max_length=254, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantRowsOfMap["ValueMapEntry"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["value_map", "keys", "valid_from"],
                condition=Q(removed_in__isnull=True),
                nulls_distinct=False,
                name="value_map_entry_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_in__isnull=True) | Q(removed_in__gt=F("added_in")),
                name="value_map_entry_removed_later",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="value_map_entry_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{' | '.join(self.keys)} -> {self.value}"

"""Mappings in the admin: saving makes a new draft version; here, because only this layer may put it on record."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit.admin import ReadOnlyAdmin
from integrations.admin.fields import IndentedField
from integrations.mapping_changes import save_mapping
from mappings.models import Mapping, ValueMap, ValueMapEntry
from mappings.rows_json import definition_from_json


class MappingAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    rows = IndentedField()
    filters = IndentedField(required=False)

    class Meta:
        model = Mapping
        fields = ("rows", "filters")

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be read as rows and filters."""
        given: dict[str, Any] = super().clean() or {}
        _, problems = definition_from_json(given.get("rows"), given.get("filters") or [])
        for problem in problems:
            self.add_error(None, problem.sentence)
        return given


@admin.register(Mapping)
class MappingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = MappingAdminForm
    list_display = ("__str__", "tenant", "sync_id", "flow", "version", "status", "created_by", "published_at")
    list_filter = ("status", "flow")
    list_select_related = ("tenant",)
    search_fields = ("sync_id__exact", "tenant__name")
    readonly_fields = (
        "tenant", "sync_id", "flow", "version", "status", "value_maps", "created_by", "created_at", "published_by",
        "published_at", "retired_at",
    )  # fmt: skip
    fieldsets = ((None, {"fields": ("rows", "filters")}), ("What is known", {"fields": readonly_fields}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A sync brings its mappings along."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Mapping | None = None) -> bool:
        """Attempts name the version they used."""
        return False

    def save_model(self, request: HttpRequest, obj: Mapping, form: Any, change: bool) -> None:
        """Make a new draft version of it through the verb; the version at hand stays as it is."""
        stored = Mapping.objects.for_tenant(obj.tenant_id).get(pk=obj.pk)
        actor = str(getattr(request.user, "email", ""))
        given = form.cleaned_data
        saved = save_mapping(mapping=stored, actor=actor, rows=given["rows"], filters=given["filters"] or [])
        obj.pk, obj.version = saved.mapping.pk, saved.mapping.version
        for problem in saved.problems:
            messages.warning(request, problem.sentence)

    def response_change(self, request: HttpRequest, obj: Mapping) -> HttpResponse:
        """Go on to the new draft."""
        messages.success(request, f"Saved as draft version {obj.version}. It counts once the customer publishes it.")
        return redirect(reverse("admin:mappings_mapping_change", args=[obj.pk]))


class EntryInline(admin.TabularInline):  # type: ignore[type-arg]
    model = ValueMapEntry
    fields = ("keys", "value", "valid_from", "valid_to", "added_in", "added_by", "removed_in")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(ValueMap)
class ValueMapAdmin(ReadOnlyAdmin):
    list_display = ("label", "tenant", "sync_id", "name", "revision", "pinned_revision")
    search_fields = ("sync_id__exact", "tenant__name")
    inlines = (EntryInline,)

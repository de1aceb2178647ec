"""Syncs in the admin: schedule and policies may be changed, through the portal's verb."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from integrations import registry
from integrations.admin.fields import IndentedField
from integrations.engine.syncs import change_sync
from integrations.models import Sync
from integrations.policies import policies_of, stored_name

SETTINGS = (
    "name", "start_date", "schedule", "every_minutes", "at_times", "quiet_from", "quiet_to", "webhooks_on", "policies",
)  # fmt: skip


class SyncAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    policies = IndentedField(required=False, lines=6)

    class Meta:
        model = Sync
        fields = SETTINGS

    def clean_policies(self) -> dict[str, str]:
        """Refuse policies and choices that the pair does not offer."""
        given = self.cleaned_data["policies"] or {}
        pair = registry.pairs().get(self.instance.pair)
        fields = policies_of(pair) if pair else ()
        offered = {stored_name(field): [choice for choice, _ in field.choices] for field in fields}
        if not isinstance(given, dict):
            raise ValidationError("Policies are an object of names and choices.")
        for name, choice in given.items():
            if choice not in offered.get(name, ()):
                known = ", ".join(f"{each}: {' or '.join(choices)}" for each, choices in offered.items())
                raise ValidationError(f"{name}: {choice} is not offered. The pair offers {known or 'none'}.")
        return given


@admin.register(Sync)
class SyncAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SyncAdminForm
    list_display = ("name", "tenant", "pair", "state", "schedule", "next_run_at", "stop_code")
    list_filter = ("pair", "state", "schedule")
    list_select_related = ("tenant",)
    search_fields = ("name", "tenant__name")
    readonly_fields = (
        "tenant", "pair", "source", "target", "state", "stop_code", "stop_reason", "source_identity", "target_identity",
        "wants_run", "next_run_at", "next_sweep_at", "lease_until", "created_at",
    )  # fmt: skip
    fieldsets = ((None, {"fields": SETTINGS}), ("What is known", {"fields": readonly_fields}))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read both sides along, for their names."""
        return super().get_queryset(request).select_related("tenant", "source", "target")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Customers set their syncs up themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Sync | None = None) -> bool:
        """Records and the trail name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Sync, form: Any, change: bool) -> None:
        """Change it through the verb, which plans the next run and puts the change on record."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            stored = Sync.objects.for_tenant(obj.tenant_id).select_related("tenant").get(pk=obj.pk)
            change_sync(stored, changes=changes, actor=str(getattr(request.user, "email", "")))

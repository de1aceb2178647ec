"""Connections in the admin: name and values may be changed, secrets replaced but never read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from audit.admin import preformatted
from audit.queries import written
from integrations import registry
from integrations.connection_form import PREFIX, form_field
from integrations.contracts import Connector
from integrations.engine.connections import change_connection
from integrations.errors import ConfigurationError
from integrations.models import Connection
from integrations.vault import open_credentials, present_secrets


class ConnectionAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name and, added for each connector, its declared fields."""

    class Meta:
        model = Connection
        fields = ("name",)

    def typed(self) -> dict[str, str]:
        """Give what was typed, by the connector's own names."""
        fields = registry.connector(self.instance.connector).fields
        return {each.name: str(self.cleaned_data.get(f"{PREFIX}{each.name}") or "") for each in fields}

    def clean(self) -> dict[str, Any]:
        """Show what the connector finds wrong, at its field."""
        given: dict[str, Any] = super().clean() or {}
        others = Connection.objects.for_tenant(self.instance.tenant_id).exclude(pk=self.instance.pk)
        if others.filter(name=given.get("name")).exists():
            self.add_error("name", "A connection of this name exists already.")
        if not self.errors:
            self._try_values()
        return given

    def _try_values(self) -> None:
        connector = registry.connector(self.instance.connector)
        secret = {each.name for each in connector.fields if each.is_secret}
        given = {name: text for name, text in self.typed().items() if text or name not in secret}
        try:
            connector.clean({**self.instance.values, **open_credentials(self.instance), **given})
        except ConfigurationError as refusal:
            name = f"{PREFIX}{refusal.field}"
            self.add_error(name if name in self.fields else None, refusal.message)


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "tenant", "connector", "environment", "state", "created_at")
    list_filter = ("connector", "environment", "state")
    list_select_related = ("tenant",)
    search_fields = ("name", "tenant__name", "fingerprint")
    readonly_fields = (
        "tenant", "connector", "environment", "state", "fingerprint", "shown_identity", "set_secrets", "references_at",
        "created_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Customers make their connections themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        """Syncs and the trail name it."""
        return False

    def get_form(self, request: HttpRequest, obj: Connection | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Build the form from what the connection's connector declares."""
        return _form_class(obj) if obj else super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Give what may be changed, then what is known."""
        editable = tuple(_form_class(obj).base_fields) if obj else ("name",)
        return [(None, {"fields": editable}), ("What is known", {"fields": self.readonly_fields})]

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Change it through the verb, which seals secrets and puts the change on record."""
        stored = Connection.objects.for_tenant(obj.tenant_id).select_related("tenant").get(pk=obj.pk)
        actor = str(getattr(request.user, "email", ""))
        change_connection(stored, values=form.typed(), actor=actor, name=form.cleaned_data["name"])

    @admin.display(description="what answers")
    def shown_identity(self, connection: Connection) -> SafeString:
        """Show what the far side is."""
        return preformatted(written(connection.identity))

    @admin.display(description="secrets that are set")
    def set_secrets(self, connection: Connection) -> str:
        """Name the secrets that are set."""
        return ", ".join(sorted(present_secrets(connection))) or "none"


def _form_class(connection: Connection) -> type[ConnectionAdminForm]:
    connector = registry.connectors().get(connection.connector)
    declared = _declared_fields(connector, connection) if connector else {}
    return type("DeclaredConnectionForm", (ConnectionAdminForm,), declared)


def _declared_fields(connector: Connector, connection: Connection) -> dict[str, forms.Field]:
    kept = present_secrets(connection)
    fields = {}
    for declared in connector.fields:
        field = form_field(declared, is_kept=declared.name in kept)
        field.initial = None if declared.is_secret else connection.values.get(declared.name, declared.default)
        fields[f"{PREFIX}{declared.name}"] = field
    return fields

"""The form of a connection, built from the fields its connector declares; the portal and the staff's admin share it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from integrations.contracts import Connector, CredentialField
from integrations.errors import ConfigurationError
from integrations.models import Connection
from integrations.vault import present_secrets

PREFIX = "value_"
KEEP = "Set. Leave it empty to keep it."


class SealedTextarea(forms.Textarea):
    """A text area that never shows what was typed before, not even beside an error."""

    def format_value(self, value: Any) -> str | None:
        """Show nothing."""
        return None


class ConnectionForm(forms.Form):
    """Name and declared values; secrets are never shown, and empty ones of a stored connection are kept."""

    keeps_placeholders = True

    name = forms.CharField(
        label="Name", max_length=120, help_text="How your team recognises it, such as “Chargebee EU, live”."
    )

    def __init__(
        self,
        *args: Any,
        connector: Connector,
        connection: Connection | None = None,
        environments: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connector, self.connection = connector, connection
        kept = present_secrets(connection) if connection else frozenset()
        values: Mapping[str, str] = connection.values if connection else {}
        self.fields["name"].initial = connection.name if connection else connector.name
        if environments:
            self.fields["environment"] = forms.ChoiceField(
                label="Environment", choices=environments, widget=forms.RadioSelect, initial=environments[0][0]
            )
        for declared in connector.fields:
            field = form_field(declared, is_kept=declared.name in kept)
            field.initial = None if declared.is_secret else values.get(declared.name, declared.default)
            self.fields[f"{PREFIX}{declared.name}"] = field

    def values(self) -> dict[str, str]:
        """Give what was typed, by the connector's own names."""
        return {each.name: str(self.cleaned_data.get(f"{PREFIX}{each.name}") or "") for each in self.connector.fields}

    def refuse(self, error: ConfigurationError) -> None:
        """Show what the connector found wrong, at the field it names."""
        name = f"{PREFIX}{error.field}"
        self.add_error(name if name in self.fields else None, error.message)


def form_field(declared: CredentialField, *, is_kept: bool) -> forms.Field:
    """Give the form field of a declared one. `is_kept`: a secret is stored, so none need be typed."""
    common: dict[str, Any] = {
        "label": declared.label,
        "required": declared.required and not is_kept and declared.kind != "generated",
        "help_text": f"{KEEP} {declared.help}".strip() if is_kept else declared.help,
    }
    if declared.kind == "choice":
        return forms.ChoiceField(choices=declared.choices, **common)
    return forms.CharField(widget=_widget(declared), strip=declared.kind != "secret", **common)


def _widget(declared: CredentialField) -> forms.Widget:
    quiet: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
    if declared.placeholder:
        quiet["placeholder"] = declared.placeholder
    if declared.kind == "secret":
        return forms.PasswordInput(attrs={**quiet, "autocomplete": "new-password"})
    if declared.kind == "generated":
        return SealedTextarea(attrs={**quiet, "rows": 4})
    if declared.name.endswith("_pem"):
        return forms.Textarea(attrs={**quiet, "rows": 4})
    if declared.kind == "number":
        return forms.TextInput(attrs={**quiet, "inputmode": "numeric"})
    return forms.TextInput(attrs=quiet)

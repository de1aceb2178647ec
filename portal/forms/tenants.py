"""Forms about companies and their members."""

from typing import Any

from django import forms

from portal.forms.signup import TimeZoneField
from portal.models import Role
from portal.permissions import assignable_roles


class TenantForm(forms.Form):
    name = forms.CharField(label="Company name", max_length=120)
    time_zone = TimeZoneField(label="Time zone", initial="UTC", help_text="Days, schedules and reports follow it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and not self.initial:
            self.fields["time_zone"].widget.attrs["data-guess-zone"] = "yes"


class RoleField(forms.ChoiceField):
    def __init__(self, *, actor_role: str, **kwargs: Any) -> None:
        """Offer the roles the actor may give."""
        super().__init__(choices=[(role.value, role.label) for role in assignable_roles(actor_role)], **kwargs)

    def clean(self, value: Any) -> Role:
        """Give the role itself."""
        return Role(super().clean(value))


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, actor_role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleField(actor_role=actor_role, label="Role", initial=Role.ACCOUNTANT.value)


class MemberRoleForm(forms.Form):
    def __init__(self, *args: Any, actor_role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleField(actor_role=actor_role, label="Role")


class CloseForm(forms.Form):
    """The company's name, typed, so that nobody closes one by mistake; after its export was taken."""

    name = forms.CharField(label="Company name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, name: str, is_exported: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected, self.is_exported = name, is_exported
        self.fields["name"].help_text = f"Type {name} to close its account."

    def clean_name(self) -> str:
        """Compare the name."""
        typed = str(self.cleaned_data["name"]).strip()
        if typed != self.expected:
            raise forms.ValidationError(f"That is not the name. Type {self.expected}.")
        return typed

    def clean(self) -> dict[str, Any]:
        """Ask for the export first."""
        if not self.is_exported:
            raise forms.ValidationError(
                "Take the export first: afterwards nobody can sign in to this company any more."
            )
        return super().clean() or {}


class DeleteForm(forms.Form):
    """One's own address, typed."""

    email = forms.EmailField(label="Your e-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = email
        self.fields["email"].help_text = f"Type {email} to delete your account."

    def clean_email(self) -> str:
        """Compare the address."""
        typed = str(self.cleaned_data["email"]).strip().lower()
        if typed != self.expected:
            raise forms.ValidationError(f"That is not your address. Type {self.expected}.")
        return typed

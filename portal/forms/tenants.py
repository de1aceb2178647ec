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

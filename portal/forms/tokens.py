"""The form that makes an API token."""

from typing import Any

from django import forms

from portal.models import Role
from portal.permissions import ROLE_SENTENCES
from portal.tokens import LIFETIMES_DAYS, token_roles


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=80, help_text="What uses it, such as “month-end script”. It shows in the trail."
    )
    role = forms.TypedChoiceField(label="May do", coerce=Role, widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        initial=90,
        choices=[(days, "A year" if days == 365 else f"{days} days") for days in LIFETIMES_DAYS],
    )

    def __init__(self, *args: Any, maker_role: str, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = [(role.value, f"{role.label}: {ROLE_SENTENCES[role]}") for role in token_roles(maker_role)]
        self.fields["role"].choices = offered[::-1]  # type: ignore[attr-defined]  # the least first
        self.fields["role"].initial = Role.VIEWER.value

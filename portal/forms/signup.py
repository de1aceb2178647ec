"""The sign-up form: a person, and the company they found or were invited to."""

from itertools import groupby
from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from allauth.core import context
from django import forms
from django.http import HttpRequest

from portal.accounts import accept_invitation, found_tenant
from portal.models import Invitation, User, time_zone_names, validate_time_zone

INVITATION_KEY = "invitation_id"


def time_zone_choices() -> list[tuple[str, Any]]:
    """Give the time zones as choices, grouped by region."""
    grouped = groupby(time_zone_names(), key=lambda name: name.partition("/")[0])
    return [
        (region, [(name, name.partition("/")[2].replace("_", " ") or name) for name in names])
        for region, names in grouped
    ]


class TimeZoneField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        # The script fills in the browser's own zone only while nobody has chosen (data-guess-zone="yes").
        widget = forms.Select(attrs={"data-guess-zone": "no"})
        super().__init__(choices=time_zone_choices, validators=[validate_time_zone], widget=widget, **kwargs)


class SignupForm(BaseSignupForm):  # type: ignore[misc]  # django-allauth carries no types
    field_order = ("name", "email", "password1", "company", "time_zone")

    name = forms.CharField(
        label="Your name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    company = forms.CharField(
        label="Company",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = TimeZoneField(label="Time zone", initial="UTC", help_text="Days, schedules and reports follow it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = _invitation_of(context.request)
        self.fields["email"].label = "Work e-mail"
        self.fields["password1"].help_text = "At least 12 characters, and not one of the common ones."
        if self.invitation:
            self._fix_address(self.invitation)
        elif not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-guess-zone"] = "yes"

    def _fix_address(self, invitation: Invitation) -> None:
        del self.fields["company"], self.fields["time_zone"]
        self.fields["email"].disabled = True
        self.initial["email"] = self.fields["email"].initial = invitation.email

    def settle_company(self, request: HttpRequest, user: User) -> None:
        """Found the new person's company, or make them a member of the one that invited them."""
        if self.invitation:
            accept_invitation(invitation=self.invitation, user=user)
            request.session.pop(INVITATION_KEY, None)
            return
        found_tenant(owner=user, name=self.cleaned_data["company"], time_zone=self.cleaned_data["time_zone"])


def _invitation_of(request: HttpRequest | None) -> Invitation | None:
    # The id was put into this visitor's session by the page that checked the token.
    chosen = request.session.get(INVITATION_KEY) if request else None
    invitation = Invitation.objects.filter(pk=chosen).select_related("tenant").first() if chosen else None
    return invitation if invitation and invitation.is_open else None

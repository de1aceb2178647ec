"""The form of a notification channel: where to, of what, and when."""

from datetime import time
from typing import Any

from django import forms
from django.core.validators import validate_email

from portal.notifications.channels import Wishes
from portal.notifications.kinds import Kind
from portal.notifications.models import Channel
from portal.words import clock

MOST_RECIPIENTS = 10
TIMINGS = (
    ("immediate", "At once: about a minute after it happened. What happens together comes in one message."),
    ("daily", "Once a day: all of it in one message, at a time you choose. Days without news bring none."),
)
_URLS = {
    Channel.Medium.SLACK: "The incoming webhook's address, as Slack or Mattermost shows it.",
    Channel.Medium.WEBHOOK: "Where we call: POST with JSON, signed. The signing key is made when you save.",
}


class RecipientsField(forms.CharField):
    """E-mail addresses separated by commas; gives them in lower case, without repeats."""

    def to_python(self, value: Any) -> Any:
        """Read the addresses."""
        text = super().to_python(value) or ""
        found = list(dict.fromkeys(part.strip().lower() for part in text.replace(";", ",").split(",") if part.strip()))
        if len(found) > MOST_RECIPIENTS:
            raise forms.ValidationError(
                f"At most {MOST_RECIPIENTS} addresses. Use a mailing list of your own for more."
            )
        for address in found:
            validate_email(address)
        return found

    def prepare_value(self, value: Any) -> Any:
        """Write the addresses."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


class ChannelForm(forms.Form):
    """One channel. The address of a webhook is sealed and never shown again; an empty one is kept."""

    name = forms.CharField(label="Name", max_length=80, help_text="Such as “Month-end team” or “#finance-alerts”.")

    def __init__(self, *args: Any, medium: str, channel: Channel | None = None, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.medium, self.channel = medium, channel
        self.fields["name"].initial = channel.name if channel else Channel.Medium(medium).label
        if medium == Channel.Medium.EMAIL:
            self.fields["recipients"] = RecipientsField(
                label="To",
                initial=channel.recipients if channel else [email],
                help_text="One or more addresses, separated by commas.",
            )
        else:
            self.fields["url"] = _url_field(Channel.Medium(medium), channel)
        self.fields["kinds"] = forms.MultipleChoiceField(
            label="Tell of",
            choices=Kind.choices,
            widget=forms.CheckboxSelectMultiple,
            initial=channel.kinds if channel else [kind.value for kind in Kind],
            error_messages={"required": "Choose at least one."},
        )
        self.fields["timing"] = forms.ChoiceField(
            label="When", choices=TIMINGS, widget=forms.RadioSelect, initial=channel.timing if channel else "immediate"
        )
        self.fields["digest_at"] = forms.TimeField(
            label="Time of the daily message",
            required=False,
            initial=clock(channel.digest_at if channel else time(7)),
            input_formats=["%H:%M"],
            help_text="In your company's time zone, such as 07:00.",
            error_messages={"invalid": "Write the time as 07:00."},
        )

    def wishes(self) -> Wishes:
        """Give what was chosen."""
        given = self.cleaned_data
        return Wishes(
            name=given["name"],
            kinds=given["kinds"],
            timing=given["timing"],
            digest_at=given.get("digest_at") or time(7),
            recipients=given.get("recipients") or (),
            url=given.get("url") or "",
        )


def _url_field(medium: Channel.Medium, channel: Channel | None) -> forms.Field:
    kept = f"Leave it empty to keep the one at {channel.host}. " if channel else ""
    attrs = {"autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}
    return forms.CharField(
        label="Address",
        max_length=1000,
        required=channel is None,
        widget=forms.TextInput(attrs=attrs),
        help_text=f"{kept}{_URLS[medium]}",
    )

"""The form of a sync: what it joins, since when, when it runs, and the policies of its pair."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms

from integrations import registry
from integrations.contracts import Pair
from integrations.models import Connection, Sync
from integrations.policies import policies_of, stored_name
from portal.words import clock

POLICY = "policy_"
LONGEST_MINUTES = 24 * 60
MOST_TIMES = 24

SCHEDULES = (
    ("minutes", "Every few minutes: the usual choice. Webhooks make it faster still."),
    ("hourly", "Every hour: on the hour."),
    ("daily", "Once a day: at a time you choose."),
    ("times", "At set times: several times a day, such as before and after a batch."),
    ("manual", "Only by hand: when somebody presses Run now."),
)


class TimesField(forms.CharField):
    """Times of day separated by commas; gives them sorted, without repeats."""

    def to_python(self, value: Any) -> Any:
        """Read the times."""
        text = super().to_python(value) or ""
        try:
            times = {time.fromisoformat(part.strip()).replace(second=0) for part in text.split(",") if part.strip()}
        except ValueError:
            raise forms.ValidationError("Write times as 06:00, separated by commas.") from None
        if len(times) > MOST_TIMES:
            raise forms.ValidationError(f"At most {MOST_TIMES} times a day.")
        return sorted(times)

    def prepare_value(self, value: Any) -> Any:
        """Write the times."""
        return ", ".join(clock(each) for each in value) if isinstance(value, list | tuple) else value


BEGINNINGS = (
    ("usual", "The usual mapping: complete and to be adapted, the quickest way."),
    ("empty", "An empty mapping: every row is chosen by you, with ours as suggestions."),
)


class ConnectionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among connections, each with its environment and whether it works."""

    def label_from_instance(self, obj: Any) -> str:
        """Describe a connection."""
        return f"{obj.name}: {obj.get_environment_display()}, {obj.get_state_display().lower()}"


class SidesForm(forms.Form):
    """The two connections that a new sync joins; the only one there is, is chosen already."""

    def __init__(self, *args: Any, pair: Pair, tenant_id: int, chosen: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in ("source", "target"):
            rows = Connection.objects.for_tenant(tenant_id).filter(connector=getattr(pair, side)).order_by("name", "id")
            known = list(rows)
            asked = next((each for each in known if str(each.pk) == chosen.get(side)), None)
            self.fields[side] = ConnectionField(
                label="Connection",
                queryset=rows,
                widget=forms.RadioSelect,
                empty_label=None,
                initial=asked or (known[0] if len(known) == 1 else None),
                error_messages={
                    "required": f"Choose or add the connection to {registry.connector(getattr(pair, side)).name}."
                },
            )
        self.fields["begin"] = forms.ChoiceField(
            label="Begin with", choices=BEGINNINGS, widget=forms.RadioSelect, initial="usual", required=False
        )

    def clean(self) -> dict[str, Any]:
        """Refuse test documents in live books."""
        given = super().clean() or {}
        refuse_test_in_live(self, given)
        return given


def refuse_test_in_live(form: forms.Form, given: Mapping[str, Any]) -> None:
    """Refuse a live target for a source that is not."""
    source, target = given.get("source"), given.get("target")
    if source and target and target.environment == "live" and source.environment != "live":
        form.add_error("target", f"{target.name} is live and {source.name} is not: test documents would be booked.")


class SyncForm(forms.Form):
    """Settings of a sync."""

    keeps_placeholders = True

    name = forms.CharField(label="Name", max_length=120)
    start_date = forms.DateField(
        label="Start date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Documents dated before it are left out, with that reason. Empty: everything there is. Moved back or "
        "cleared later, the next run posts what it left out until then.",
    )
    schedule = forms.ChoiceField(label="When it runs", choices=SCHEDULES, widget=forms.RadioSelect)
    every_minutes = forms.IntegerField(
        label="Minutes between runs", required=False, min_value=1, max_value=LONGEST_MINUTES
    )
    at_times = TimesField(
        label="Times of day",
        required=False,
        help_text="In your company's time zone, as 06:00, 12:30. Once a day takes the first.",
        widget=forms.TextInput(attrs={"placeholder": "06:00"}),
    )
    quiet_from = forms.TimeField(
        label="Quiet from",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="No scheduled run starts in the quiet hours.",
    )
    quiet_to = forms.TimeField(
        label="Quiet until", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, pair: Pair, sync: Sync, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair, self.sync = pair, sync
        self._set_initial(sync)
        if registry.connector(pair.source).inbound:
            self.fields["webhooks_on"] = forms.BooleanField(
                label="Listen for webhooks, too",
                required=False,
                initial=sync.webhooks_on,
                help_text="What changes arrives within seconds. The schedule finds what a webhook missed.",
            )
        for policy in policies_of(pair):
            chosen = sync.policies.get(stored_name(policy), policy.choices[0][0])
            self.fields[f"{POLICY}{stored_name(policy)}"] = forms.ChoiceField(
                label=policy.label, choices=policy.choices, widget=forms.RadioSelect, initial=chosen, required=False
            )

    def _set_initial(self, sync: Sync) -> None:
        for name in ("name", "start_date", "schedule", "every_minutes", "at_times", "quiet_from", "quiet_to"):
            self.fields[name].initial = getattr(sync, name)

    def clean(self) -> dict[str, Any]:
        """Judge what only makes sense together."""
        given = super().clean() or {}
        if given.get("schedule") == "minutes" and not given.get("every_minutes") and "every_minutes" not in self.errors:
            self.add_error("every_minutes", "Give the number of minutes, such as 15.")
        if given.get("schedule") in ("daily", "times") and not given.get("at_times") and "at_times" not in self.errors:
            self.add_error("at_times", "Give at least one time, such as 06:00.")
        if bool(given.get("quiet_from")) != bool(given.get("quiet_to")):
            empty = "quiet_to" if given.get("quiet_from") else "quiet_from"
            if empty not in self.errors:
                self.add_error(empty, "Quiet hours need both times. Clear the other one to have none.")
        return given

    def settings(self) -> dict[str, Any]:
        """Give what `change_sync` takes."""
        given = self.cleaned_data
        names = ("name", "start_date", "schedule", "every_minutes", "at_times", "quiet_from", "quiet_to")
        fields = {stored_name(policy): f"{POLICY}{stored_name(policy)}" for policy in policies_of(self.pair)}
        policies = {name: given[field] or self.fields[field].initial for name, field in fields.items()}
        return {
            **{name: given[name] for name in names},
            "every_minutes": given["every_minutes"] or 15,
            "webhooks_on": given.get("webhooks_on", False),
            "policies": {**self.sync.policies, **policies},
        }

"""The form that says how long payloads are kept."""

from collections.abc import Sequence

from django import forms

from portal.retention import BOOKED_DAYS, TRIED_DAYS

_WORDS = {30: "30 days", 90: "90 days", 180: "Half a year", 365: "A year", 400: "13 months", 730: "2 years",
          1825: "5 years", 3650: "10 years"}  # fmt: skip
FOREVER = ("0", "As long as the trail")


def _choices(days: Sequence[int]) -> list[tuple[str, str]]:
    return [FOREVER, *((str(each), _WORDS[each]) for each in days)]


def _days(chosen: str) -> int | None:
    return int(chosen) or None


class RetentionForm(forms.Form):
    tried_days = forms.TypedChoiceField(
        label="What booked nothing",
        choices=_choices(TRIED_DAYS),
        coerce=_days,
        help_text="What was sent and answered in attempts that were refused, looked up or not answered; payloads of "
        "rehearsals; webhooks. Records that still wait for somebody keep theirs.",
    )
    booked_days = forms.TypedChoiceField(
        label="What stands in the target",
        choices=_choices(BOOKED_DAYS),
        coerce=_days,
        help_text="Afterwards such a document can still be found, read back and reconciled, but no longer changed, "
        "reversed or undone from here. Check how long your law has you keep records.",
    )

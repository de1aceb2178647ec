"""The form that asks for a reconciliation: which sync, which days, and whether to tie out what is open."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from integrations import registry
from integrations.models import Sync
from portal.words import join

MONTHS_OFFERED = 13
LONGEST_DAYS = 366


def months(today: date) -> list[tuple[str, str]]:
    """Offer whole months, the last complete one first, then this one so far, then the earlier ones."""
    first = today.replace(day=1)
    found = []
    for _ in range(MONTHS_OFFERED):
        found.append((f"{first:%Y-%m}", f"{first:%B %Y}"))
        first = (first - timedelta(days=1)).replace(day=1)
    found[0] = (found[0][0], f"{found[0][1]}, so far")
    return [found[1], found[0], *found[2:]]


def days_of(month: str, today: date) -> tuple[date, date]:
    """Give the first and last day of a month, but none after today."""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first, min(last, today)


def what_is_told(syncs: Sequence[Sync]) -> str:
    """Say of which syncs the target does not tell what was open at the end of a past day, and what is done then."""
    today = [sync.name for sync in syncs if _told_of(sync) == "today"]
    never = [sync.name for sync in syncs if _told_of(sync) == "never"]
    said = []
    if today:
        said.append(f"{join(today)}: possible only as of today; for an earlier end, documents alone are compared.")
    if never:
        said.append(
            f"{join(never)}: not possible, for journals have no open amounts; compare the account's balance instead."
        )
    return " ".join(said)


def _told_of(sync: Sync) -> str:
    pair = registry.pairs().get(sync.pair)
    return pair.tells_open if pair else "never"


class ReconciliationForm(forms.Form):
    sync = forms.TypedChoiceField(label="Sync", coerce=int)
    month = forms.ChoiceField(label="Period", required=False)
    start = forms.DateField(label="or from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label="to", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    open_items = forms.BooleanField(label="Tie out what is open at its end", required=False, initial=True)

    def __init__(self, *args: Any, syncs: Sequence[Sync], **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = timezone.localdate()
        self.fields["sync"].choices = [(sync.pk, sync.name) for sync in syncs]  # type: ignore[attr-defined]
        self.fields["open_items"].help_text = what_is_told(syncs)
        self.fields["open_items"].initial = any(_told_of(sync) == "of_any_day" for sync in syncs)
        self.fields["month"].choices = months(self.today)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Make the period of the month, or of both days where they are given."""
        given = super().clean() or {}
        if given.get("start") or given.get("end"):
            if not (given.get("start") and given.get("end")):
                raise forms.ValidationError("Give both days, or neither and choose a month.")
        elif given.get("month"):
            given["start"], given["end"] = days_of(given["month"], self.today)
        else:
            raise forms.ValidationError("Choose a month, or give both days.")
        if given["start"] > given["end"]:
            raise forms.ValidationError("The period ends before it begins.")
        if (given["end"] - given["start"]).days >= LONGEST_DAYS:
            raise forms.ValidationError("At most a year at once: choose fewer days.")
        return given

"""The form of the two-person rule: which actions ask for a second person, from which amount, and for how long."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from integrations.approvals.rule import FLAGS, Settings
from integrations.money import decimals
from portal.models import User
from portal.words import join


class RuleForm(forms.Form):
    publish = forms.BooleanField(
        label="Publish a mapping",
        required=False,
        help_text="Also one whose value maps have changed. The mappings of a new sync begin as drafts.",
    )
    undo = forms.BooleanField(
        label="Undo",
        required=False,
        help_text="Of a record, a run or a day. Ending a proof in a test company needs nobody.",
    )
    identity = forms.BooleanField(
        label="Let a connection lead to another system",
        required=False,
        help_text="Only owners may, so two owners are needed.",
    )
    replay = forms.BooleanField(
        label="Replay above an amount",
        required=False,
        help_text="Whatever has documents booked again: tried again, healed from a reconciliation, or posted beside a "
        "look-alike. Reading back what stands needs nobody.",
    )
    amount = forms.DecimalField(
        label="Amount",
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=2,
        required=False,
        help_text="The documents of one replay, added up. Above it a second person is needed.",
    )
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        required=False,
        help_text="Such as EUR. A document of any other currency, or of no known amount, needs a second person "
        "whatever it is: nothing is converted.",
    )
    lapse_days = forms.IntegerField(
        label="Requests lapse after days", min_value=1, max_value=90, help_text="Then they must be asked for anew."
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        required=False,
        help_text="Needed where you loosen the rule: a second person approves that first, and reads it.",
    )
    anyway = forms.BooleanField(label="Switch it on although nobody else may approve", required=False)

    def __init__(self, *args: Any, before: Settings, lonely: dict[str, list[User]], **kwargs: Any) -> None:
        """Take what the rule says now, and the actions that fewer than two people may do, with those who may."""
        super().__init__(*args, **kwargs)
        self.before, self.lonely = before, lonely
        if not self.is_bound or not self._standing_still(self.data):
            del self.fields["anyway"]

    def _standing_still(self, chosen: Mapping[str, Any]) -> list[str]:
        """Name the actions that are switched on now and that nobody could approve."""
        return [flag for flag in FLAGS if flag in self.lonely and chosen.get(flag) and not getattr(self.before, flag)]

    def clean_currency(self) -> str:
        """Refuse what is no currency."""
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code:
            try:
                decimals(code)
            except ValueError as error:
                raise forms.ValidationError(f"{code} is no currency. Use its three letters, such as EUR.") from error
        return code

    def clean(self) -> dict[str, object]:
        """Refuse an amount without a currency, and actions that would stand still, unless that is meant."""
        given: dict[str, object] = super().clean() or {}
        if given.get("replay") and not given.get("currency") and "currency" not in self.errors:
            self.add_error("currency", "Say in which currency the amount is.")
        if given.get("replay") and given.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "Say above which amount a second person is needed. 0 means any.")
        still = self._standing_still(given)
        if still and not given.get("anyway"):
            words = join([f"“{self.fields[flag].label}”" for flag in still])
            self.add_error(
                None,
                f"Fewer than two people here may do {words}, so nobody could approve it: it would stand still until "
                "you invite somebody under Team. Tick below if you want that.",
            )
        return given

    def settings(self) -> Settings:
        """Give what was chosen."""
        given = self.cleaned_data
        return Settings(
            publish=given["publish"],
            undo=given["undo"],
            identity=given["identity"],
            replay=given["replay"],
            amount=given["amount"] or Decimal(0),
            currency=given["currency"],
            lapse_days=given["lapse_days"],
        )

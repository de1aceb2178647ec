"""What the page of a proof shows: its steps with their words, the documents tried, and what customers owe."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.engine.rehearsal.stored import newest
from integrations.engine.trial.prove import STEPS
from integrations.models import Check, Sync
from portal.states import Look
from portal.words import duration

_STEPS: Mapping[str, Look] = {
    "todo": Look(word="To do", tone="neutral", icon="dot"),
    "running": Look(word="Under way", tone="progress", icon="spinner"),
    "done": Look(word="Done", tone="success", icon="check"),
    "failed": Look(word="Failed", tone="danger", icon="cross"),
    "left_out": Look(word="Left out", tone="neutral", icon="skip"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step and how far it is."""

    label: str
    look: Look
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The newest proof of a sync."""

    check: Check
    steps: tuple[Step, ...]
    documents: tuple[Mapping[str, Any], ...]
    owed: tuple[Mapping[str, Any], ...]
    trial: int | None
    took: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether a worker has it, or soon has."""
        return self.check.state in (Check.State.ASKED, Check.State.RUNNING)

    @property
    def ok(self) -> bool:
        """Tell whether every step went well."""
        return self.check.state == Check.State.DONE and bool(self.check.report.get("ok"))


def proof_shown(sync: Sync) -> Proof | None:
    """Give the newest proof of a sync, finished or not."""
    check = newest(sync, Check.Kind.TRIAL)
    if check is None:
        return None
    told = check.report.get("steps") or [{"label": label, "state": "todo", "said": ""} for label in STEPS.values()]
    documents = [_document(one) for one in check.report.get("documents", ())]
    owed = [{**one, "wanted": Decimal(one["wanted"]), "found": Decimal(one["found"])} for one in _owed(check)]
    return Proof(
        check=check,
        steps=tuple(Step(label=one["label"], look=_STEPS[one["state"]], said=one["said"]) for one in told),
        documents=tuple(documents),
        owed=tuple(owed),
        trial=check.report.get("trial"),
        took=duration(check.asked_at, check.made_at),
    )


def _document(one: Mapping[str, Any]) -> dict[str, Any]:
    amount = Decimal(one["amount"]) if one["amount"] else None
    return {**one, "amount": amount, "is_reversed": one["state"] == "reversed"}


def _owed(check: Check) -> list[dict[str, Any]]:
    return list(check.report.get("owed", ()))

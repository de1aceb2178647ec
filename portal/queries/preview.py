"""What the pages of previews and rehearsals show: the newest look of each flow and what stands against switching on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from audit.queries import written
from integrations.contracts import Flow
from integrations.engine.rehearsal.readiness import Missing, open_faults, readiness
from integrations.engine.rehearsal.stored import latest, newest
from integrations.models import Check, Sync
from integrations.money import from_json
from portal.queries.syncs import flows_of
from portal.words import account_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One line of a trial balance; an empty side is None."""

    name: str
    currency: str
    debit: Decimal | None
    credit: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The newest finished look, one that is pending or failed since, and the faults nobody accepted, by name."""

    check: Check | None
    pending: Check | None
    open: frozenset[str] = frozenset()

    @property
    def flows(self) -> list["FlowLook"]:
        """Give a rehearsal's counts: each flow, parents first, with what would become of its records."""
        if self.check is None:
            return []
        counts = self.check.report.get("flows", {})
        return [_flow(flow, counts[flow.slug]) for flow in flows_of(self.check.sync.pair) if flow.slug in counts]

    @property
    def records(self) -> list[dict[str, Any]]:
        """Give a preview's records, with names in the place of ids that only booking gives."""
        return [_with_names(record) for record in self.check.report.get("records", ())] if self.check else []

    @property
    def trial_balance(self) -> list[Account]:
        """Give a rehearsal's trial balance; what only booking gives an id is named by its record."""
        report = self.check.report if self.check else {}
        named = {new: name.partition(":")[2] for new, name in report.get("stand_ins", {}).items()}
        named |= report.get("labels", {})
        return [
            Account(
                name=_named(account_title(row), named),
                currency=row["currency"],
                debit=Decimal(row["debit"]) or None,
                credit=Decimal(row["credit"]) or None,
            )
            for row in report.get("trial_balance", ())
        ]


def _named(title: str, stand_ins: Mapping[str, str]) -> str:
    return " ".join(f"{stand_ins[word]} (new)" if word in stand_ins else word for word in title.split(" "))


# Counts in words

_OUTCOMES: tuple[tuple[str, str], ...] = (
    ("booked", "would be booked"),
    ("linked", "stand there already"),
    ("unchanged", "stand there as they are"),
    ("parked", "would need a person"),
    ("waiting", "would wait for another record"),
    ("skipped", "left out by rule"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLook:
    """What a rehearsal read of one flow, and what would become of it, in words."""

    label: str
    read: str
    outcomes: tuple[str, ...]


def _flow(flow: Flow, counts: Mapping[str, int]) -> FlowLook:
    asked, needed = counts.get("records", 0), counts.get("parents", 0)
    read = f"{asked:,} of these days" if asked else ""
    if needed:
        beside = "others that they need" if asked else "that the documents need"
        read = f"{read} and {needed:,} {beside}" if read else f"{needed:,} {beside}"
    words = dict(_OUTCOMES)
    order = [*words, *(each for each in counts if each not in words and each not in ("records", "parents"))]
    told = tuple(f"{counts[each]:,} {words.get(each, each.replace('_', ' '))}" for each in order if counts.get(each))
    return FlowLook(label=flow.label, read=read, outcomes=told)


# Names of what is not booked yet

_STAND_IN = re.compile(r"(\S*new[0-9a-f]{14}\S*) stands for (.+)")


def _with_names(record: Mapping[str, Any]) -> dict[str, Any]:
    told = [found for text in record.get("stand_ins", ()) if (found := _STAND_IN.fullmatch(text))]
    names = {found[1]: found[2] for found in told}
    drafts = [
        {**draft, "payload": _replaced(written(from_json(draft["payload"])), names)} for draft in record["drafts"]
    ]
    entries = [_entry(entry, names) for entry in record["entries"]]
    return {**record, "drafts": drafts, "entries": entries, "first": sorted(set(names.values()))}


def _entry(entry: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """Give an entry with its amounts as such, an empty side as None."""
    sides = {side: Decimal(entry[side]) if entry[side] else None for side in ("debit", "credit")}
    return {**entry, "account": _named(entry["account"], names), "name": _named(entry["name"], names), **sides}


def _replaced(payload: str, names: Mapping[str, str]) -> str:
    """Put names in the place of ids."""
    for id, name in names.items():
        payload = payload.replace(id, f"[id of {name}]")
    return payload


def preview_of(sync: Sync, flow: str) -> Look:
    """Give the newest preview of a flow."""
    return look_at(sync, Check.Kind.PREVIEW, flow)


def rehearsal_of(sync: Sync) -> Look:
    """Give the newest rehearsal."""
    return look_at(sync, Check.Kind.REHEARSAL)


def missing_of(sync: Sync) -> list[Missing]:
    """Give what stands against switching a sync on for the first time; nothing of one that was on."""
    return readiness(sync) if sync.state == Sync.State.DRAFT else []


def look_at(sync: Sync, kind: str, flow: str = "") -> Look:
    """Give the newest look of a kind and what came after it."""
    check, last = latest(sync, kind, flow), newest(sync, kind, flow)
    pending = last if last and (check is None or last.pk != check.pk) else None
    names = frozenset(fault["name"] for fault in open_faults(check)) if check else frozenset()
    return Look(check=check, pending=pending, open=names)

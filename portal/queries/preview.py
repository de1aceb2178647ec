"""What the pages of previews and rehearsals show: the newest look of each flow and what stands against switching on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.engine.rehearsal.readiness import Missing, open_faults, readiness
from integrations.engine.rehearsal.stored import latest, newest
from integrations.models import Check, Sync
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
    def flows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Give a rehearsal's counts: each flow, parents first, with its numbers by what would become of its records."""
        if self.check is None:
            return []
        counts = self.check.report.get("flows", {})
        kept = [flow.slug for flow in flows_of(self.check.sync.pair) if flow.slug in counts]
        return [(flow, sorted(counts[flow].items(), key=lambda each: each[0] != "records")) for flow in kept]

    @property
    def trial_balance(self) -> list[Account]:
        """Give a rehearsal's trial balance; what only booking gives an id is named by its record."""
        report = self.check.report if self.check else {}
        named = {new: name.partition(":")[2] for new, name in report.get("stand_ins", {}).items()}
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

"""What the pages of previews and rehearsals show: the newest look of each flow and what stands against switching on."""

from dataclasses import dataclass

from integrations.engine.rehearsal.readiness import Missing, open_faults, readiness
from integrations.engine.rehearsal.stored import latest, newest
from integrations.models import Check, Sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The newest finished look, one that is pending or failed since, and the faults nobody accepted, by name."""

    check: Check | None
    pending: Check | None
    open: frozenset[str] = frozenset()

    @property
    def flows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Give a rehearsal's counts: each flow with its numbers by what would become of its records."""
        counts = self.check.report.get("flows", {}) if self.check else {}
        return [(flow, list(numbers.items())) for flow, numbers in counts.items()]


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

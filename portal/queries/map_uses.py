"""When each entry of a value map was last used: by the newest document that the last coverage met for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.engine.rehearsal.stored import latest
from integrations.models import Check, Sync
from mappings.value_maps import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUse:
    """How many records of the last 12 months an entry answered for, and the date of the newest; None for undated."""

    documents: int = 0
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapUses:
    """What is known of a map's use; `check` is None before the first coverage, or where that knew no such map."""

    check: Check | None
    uses: Mapping[Identity, LastUse]

    def of(self, identity: Identity | None) -> LastUse | None:
        """Give the use of an entry; None for an empty line, and where nothing is known."""
        return self.uses.get(identity, LastUse()) if identity and self.check else None


def map_uses(sync: Sync, name: str) -> MapUses:
    """Give the use of a map's entries by the newest coverage of its sync."""
    check = latest(sync, Check.Kind.COVERAGE)
    found = next((one for one in check.report.get("maps", ()) if one["name"] == name), None) if check else None
    if check is None or found is None or "uses" not in found:
        return MapUses(check=None, uses={})
    uses = {
        (tuple(one["keys"]), _day(one["valid_from"])): LastUse(documents=one["documents"], last=_day(one["last"]))
        for one in found["uses"]
    }
    return MapUses(check=check, uses=uses)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

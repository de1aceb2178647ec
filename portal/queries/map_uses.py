"""When each entry of a value map was last used: by the newest document that the last coverage met for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from integrations.engine.rehearsal.stored import latest
from integrations.models import Check, Sync
from mappings.models import ValueMap
from mappings.value_maps import Entry, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUse:
    """How many records of the last 12 months an entry answered for, and the date of the newest; None for undated."""

    documents: int = 0
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapUses:
    """What is known of a map's use; `check` is None before the first coverage, or where that knew no such map.

    `fresh` are entries put in since: of them nothing is known yet.
    """

    check: Check | None = None
    uses: Mapping[Identity, LastUse] = field(default_factory=dict)
    fresh: frozenset[Identity] = frozenset()

    def of(self, identity: Identity | None) -> LastUse | None:
        """Give the use of an entry; None for an empty line, and where nothing is known."""
        if not identity or self.check is None or identity in self.fresh:
            return None
        return self.uses.get(identity, LastUse())


def map_uses(sync: Sync, value_map: ValueMap, entries: list[Entry]) -> MapUses:
    """Give the use of a map's entries by the newest coverage of its sync."""
    check = latest(sync, Check.Kind.COVERAGE)
    maps = check.report.get("maps", ()) if check else ()
    found = next((one for one in maps if one["name"] == value_map.name), None)
    if check is None or found is None or "uses" not in found:
        return MapUses()
    rows = value_map.entries.filter(removed_in__isnull=True, added_at__gt=check.asked_at)
    rows = rows.filter(keys__in=[list(entry.keys) for entry in entries])
    fresh = frozenset((tuple(keys), starts) for keys, starts in rows.values_list("keys", "valid_from"))
    uses = {
        (tuple(one["keys"]), _day(one["valid_from"])): LastUse(documents=one["documents"], last=_day(one["last"]))
        for one in found["uses"]
    }
    return MapUses(check=check, uses=uses, fresh=fresh)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

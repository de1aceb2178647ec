"""Takes suggestions over into value maps: one by one, or all those that are sure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from integrations.errors import ConfigurationError
from integrations.mapping_changes import change_map
from integrations.models import Check, Sync
from mappings.models import ValueMap
from mappings.suggest import SURE
from mappings.value_maps import Entry, Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A code of a map and the value chosen for it."""

    map: str
    keys: Keys
    value: str


def accept(sync: Sync, choices: Iterable[Choice], *, actor: str) -> dict[str, int]:
    """Put the choices into their value maps, each map as one draft revision, all or none; give the revisions.

    Published mappings use them after the next publication. Raises ConfigurationError for a map that is not there, and
    InvalidMappingError for entries that contradict others.
    """
    entries: dict[str, list[Entry]] = defaultdict(list)
    for choice in choices:
        entries[choice.map].append(Entry(keys=choice.keys, value=choice.value))
    stored = {one.name: one for one in ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk)}
    if unknown := sorted(entries.keys() - stored.keys()):
        raise ConfigurationError(f"There is no value map {unknown[0]}. Measure the coverage again.", field="map")
    with transaction.atomic():
        return {name: change_map(value_map=stored[name], actor=actor, put=put) for name, put in entries.items()}


def sure_choices(report: Mapping[str, Any], *, least: int = SURE, map_name: str = "") -> list[Choice]:
    """Give the best suggestion of each missing code that is sure enough, of one map or of all."""
    return [
        Choice(map=one["name"], keys=tuple(code["keys"]), value=code["suggestions"][0]["value"])
        for one in report.get("maps", ())
        if not map_name or one["name"] == map_name
        for code in one["codes"]
        if code["is_missing"] and code["suggestions"] and code["suggestions"][0]["score"] >= least
    ]


def accept_sure(check: Check, *, actor: str, least: int = SURE, map_name: str = "") -> int:
    """Accept in bulk the suggestions of a coverage that are sure enough; give how many."""
    choices = sure_choices(check.report, least=least, map_name=map_name)
    accept(check.sync, choices, actor=actor)
    return len(choices)

"""Where the account's records are kept: by group and id, by external id, and what the search has yet to see."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.connectors.netsuite.simulator.records.types import TYPES
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.sandbox.books import Document

Values = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Stored:
    """One record of the type named by `kind`.

    `fields` hold plain values: ids for references and enumerations, lists of dicts for sublists.
    """

    kind: str
    id: str
    fields: Values
    created: datetime
    modified: datetime
    document: Document | None = None

    @property
    def type(self) -> RecordType:
        """The record type."""
        return TYPES[self.kind]

    @property
    def external_id(self) -> str | None:
        """The external id, if it has one."""
        return self.fields.get("externalId")

    @property
    def is_inactive(self) -> bool:
        """Whether it may no longer be referred to."""
        return bool(self.fields.get("isInactive"))


class Store:
    """Records by group; ids are unique within a group, external ids as well."""

    def __init__(self) -> None:
        self.groups: defaultdict[str, dict[str, Stored]] = defaultdict(dict)
        self.by_external: defaultdict[str, dict[str, Stored]] = defaultdict(dict)
        self.dirty: dict[tuple[str, str], float] = {}
        self._next: dict[str, int] = {}
        self._counters: defaultdict[str, int] = defaultdict(int)

    def start_ids(self, group: str, first: int) -> None:
        """Let the ids of a group begin here."""
        self._next[group] = first

    def new_id(self, group: str) -> str:
        """Draw the next id of a group."""
        number = self._next.get(group, 1)
        self._next[group] = number + 1
        return str(number)

    def count(self, name: str) -> int:
        """Draw the next number of a named sequence, from 1."""
        self._counters[name] += 1
        return self._counters[name]

    def put(self, stored: Stored, at: float) -> None:
        """Keep a record under its id and external id."""
        group = stored.type.group
        self.groups[group][stored.id] = stored
        if stored.external_id:
            self.by_external[group][stored.external_id] = stored
        self.touch(stored, at)

    def rename(self, stored: Stored, old_external_id: str | None) -> None:
        """Keep the index of external ids in step after a change."""
        index = self.by_external[stored.type.group]
        if old_external_id and old_external_id != stored.external_id and index.get(old_external_id) is stored:
            del index[old_external_id]
        if stored.external_id:
            index[stored.external_id] = stored

    def drop(self, stored: Stored, at: float) -> None:
        """Forget a record."""
        group = stored.type.group
        self.groups[group].pop(stored.id, None)
        if stored.external_id and self.by_external[group].get(stored.external_id) is stored:
            del self.by_external[group][stored.external_id]
        self.touch(stored, at)

    def touch(self, stored: Stored, at: float) -> None:
        """Note that the search does not show this record as it is now."""
        key = (stored.type.group, stored.id)
        self.dirty.pop(key, None)
        self.dirty[key] = at

    def get(self, group: str, id: str) -> Stored | None:
        """Give a record by its id, or None."""
        return self.groups[group].get(id)

    def named(self, group: str, external_id: str) -> Stored | None:
        """Give a record by its external id, or None."""
        return self.by_external[group].get(external_id)

    def of(self, *types: str) -> list[Stored]:
        """List the records of these types in the order of their making."""
        return [one for group in self.groups.values() for one in group.values() if one.kind in types]

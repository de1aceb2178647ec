"""Value maps without their tables: entries with wildcards and dates, and the order in which they win."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from mappings.errors import FormulaError
from mappings.values import shown

WILDCARD: Final = "*"
MAX_KEY_COLUMNS: Final = 6

Keys: TypeAlias = tuple[str, ...]
Identity: TypeAlias = tuple[Keys, date | None]
Mask: TypeAlias = tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a value map. A key `*` stands for any value; dates are inclusive and judged on the document's."""

    keys: Keys
    value: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def identity(self) -> Identity:
        """What tells it from the other entries of its map: keys and first day."""
        return self.keys, self.valid_from

    def holds_on(self, on: date | None) -> bool:
        """Tell whether the entry counts for a document of that date; without a date only undated entries count."""
        if self.valid_from is None and self.valid_to is None:
            return True
        if on is None:
            return False
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


Watch: TypeAlias = Callable[[str, Keys, Entry | None], None]  # told of each look-up: map, keys, what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMap:
    """A named table from source codes to target codes.

    `label` is its page ("Items"), `gives` what it yields ("revenue item"), `key_labels` what its columns hold ("item
    price"): sentences use them. The entry whose keys are all `*` is the default.
    """

    name: str
    label: str
    gives: str
    key_labels: tuple[str, ...]
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTable:
    """A value map made ready for look-ups: for each pattern of wildcards, most specific first, its entries by key."""

    source: ValueMap
    columns: int
    tables: tuple[tuple[tuple[int, ...], Mapping[Keys, tuple[Entry, ...]]], ...]

    def find(self, keys: Keys, on: date | None) -> str | None:
        """Give the value for the keys on that date, or None."""
        found = self.entry(keys, on)
        return found.value if found else None

    def entry(self, keys: Keys, on: date | None) -> Entry | None:
        """Give the entry that answers for the keys on that date, or None.

        The entry with the fewest `*` wins, then the one whose `*` stand further right, then dated before undated, then
        the later start.
        """
        for columns, table in self.tables:
            for entry in table.get(tuple([keys[column] for column in columns]), ()):
                if entry.holds_on(on):
                    return entry
        return None

    def missing(self, keys: Keys) -> FormulaError:
        """Give the error for keys that the map does not know, with the next step."""
        named = " and ".join(f"{label} {shown(key)}" for label, key in zip(self.source.key_labels, keys, strict=False))
        return FormulaError(
            f"no {self.source.gives} mapped for {named}",
            code="no_mapping",
            value=" | ".join(keys),
            advice=f"Add it under Mappings > {self.source.label}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTable(LookupTable):
    """A look-up table that tells of every look-up."""

    watch: Watch

    def entry(self, keys: Keys, on: date | None) -> Entry | None:
        """Give the entry that answers, and tell of it."""
        found = LookupTable.entry(self, keys, on)
        self.watch(self.source.name, keys, found)
        return found


def watched(table: LookupTable, watch: Watch) -> LookupTable:
    """Have every look-up told."""
    return WatchedTable(source=table.source, columns=table.columns, tables=table.tables, watch=watch)


def ready(source: ValueMap) -> LookupTable:
    """Prepare a value map for look-ups. Entries with a wrong number of keys are left out: `faults` names them."""
    width = len(source.key_labels)
    by_mask: dict[Mask, dict[Keys, list[Entry]]] = {}
    for entry in source.entries:
        if len(entry.keys) == width:
            mask = tuple(key != WILDCARD for key in entry.keys)
            fixed = tuple(key for key in entry.keys if key != WILDCARD)
            by_mask.setdefault(mask, {}).setdefault(fixed, []).append(entry)
    masks = sorted(by_mask, key=lambda mask: (sum(mask), mask), reverse=True)
    tables = tuple((_columns(mask), _in_order(by_mask[mask])) for mask in masks)
    return LookupTable(source=source, columns=width, tables=tables)


def _columns(mask: Mask) -> tuple[int, ...]:
    return tuple(column for column, is_fixed in enumerate(mask) if is_fixed)


def _in_order(table: Mapping[Keys, list[Entry]]) -> dict[Keys, tuple[Entry, ...]]:
    return {keys: tuple(sorted(entries, key=_rank)) for keys, entries in table.items()}


def _rank(entry: Entry) -> tuple[bool, int, int]:
    """Order the entries of one key: dated first, then by later start, then by earlier end."""
    is_undated = entry.valid_from is None and entry.valid_to is None
    return is_undated, -(entry.valid_from or date.min).toordinal(), (entry.valid_to or date.max).toordinal()


def faults(source: ValueMap) -> tuple[str, ...]:
    """Name what is wrong with the entries, a sentence each: column counts, dates, entries that contradict."""
    return (*_shape_faults(source), *_overlaps(source.entries))


def _shape_faults(source: ValueMap) -> Iterable[str]:
    width = len(source.key_labels)
    for position, entry in enumerate(source.entries, start=1):
        where = f"Entry {position} ({' | '.join(entry.keys)})"
        if len(entry.keys) != width:
            yield f"{where}: {source.label} has {width} key columns, not {len(entry.keys)}."
        if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
            yield f"{where}: it ends on {entry.valid_to} before it begins on {entry.valid_from}. Correct the dates."


def _overlaps(entries: Iterable[Entry]) -> Iterable[str]:
    """Find entries of equal keys of which two count on one day: all undated, or with dates that overlap."""
    groups: dict[tuple[Keys, bool], list[Entry]] = {}
    for entry in entries:
        is_dated = bool(entry.valid_from or entry.valid_to)
        groups.setdefault((entry.keys, is_dated), []).append(entry)
    for (keys, _), group in groups.items():
        group.sort(key=lambda entry: entry.valid_from or date.min)
        for one, next_one in pairwise(group):
            if (one.valid_to or date.max) >= (next_one.valid_from or date.min):
                yield f"{' | '.join(keys)} stands more than once for the same days. Keep one, or give them other dates."

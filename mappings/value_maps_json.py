"""Value maps as JSON: what pairs ship as defaults, and whole maps as configuration moves them."""

from collections.abc import Sequence
from typing import Final

from mappings.errors import RowError
from mappings.json_shapes import date_at, list_of, object_of, only_known, refused, text_at
from mappings.problems import RowProblem
from mappings.sentences import map_problem
from mappings.value_maps import MAX_KEY_COLUMNS, Entry, ValueMap, faults
from mappings.values import shown

MAX_ENTRIES: Final = 100_000
_KEY_CHARS: Final = 100
_VALUE_CHARS: Final = 255
_LABEL_CHARS: Final = 60


def entry_to_json(entry: Entry) -> dict[str, object]:
    """Write an entry; dates only where it has them."""
    payload: dict[str, object] = {"keys": list(entry.keys), "value": entry.value}
    if entry.valid_from:
        payload["valid_from"] = entry.valid_from.isoformat()
    if entry.valid_to:
        payload["valid_to"] = entry.valid_to.isoformat()
    return payload


def entry_from_json(payload: object) -> Entry:
    """Read an entry. Raises RowError."""
    entry = object_of(payload, "an entry")
    only_known(entry, ("keys", "value", "valid_from", "valid_to"))
    keys = list_of(entry.get("keys"), "keys", MAX_KEY_COLUMNS)
    for key in keys:
        if not isinstance(key, str) or len(key) > _KEY_CHARS:
            raise refused(f"a key is a text of at most {_KEY_CHARS} characters, not {shown(key)}")
    return Entry(
        keys=tuple(str(key) for key in keys),
        value=_value(entry.get("value")),
        valid_from=date_at(entry, "valid_from"),
        valid_to=date_at(entry, "valid_to"),
    )


def _value(text: object) -> str:
    """Give a value; the empty text leaves the field empty for those keys."""
    if not isinstance(text, str) or len(text) > _VALUE_CHARS:
        raise refused(f"'value' is a text of at most {_VALUE_CHARS} characters, not {shown(text)}")
    return text


def value_map_to_json(value_map: ValueMap) -> dict[str, object]:
    """Write a value map without its name, under which it is kept."""
    return {
        "label": value_map.label,
        "gives": value_map.gives,
        "key_labels": list(value_map.key_labels),
        "entries": [entry_to_json(entry) for entry in value_map.entries],
    }


def value_map_from_json(name: str, payload: object) -> tuple[ValueMap, tuple[RowProblem, ...]]:
    """Read a value map; entries that cannot be read are left out and named. Raises RowError for a wrong frame."""
    problems: list[RowProblem] = []
    value_map, entries = _frame(name, payload)
    read = []
    for position, each in enumerate(entries, start=1):
        try:
            read.append(entry_from_json(each))
        except RowError as fault:
            problems.append(map_problem(name, f"Entry {position}: {fault.reason}."))
    whole = ValueMap(
        name=name, label=value_map.label, gives=value_map.gives, key_labels=value_map.key_labels, entries=tuple(read)
    )
    return whole, (*problems, *(map_problem(name, fault) for fault in faults(whole)))


def _frame(name: str, payload: object) -> tuple[ValueMap, Sequence[object]]:
    given = object_of(payload, "a value map")
    only_known(given, ("label", "gives", "key_labels", "entries"))
    labels = list_of(given.get("key_labels"), "key_labels", MAX_KEY_COLUMNS)
    if not labels or not all(isinstance(label, str) and 0 < len(label) <= _LABEL_CHARS for label in labels):
        raise refused(f"'key_labels' names 1 to {MAX_KEY_COLUMNS} key columns")
    frame = ValueMap(
        name=name,
        label=text_at(given, "label", _LABEL_CHARS),
        gives=text_at(given, "gives", _LABEL_CHARS),
        key_labels=tuple(str(label) for label in labels),
    )
    return frame, list_of(given.get("entries", []), "entries", MAX_ENTRIES)

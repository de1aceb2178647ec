"""Mappings and value maps as plain structures for a file that people read, compare and keep: written and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.errors import RowError
from mappings.problems import RowProblem
from mappings.rows import Definition
from mappings.rows_json import definition_from_json, filter_to_json, row_to_json
from mappings.sentences import map_problem
from mappings.value_maps import Entry, ValueMap
from mappings.value_maps_json import entry_to_json, value_map_from_json, value_map_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One difference between two mappings, as a person reads it: blank where nothing stood, or stands."""

    where: str
    before: str
    after: str


def write_definition(definition: Definition) -> dict[str, Any]:
    """Write a flow's rows and filters, in their order."""
    written: dict[str, Any] = {"rows": [row_to_json(row) for row in definition.rows]}
    if definition.filters:
        written["filters"] = [filter_to_json(one) for one in definition.filters]
    return written


def read_definition(flow: str, payload: object) -> tuple[Definition, tuple[RowProblem, ...]]:
    """Read what `write_definition` wrote; what cannot be read is named, with its flow."""
    given = payload if isinstance(payload, Mapping) else {}
    definition, problems = definition_from_json(given.get("rows", ()), given.get("filters", ()))
    return definition, tuple(_of_flow(flow, problem) for problem in problems)


def _of_flow(flow: str, problem: RowProblem) -> RowProblem:
    return RowProblem(
        row_id=problem.row_id, field=problem.field, code=problem.code, sentence=f"Flow {flow}: {problem.sentence}"
    )


def write_map(value_map: ValueMap) -> dict[str, Any]:
    """Write a value map, its entries in the order of their keys and dates: the same content is always the same text."""
    written = value_map_to_json(value_map)
    written["entries"] = [entry_to_json(entry) for entry in ordered(value_map.entries)]
    return written


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by keys, then by dates."""
    return sorted(entries, key=lambda one: (one.keys, one.valid_from or date.min, one.valid_to or date.max))


def read_map(name: str, payload: object) -> tuple[ValueMap | None, tuple[RowProblem, ...]]:
    """Read what `write_map` wrote; None for a frame that cannot be read."""
    try:
        return value_map_from_json(name, payload)
    except RowError as fault:
        return None, (map_problem(name, f"{fault.reason}."),)


# Differences


def definition_lines(flow: str, before: Definition | None, after: Definition) -> list[Line]:
    """List the rows and filters that differ, by their ids; a new order of the same rows is one line."""
    was = _parts(before) if before else {}
    now = _parts(after)
    lines = _changed(f"{flow}", was, now)
    if not lines and list(was) != list(now):
        lines.append(Line(where=f"{flow}: order of rows", before=", ".join(was), after=", ".join(now)))
    return lines


def _parts(definition: Definition) -> dict[str, str]:
    rows = {f"row {row.id}": _plain(row_to_json(row)) for row in definition.rows}
    return rows | {f"filter {one.id}": _plain(filter_to_json(one)) for one in definition.filters}


def _plain(payload: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in payload.items() if name != "id")


def map_lines(name: str, before: ValueMap | None, after: ValueMap) -> list[Line]:
    """List the entries that differ, by keys and first day."""
    return _changed(f"map {name}", _entries(before.entries) if before else {}, _entries(after.entries))


def _entries(entries: Sequence[Entry]) -> dict[str, str]:
    return {_identity(one): f"{one.value or '(empty)'}{_until(one)}" for one in ordered(entries)}


def _identity(entry: Entry) -> str:
    since = f" from {entry.valid_from}" if entry.valid_from else ""
    return f"{' | '.join(entry.keys)}{since}"


def _until(entry: Entry) -> str:
    return f" until {entry.valid_to}" if entry.valid_to else ""


def _changed(where: str, was: Mapping[str, str], now: Mapping[str, str]) -> list[Line]:
    return [
        Line(where=f"{where}: {name}", before=was.get(name, ""), after=now.get(name, ""))
        for name in dict.fromkeys((*was, *now))
        if was.get(name, "") != now.get(name, "")
    ]

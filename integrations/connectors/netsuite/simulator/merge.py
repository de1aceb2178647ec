"""How a body changes a record: omitted fields stay, null clears, sublists by key and `replace` (vendor file, 3.5)."""

from collections.abc import Collection
from typing import Any

from integrations.connectors.netsuite.simulator.answers import bad_content, please_enter
from integrations.connectors.netsuite.simulator.schema import Field, Fields
from integrations.connectors.netsuite.simulator.store import Values

Line = dict[str, Any]

FIRST_LINE = {"item": 1, "line": 0}


def merge(old: Values, incoming: Values, fields: Fields, replace: Collection[str]) -> Values:
    """Give the record as it will stand; neither argument is changed."""
    merged = dict(old)
    for name, lines in old.items():
        if isinstance(lines, list) and name in fields and fields[name].kind == "list":
            merged[name] = [dict(line) for line in lines]
    for name, value in incoming.items():
        field = fields[name]
        if field.kind == "list":
            merged[name] = _lines(field, merged.get(name, []), value, is_replaced=name in replace)
        elif value is None:
            merged.pop(name, None)
        elif field.kind == "object":
            merged[name] = _without_nulls({**old.get(name, {}), **value})
        else:
            merged[name] = value
    return merged


def _lines(field: Field, old: list[Line], new: list[Line] | None, *, is_replaced: bool) -> list[Line]:
    if new is None:
        if field.is_mandatory:
            please_enter([field.label])
        return []
    if not field.key:
        added = [_without_nulls(line) for line in new]
        return added if is_replaced else old + added
    lines, touched = list(old), []
    seen: set[tuple[object, ...]] = set()
    for at, line in enumerate(new):
        key = tuple(line.get(name) for name in field.key)
        existing = next((one for one in old if _same(one, key, field.key)), None) if _names_a_line(key) else None
        if _names_a_line(key) and key in seen:
            bad_content("Two lines have the same key.", f"{field.name}.items[{at}]")
        seen.add(key)
        if existing is None:
            existing = {}
            lines.append(existing)
        touched.append(_update(existing, line))
    if is_replaced:
        lines = touched
    if field.name in FIRST_LINE:
        _number(lines, FIRST_LINE[field.name])
    elif field.key == ("id",):
        _identify(lines)
    return lines


def _names_a_line(key: tuple[object, ...]) -> bool:
    return key[0] is not None


def _same(line: Line, key: tuple[object, ...], names: tuple[str, ...]) -> bool:
    """A key part that the body leaves out is not compared: `apply` lines match by `doc` alone."""
    return all(part is None or line.get(name) in (part, None) for name, part in zip(names, key, strict=True))


def _update(line: Line, changes: Line) -> Line:
    """Let sent fields win; a new rate or quantity makes the old amount obsolete, a new amount the old rate."""
    if "amount" not in changes and ("rate" in changes or "quantity" in changes):
        line.pop("amount", None)
    if "amount" in changes and "rate" not in changes:
        line.pop("rate", None)
    if "grossAmt" in changes:
        line.pop("amount", None)
    for name, value in changes.items():
        if value is None:
            line.pop(name, None)
        else:
            line[name] = value
    return line


def _number(lines: list[Line], first: int) -> None:
    highest = max((line["line"] for line in lines if "line" in line), default=first - 1)
    for line in lines:
        if "line" not in line:
            highest += 1
            line["line"] = highest


def _identify(lines: list[Line]) -> None:
    highest = max((int(line["id"]) for line in lines if str(line.get("id", "")).isdigit()), default=0)
    for line in lines:
        if "id" not in line:
            highest += 1
            line["id"] = str(highest)


def _without_nulls(line: Line) -> Line:
    return {name: value for name, value in line.items() if value is not None}

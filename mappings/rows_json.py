"""Rows, filters and value maps as JSON: how mappings are stored, shipped as defaults and moved between sites."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from mappings.errors import RowError
from mappings.json_shapes import (
    choice_at,
    flag_at,
    list_of,
    object_of,
    only_known,
    refused,
    text_at,
    value_from_json,
    value_to_json,
)
from mappings.problems import RowProblem
from mappings.rows import (
    ConstantSpec,
    Definition,
    Filter,
    FormulaSpec,
    Row,
    SourceSpec,
    Spec,
    Transform,
    ValueMapSpec,
)
from mappings.transforms import fault_of
from mappings.values import shown

MAX_ROWS: Final = 500
MAX_FILTERS: Final = 50
MAX_TRANSFORMS: Final = 20
_NAME_CHARS: Final = 200
_TEXT_CHARS: Final = 8_000
_ROW_KEYS: Final = frozenset({"id", "target", "level", "kind", "default", "required", "writes", "transforms"})
_SPEC_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "source": frozenset({"path"}),
    "constant": frozenset({"value"}),
    "value_map": frozenset({"map", "keys"}),
    "formula": frozenset({"formula"}),
}
_FILTER_KEYS: Final = frozenset({"id", "formula", "reason", "mode"})
PartT = TypeVar("PartT")


def row_to_json(row: Row) -> dict[str, object]:
    """Write a row, with what differs from the usual only."""
    payload: dict[str, object] = {"id": row.id, "target": row.target, **_spec_to_json(row.spec)}
    if row.level != "header":
        payload["level"] = row.level
    if row.default is not None:
        payload["default"] = value_to_json(row.default)
    if row.required:
        payload["required"] = True
    if row.writes != "on_change":
        payload["writes"] = row.writes
    if row.transforms:
        payload["transforms"] = [_transform_to_json(transform) for transform in row.transforms]
    return payload


def _spec_to_json(spec: Spec) -> dict[str, object]:
    if isinstance(spec, SourceSpec):
        return {"kind": "source", "path": spec.path}
    if isinstance(spec, ConstantSpec):
        return {"kind": "constant", "value": value_to_json(spec.value)}
    if isinstance(spec, ValueMapSpec):
        return {"kind": "value_map", "map": spec.map, "keys": list(spec.keys)}
    return {"kind": "formula", "formula": spec.formula}


def _transform_to_json(transform: Transform) -> object:
    if transform.argument is None:
        return transform.name
    return {"name": transform.name, "argument": transform.argument}


def filter_to_json(condition: Filter) -> dict[str, object]:
    """Write a filter."""
    return {
        "id": condition.id,
        "formula": condition.formula,
        "reason": condition.reason,
        "mode": condition.mode,
    }


def row_from_json(payload: object) -> Row:
    """Read a row. Raises RowError for what is missing, unknown or of the wrong shape."""
    row = object_of(payload, "a row")
    kind = choice_at(row, "kind", tuple(_SPEC_KEYS))
    only_known(row, _ROW_KEYS | _SPEC_KEYS[kind])
    transforms = list_of(row.get("transforms", []), "transforms", MAX_TRANSFORMS)
    return Row(
        id=text_at(row, "id", 60),
        target=text_at(row, "target", _NAME_CHARS),
        spec=_spec_from_json(kind, row),
        level=choice_at(row, "level", ("header", "line"), "header"),  # type: ignore[arg-type]  # one of the two
        default=value_from_json(row.get("default")),
        required=flag_at(row, "required"),
        writes=choice_at(row, "writes", ("on_create", "on_change"), "on_change"),  # type: ignore[arg-type]  # likewise
        transforms=tuple(_transform_from_json(each) for each in transforms),
    )


def _spec_from_json(kind: str, row: Mapping[str, object]) -> Spec:
    if kind == "source":
        return SourceSpec(path=text_at(row, "path", _NAME_CHARS))
    if kind == "constant":
        return ConstantSpec(value=value_from_json(row.get("value")))
    if kind == "formula":
        return FormulaSpec(formula=text_at(row, "formula", _TEXT_CHARS))
    keys = list_of(row.get("keys"), "keys", 6)
    if not keys or not all(isinstance(key, str) and key for key in keys):
        raise refused("'keys' names one source field for each key column")
    return ValueMapSpec(map=text_at(row, "map", _NAME_CHARS), keys=tuple(str(key) for key in keys))


def _transform_from_json(payload: object) -> Transform:
    if isinstance(payload, str):
        transform = Transform(name=payload)
    else:
        named = object_of(payload, "a transform")
        only_known(named, frozenset({"name", "argument"}))
        argument = named.get("argument")
        if argument is not None and not isinstance(argument, int | str):
            raise refused(f"the argument {shown(argument)} is neither a whole number nor a text")
        transform = Transform(name=text_at(named, "name", 60), argument=argument)
    fault = fault_of(transform)
    if fault:
        raise refused(fault)
    return transform


def filter_from_json(payload: object) -> Filter:
    """Read a filter. Raises RowError."""
    condition = object_of(payload, "a filter")
    only_known(condition, _FILTER_KEYS)
    return Filter(
        id=text_at(condition, "id", 60),
        formula=text_at(condition, "formula", _TEXT_CHARS),
        reason=text_at(condition, "reason", 200),
        mode=choice_at(condition, "mode", ("skip_if", "only_if"), "skip_if"),  # type: ignore[arg-type]  # one of the two
    )


def definition_from_json(rows: object, filters: object = ()) -> tuple[Definition, tuple[RowProblem, ...]]:
    """Read the content of a mapping; what cannot be read is left out and named, so nothing is lost silently."""
    problems: list[RowProblem] = []
    read_rows = _each(rows, "row", MAX_ROWS, row_from_json, problems)
    read_filters = _each(filters, "filter", MAX_FILTERS, filter_from_json, problems)
    return Definition(rows=tuple(read_rows), filters=tuple(read_filters)), tuple(problems)


def _each(
    payload: object, noun: str, most: int, read: Callable[[object], PartT], problems: list[RowProblem]
) -> list[PartT]:
    parts: list[PartT] = []
    try:
        entries = list_of(payload, f"{noun}s", most)
    except RowError as fault:
        problems.append(_problem(noun, 0, None, fault))
        return parts
    for position, each in enumerate(entries, start=1):
        try:
            parts.append(read(each))
        except RowError as fault:
            problems.append(_problem(noun, position, each, fault))
    return parts


def _problem(noun: str, position: int, payload: object, fault: RowError) -> RowProblem:
    named = payload if isinstance(payload, Mapping) else {}
    row_id, field = str(named.get("id", ""))[:60], str(named.get("target", ""))[:_NAME_CHARS]
    where = f"{noun.capitalize()} {position}" if position else f"{noun.capitalize()}s"
    for_field = f" for {field}" if field else ""
    return RowProblem(
        row_id=row_id, field=field, code="bad_row", sentence=f"{where}{for_field}: {fault.reason}. Correct it."
    )

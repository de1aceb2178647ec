"""Checks of a mapping against the catalogues, before any record: what is unknown, missing, mistyped or too long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Final

from mappings.catalogue import FieldType, SourceField, TargetField
from mappings.errors import FormulaError, RowError
from mappings.fitting import KINDS_OF_TYPE, fit, words_of
from mappings.formula_kinds import ALL_KINDS, Kinds, kind_of, kinds_of
from mappings.formula_syntax import parse
from mappings.problems import RowProblem
from mappings.rows import ConstantSpec, Definition, Filter, FormulaSpec, Level, Row, SourceSpec, Transform, ValueMapSpec
from mappings.scope import LINE_PREFIX
from mappings.sentences import catalogue_problem, filter_problem, row_problem
from mappings.transforms import TRANSFORMS, build
from mappings.value_maps import ValueMap
from mappings.values import Value, checked

_KIND_OF_SOURCE: Final[dict[FieldType, Kinds]] = {
    "text": frozenset({"text"}),
    "amount": frozenset({"number"}),
    "date": frozenset({"date"}),
    "bool": frozenset({"bool"}),
    "enum": frozenset({"text"}),
    "reference": frozenset({"text"}),
    "integer": frozenset({"number"}),
}
_KIND_WORDS: Final = {"text": "text", "number": "a number", "bool": "TRUE or FALSE", "date": "a date"}


def validate(
    rows: Sequence[Row],
    target_fields: Iterable[TargetField],
    source_fields: Iterable[SourceField],
    value_maps: Iterable[ValueMap] = (),
    *,
    filters: Iterable[Filter] = (),
) -> tuple[RowProblem, ...]:
    """Judge rows by the catalogues; an empty catalogue is unknown and judges nothing.

    What a formula or a row has wrong in itself stands in `CompiledMapping.problems` and is not repeated here.
    """
    targets = {(field.level, field.name): field for field in target_fields}
    kinds = {_path(field): _KIND_OF_SOURCE[field.type] for field in source_fields}
    maps = {value_map.name: value_map for value_map in value_maps}
    problems = list(_missing(rows, targets.values()))
    for row in rows:
        field = targets.get((row.level, row.target))
        problems.extend(_unknown_target(row, targets))
        problems.extend(_unknown_sources(row, kinds))
        problems.extend(_type_mismatch(row, field, kinds) if field else ())
        problems.extend(_unfit_values(row, field, maps) if field else ())
    return (*problems, *_filter_problems(filters, kinds))


def _path(field: SourceField) -> str:
    return f"{LINE_PREFIX}{field.name}" if field.level == "line" else field.name


def maps_read(definition: Definition) -> frozenset[str]:
    """Give the names of the value maps that rows and filters look up."""
    names = {row.spec.map for row in definition.rows if isinstance(row.spec, ValueMapSpec)}
    formulas = [row.spec.formula for row in definition.rows if isinstance(row.spec, FormulaSpec)]
    for formula in (*formulas, *(condition.formula for condition in definition.filters)):
        names |= formula_maps(formula)
    return frozenset(names)


def formula_maps(formula: str) -> frozenset[str]:
    """Give the value maps that a formula looks up; none of one that cannot be read."""
    try:
        return parse(formula).map_names()
    except FormulaError:
        return frozenset()


def _missing(rows: Iterable[Row], targets: Iterable[TargetField]) -> Iterator[RowProblem]:
    filled = {(row.level, row.target) for row in rows}
    for field in targets:
        if field.required and (field.level, field.name) not in filled:
            where = "each line" if field.level == "line" else "the document"
            said = f"{field.label} ({field.name}) is required on {where}, but no row fills it"
            yield catalogue_problem(None, field.name, "missing_required", said, "Add a row for it.")


def _unknown_target(row: Row, targets: Mapping[tuple[Level, str], TargetField]) -> Iterator[RowProblem]:
    if targets and (row.level, row.target) not in targets:
        said = f"the target has no field {row.target} on the {row.level}"
        yield catalogue_problem(row, row.target, "unknown_target", said, "Choose one of its fields.")


def _sources_of(row: Row) -> tuple[str, ...]:
    """Give the source paths a row reads; none for a formula that cannot be read."""
    spec = row.spec
    if isinstance(spec, SourceSpec):
        return (spec.path,)
    if isinstance(spec, ValueMapSpec):
        return spec.keys
    return _formula_fields(spec.formula) if isinstance(spec, FormulaSpec) else ()


def _formula_fields(formula: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(parse(formula).field_names()))
    except FormulaError:
        return ()


def _unknown_sources(row: Row, kinds: Mapping[str, Kinds]) -> Iterator[RowProblem]:
    for path in _sources_of(row):
        if kinds and path not in kinds:
            said = f"field {row.target}: the source has no field {path}"
            yield catalogue_problem(row, row.target, "unknown_source", said, "Choose one of its fields.")


def _kinds_of_row(row: Row, kinds: Mapping[str, Kinds]) -> Kinds:
    """Give the kinds of value that the row can give, after its transforms."""
    if row.transforms:
        last = TRANSFORMS.get(row.transforms[-1].name)
        return frozenset({last.gives}) if last else ALL_KINDS
    if isinstance(row.spec, SourceSpec):
        return kinds.get(row.spec.path, ALL_KINDS)
    if isinstance(row.spec, ConstantSpec):
        return kind_of(row.spec.value)
    return frozenset({"text"}) if isinstance(row.spec, ValueMapSpec) else _formula_kinds(row.spec.formula, kinds)


def _formula_kinds(formula: str, kinds: Mapping[str, Kinds]) -> Kinds:
    try:
        return kinds_of(parse(formula), kinds)
    except FormulaError:
        return ALL_KINDS


def _type_mismatch(row: Row, field: TargetField, kinds: Mapping[str, Kinds]) -> Iterator[RowProblem]:
    given = _kinds_of_row(row, kinds) - {"blank"}
    if given and not given & KINDS_OF_TYPE[field.type]:
        met = " or ".join(_KIND_WORDS[kind] for kind in sorted(given))
        said = f"field {row.target} takes {words_of(field.type)}, but the row gives {met}"
        yield catalogue_problem(row, row.target, "type_mismatch", said, "Change the row.")


def _unfit_values(row: Row, field: TargetField, maps: Mapping[str, ValueMap]) -> Iterator[RowProblem]:
    """Try what the row is sure to write: its constant, its default and the values of its map."""
    yield from _unfit(row, field, row.default, ())
    if isinstance(row.spec, ConstantSpec):
        yield from _unfit(row, field, row.spec.value, row.transforms)
    if isinstance(row.spec, ValueMapSpec) and row.spec.map in maps:
        for value in sorted({entry.value for entry in maps[row.spec.map].entries}):
            yield from _unfit(row, field, value, row.transforms)


def _unfit(row: Row, field: TargetField, value: Value, transforms: Iterable[Transform]) -> Iterator[RowProblem]:
    try:
        value = checked(value)
        for transform in transforms:
            value = build(transform)(value, UTC)
        fit(field, value, UTC)
    except RowError as fault:
        yield row_problem(row, fault, None)


def _filter_problems(filters: Iterable[Filter], kinds: Mapping[str, Kinds]) -> Iterator[RowProblem]:
    for condition in filters:
        given = _formula_kinds(condition.formula, kinds)
        if "bool" not in given:
            fault = FormulaError("it never gives TRUE or FALSE", position=1, code="type_mismatch")
            yield filter_problem(condition, fault)
        for path in _formula_fields(condition.formula):
            if kinds and path not in kinds:
                yield filter_problem(condition, FormulaError(f"the source has no field {path}", code="unknown_source"))

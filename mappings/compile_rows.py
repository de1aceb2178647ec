"""From rows and filters to closures: find the value, change it, take the default, judge it by its field."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mappings.catalogue import TargetField
from mappings.errors import FormulaError, RowError
from mappings.fitting import fit
from mappings.formula import compile_formula
from mappings.rows import ConstantSpec, Filter, FormulaSpec, Level, Row, SourceSpec, ValueMapSpec
from mappings.scope import Run, Scope, is_line_path, reader
from mappings.transforms import build
from mappings.value_maps import LookupTable
from mappings.values import Value, checked, is_blank, shown, to_text

Tables: TypeAlias = Mapping[str, LookupTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row made ready. `run` raises RowError alone: always `fault`, where one is known without a record."""

    row: Row
    target: str
    run: Run
    fault: RowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A filter made ready: `run` tells whether it stops the record, and raises RowError alone."""

    filter: Filter
    run: Callable[[Scope], bool]
    fault: RowError | None = None


def compile_rows(rows: Sequence[Row], tables: Tables, targets: Sequence[TargetField]) -> list[Step]:
    """Make rows ready, each with its fault if it has one; of two with one target or id the later is at fault."""
    fields = {(field.level, field.name): field for field in targets}
    seen: set[tuple[str, ...]] = set()
    steps = []
    for row in rows:
        marks = {("id", row.id), ("target", row.level, row.target)}
        twin = _twin_fault(row, marks & seen)
        seen |= marks
        steps.append(_failing(row, twin) if twin else _compile_row(row, tables, fields.get((row.level, row.target))))
    return steps


def _twin_fault(row: Row, known: set[tuple[str, ...]]) -> RowError | None:
    if not known:
        return None
    is_target = any(mark[0] == "target" for mark in known)
    reason = "another row fills this field already" if is_target else f"another row has the id {shown(row.id)} already"
    return RowError(reason, code="duplicate_row", value=row.id, advice="Remove one of the two rows.")


def _failing(row: Row, fault: RowError) -> Step:
    def run(scope: Scope) -> Value:
        raise fault.with_traceback(None)

    return Step(row=row, target=row.target, run=run, fault=fault)


def _compile_row(row: Row, tables: Tables, field: TargetField | None) -> Step:
    try:
        run = _found(row, tables)
        run = _transformed(row, run)
        run = _with_default(row, run)
        run = _fitted(run, field) if field else run
    except RowError as fault:
        return _failing(row, fault)
    return Step(row=row, target=row.target, run=_required(row, run) if row.required else run)


def _found(row: Row, tables: Tables) -> Run:
    """Give the function that finds the value as the row's kind says."""
    spec = row.spec
    if isinstance(spec, SourceSpec):
        return _read(spec.path, row.level)
    if isinstance(spec, ConstantSpec):
        value = checked(spec.value)
        return lambda scope: value
    if isinstance(spec, FormulaSpec):
        return compile_formula(spec.formula, level=row.level, maps=tables).run
    return _looked_up(row, spec, tables)


def _read(path: str, level: Level) -> Run:
    if level == "header" and is_line_path(path):
        reason = f"{path} has a value on each line, this row has none"
        raise RowError(reason, code="bad_row", value=path, advice="Use SUM in a formula, or make it a line row.")
    return reader(path)


def _looked_up(row: Row, spec: ValueMapSpec, tables: Tables) -> Run:
    """Give the function that asks the value map; the row's default stands in for a miss."""
    table = tables.get(spec.map)
    if table is None:
        advice = "Create it under Mappings, or choose another."
        raise RowError(f"there is no value map {shown(spec.map)}", code="unknown_map", value=spec.map, advice=advice)
    if len(spec.keys) != table.columns:
        reason = f"the value map {spec.map} is looked up by {table.columns} values, not {len(spec.keys)}"
        raise RowError(reason, code="bad_row", value=spec.map, advice="Give one field for each key column.")
    keys = [_read(path, row.level) for path in spec.keys]
    find, has_default = table.find, not is_blank(row.default)

    def run(scope: Scope) -> Value:
        wanted = tuple([to_text(key(scope)) for key in keys])
        found = find(wanted, scope.on)
        if found is None and not has_default:
            raise table.missing(wanted)
        return found

    return run


def _transformed(row: Row, run: Run) -> Run:
    steps = [build(transform) for transform in row.transforms]
    if not steps:
        return run

    def changed(scope: Scope) -> Value:
        value = run(scope)
        for step in steps:
            value = step(value, scope.zone)
        return value

    return changed


def _with_default(row: Row, run: Run) -> Run:
    default = checked(row.default)
    if is_blank(default):
        return run

    def filled(scope: Scope) -> Value:
        value = run(scope)
        return default if is_blank(value) else value

    return filled


def _fitted(run: Run, field: TargetField) -> Run:
    """Bring the value into the field's form; plain text that fits takes the short way."""
    is_plain = field.type in ("text", "reference") and not field.enum
    longest = field.max_length or sys.maxsize

    def fitted(scope: Scope) -> Value:
        value = run(scope)
        if is_plain and type(value) is str and 0 < len(value) <= longest:
            return value
        return fit(field, value, scope.zone)

    return fitted


def _required(row: Row, run: Run) -> Run:
    def demanded(scope: Scope) -> Value:
        value = run(scope)
        if is_blank(value):
            advice = "Fill it in the source, or give the row a default."
            raise RowError(f"it is required, but {_origin(row)} is empty", code="required_empty", advice=advice)
        return value

    return demanded


def _origin(row: Row) -> str:
    """Name where the row looks, for a sentence."""
    if isinstance(row.spec, SourceSpec):
        return row.spec.path
    return "the formula's result" if isinstance(row.spec, FormulaSpec) else "the value"


def compile_condition(condition: Filter, tables: Tables) -> Condition:
    """Make a filter ready; its formula must give TRUE or FALSE."""
    try:
        formula = compile_formula(condition.formula, maps=tables).run
    except FormulaError as fault:
        return Condition(filter=condition, run=_raising(fault), fault=fault)
    stops_on = condition.mode == "skip_if"

    def run(scope: Scope) -> bool:
        holds = formula(scope)
        if isinstance(holds, bool):
            return holds is stops_on
        reason = f"it gives {shown(holds)}, neither TRUE nor FALSE"
        raise FormulaError(reason, position=1, code="wrong_type", value=to_text(holds)[:200])

    return Condition(filter=condition, run=run)


def _raising(fault: RowError) -> Callable[[Scope], bool]:
    def run(scope: Scope) -> bool:
        raise fault.with_traceback(None)

    return run

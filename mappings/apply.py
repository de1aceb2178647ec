"""The pure core: a mapping made ready once, then applied to records; no database, no clock, and it never raises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from mappings.catalogue import TargetField
from mappings.compile_rows import Condition, Step, compile_condition, compile_rows
from mappings.errors import RowError
from mappings.problems import RowProblem
from mappings.rows import Filter, Level, Row, Writes
from mappings.scope import LINE_PREFIX, Fields, Scope
from mappings.sentences import filter_problem, map_problem, row_problem
from mappings.value_maps import ValueMap, Watch, faults, ready, watched
from mappings.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a mapping made of one record: target field -> value, for the header and for each line in its order.

    A field whose row failed is absent and stands in `problems`; a blank one is None. `skipped` is the reason of the
    filter that stopped the record, else None. `provenance` gives the id of the row behind a field (`line.` before
    those of lines).
    """

    header: dict[str, Value]
    lines: tuple[dict[str, Value], ...] = ()
    problems: tuple[RowProblem, ...] = ()
    skipped: str | None = None
    provenance: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledMapping:
    """A mapping ready to be applied. `problems` are faults known without a record; such rows fail on every one."""

    header_steps: tuple[Step, ...]
    line_steps: tuple[Step, ...]
    conditions: tuple[Condition, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    provenance: Mapping[str, str]
    version: int = 0

    def apply(
        self, source: Fields, lines: Sequence[Fields] = (), *, on: date | None = None, zone: tzinfo = UTC
    ) -> Applied:
        """Work all rows out for one record. Fields have flat names (`customer.company`), absent ones are blank.

        `on` is the document's date, by which dated entries of value maps are judged; `zone` the site's, in which time
        stamps become days. Never raises.
        """
        day = on.date() if isinstance(on, datetime) else on
        scope = Scope(header=source, lines=lines, on=day, zone=zone)
        problems: list[RowProblem] = []
        skipped = self._skipped(scope, problems)
        if skipped is not None:
            return Applied(header={}, skipped=skipped, provenance=self.provenance)
        header = _fill(self.header_steps, scope, problems, None)
        filled = self._lines(scope, problems)
        return Applied(header=header, lines=filled, problems=tuple(problems), provenance=self.provenance)

    def written(self, writes: Writes, level: Level = "header") -> frozenset[str]:
        """Give the target fields written then: only on creation, or on every change."""
        steps = self.header_steps if level == "header" else self.line_steps
        return frozenset(step.target for step in steps if step.row.writes == writes)

    def _skipped(self, scope: Scope, problems: list[RowProblem]) -> str | None:
        """Give the reason of the first filter that stops the record; a filter that fails is a problem."""
        for condition in self.conditions:
            try:
                is_stopped = condition.run(scope)
            except RowError as fault:
                problems.append(filter_problem(condition.filter, fault))
                continue
            if is_stopped:
                return condition.filter.reason
        return None

    def _lines(self, scope: Scope, problems: list[RowProblem]) -> tuple[dict[str, Value], ...]:
        filled = []
        for position, line in enumerate(scope.lines, start=1):
            scope.line = line
            filled.append(_fill(self.line_steps, scope, problems, position))
        return tuple(filled)


def _fill(steps: tuple[Step, ...], scope: Scope, problems: list[RowProblem], line: int | None) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for step in steps:
        try:
            values[step.target] = step.run(scope)
        except RowError as fault:
            problems.append(row_problem(step.row, fault, line))
    return values


def compile_mapping(
    rows: Iterable[Row],
    value_maps: Iterable[ValueMap] = (),
    *,
    filters: Iterable[Filter] = (),
    targets: Iterable[TargetField] = (),
    version: int = 0,
    problems: Iterable[RowProblem] = (),
    watch: Watch | None = None,
) -> CompiledMapping:
    """Make a mapping ready. With `targets`, values are brought into the form of their field and judged by it.
    `watch` is told of every look-up in a value map.

    Never raises: what is wrong with the rows stands in `problems`, behind those handed in from reading them.
    """
    maps = tuple(value_maps)
    tables = {each.name: watched(ready(each), watch) if watch else ready(each) for each in maps}
    steps = compile_rows(tuple(rows), tables, tuple(targets))
    conditions = tuple(compile_condition(each, tables) for each in filters)
    map_problems = [map_problem(each.name, fault) for each in maps for fault in faults(each)]
    row_problems = [row_problem(step.row, step.fault, None) for step in steps if step.fault]
    filter_problems = [filter_problem(each.filter, each.fault) for each in conditions if each.fault]
    return CompiledMapping(
        header_steps=tuple(step for step in steps if step.row.level == "header"),
        line_steps=tuple(step for step in steps if step.row.level == "line"),
        conditions=conditions,
        problems=(*problems, *map_problems, *row_problems, *filter_problems),
        provenance={LINE_PREFIX * (step.row.level == "line") + step.target: step.row.id for step in steps},
        version=version,
    )

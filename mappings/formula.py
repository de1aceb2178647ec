"""Formulas in spreadsheet syntax: read once, worked out for many records; decimals only, bounded, no side effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from mappings.formula_compile import compile_node
from mappings.formula_kinds import kinds_of
from mappings.formula_syntax import Node, parse
from mappings.rows import Level
from mappings.scope import Fields, Run, Scope
from mappings.value_maps import LookupTable
from mappings.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula ready to run. `fields` and `maps` are the names it reads."""

    text: str
    fields: frozenset[str]
    maps: frozenset[str]
    run: Run
    node: Node

    def evaluate(
        self,
        header: Fields,
        *,
        line: Fields | None = None,
        lines: Sequence[Fields] = (),
        on: date | None = None,
        zone: tzinfo = UTC,
    ) -> Value:
        """Work the formula out for one record (and one of its lines). Raises FormulaError alone."""
        return self.run(Scope(header=header, lines=lines, on=on, zone=zone, line=line or {}))

    def kinds(self, fields: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Give the kinds of value it can give (text, number, bool, date, blank), by the kinds of its fields."""
        return kinds_of(self.node, fields)


def compile_formula(source: str, *, level: Level = "header", maps: Mapping[str, LookupTable] | None = None) -> Formula:
    """Read a formula and make it ready to run. Raises FormulaError alone, for whatever can be told without a record."""
    node = parse(source)
    run = compile_node(node, level=level, maps=maps or {})
    return Formula(text=source, fields=node.field_names(), maps=node.map_names(), run=run, node=node)

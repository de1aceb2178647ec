"""How fast the core applies mappings: made-up records of a believable shape, for the bench command."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from mappings.apply import CompiledMapping, compile_mapping
from mappings.catalogue import TargetField
from mappings.rows import ConstantSpec, Filter, FormulaSpec, Level, Row, SourceSpec, Spec, Transform, ValueMapSpec
from mappings.value_maps import Entry, ValueMap
from mappings.values import Value

_HEADER: Final[tuple[Spec, ...]] = (
    *(SourceSpec(path=f"field_{number}") for number in range(9)),
    ConstantSpec(value="USD"),
    ValueMapSpec(map="clearing", keys=("gateway", "currency")),
    FormulaSpec(formula='"INV-" & RIGHT(number, 8)'),
    FormulaSpec(formula='IF(total < 0, "credit", IF(total = 0, "zero", "invoice"))'),
    FormulaSpec(formula="ROUND(SUM(line.amount) * rate, 2)"),
    FormulaSpec(formula='TEXT(date, "yyyy-mm-dd")'),
)
_LINE: Final[tuple[Spec, ...]] = (
    *(SourceSpec(path=f"line.field_{number}") for number in range(7)),
    SourceSpec(path="currency"),
    ConstantSpec(value="Not taxable"),
    ValueMapSpec(map="revenue", keys=("line.item",)),
    ValueMapSpec(map="clearing", keys=("gateway", "currency")),
    FormulaSpec(formula="ROUND(line.amount * rate, 2)"),
    FormulaSpec(formula="line.quantity * line.price - line.discount"),
    FormulaSpec(formula='IF(line.amount < 0, "debit", "credit")'),
    FormulaSpec(formula='LEFT(line.text & " " & number, 40)'),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured; `problems` must be 0. `core_seconds` is the core's own time, whoever else uses the machine."""

    records: int
    rows: int
    lines: int
    seconds: float
    core_seconds: float
    problems: int


def _rows(level: Level, specs: tuple[Spec, ...]) -> Iterator[Row]:
    for position, spec in enumerate(specs):
        transforms = (Transform(name="trim"), Transform(name="truncate", argument=30)) if position == 0 else ()
        yield Row(id=f"{level}-{position}", target=f"target_{position}", spec=spec, level=level, transforms=transforms)


def mapping_of_thirty_rows() -> CompiledMapping:
    """Give a mapping of 15 header and 15 line rows of all kinds, judged by a catalogue of texts."""
    rows = (*_rows("header", _HEADER), *_rows("line", _LINE))
    items = tuple(Entry(keys=(f"item-{number}",), value=f"40{number:02}") for number in range(100))
    revenue = ValueMap(name="revenue", label="Items", gives="revenue item", key_labels=("item price",), entries=items)
    gateways = (Entry(keys=("stripe", "*"), value="1010"), Entry(keys=("*", "*"), value="1090"))
    clearing = ValueMap(
        name="clearing", label="Gateways", gives="account", key_labels=("gateway", "currency"), entries=gateways
    )
    targets = [TargetField(name=row.target, label=row.target, level=row.level, max_length=60) for row in rows]
    skip_zero = Filter(id="zero", formula="total = 0", reason="Invoices of zero are not posted")
    return compile_mapping(rows, (revenue, clearing), filters=(skip_zero,), targets=targets)


def _record(number: int) -> dict[str, Value]:
    fields: dict[str, Value] = {f"field_{position}": f" value {number} " for position in range(9)}
    head: dict[str, Value] = {"number": f"2026-{number:08}", "currency": "EUR", "gateway": "stripe"}
    amounts: dict[str, Value] = {"total": Decimal(number) + Decimal("0.05"), "rate": Decimal("1.0875")}
    return {**fields, **head, **amounts, "date": date(2026, 1, 1) + timedelta(days=number % 365)}


def _line(number: int) -> dict[str, Value]:
    fields: dict[str, Value] = {f"field_{position}": f"line {number}" for position in range(7)}
    amounts: dict[str, Value] = {"amount": Decimal("19.99"), "price": Decimal("9.995"), "discount": Decimal("0.10")}
    return {**fields, **amounts, "quantity": 2, "item": f"item-{number % 100}", "text": "Subscription, monthly"}


def measure_mapping(*, records: int = 10_000, lines: int = 5, rounds: int = 3) -> Figures:
    """Apply the mapping to so many records with so many lines each, on one core; give the quickest of some rounds.

    The making of mapping and records is not counted.
    """
    mapping = mapping_of_thirty_rows()
    sources = [(_record(number), [_line(number + each) for each in range(lines)]) for number in range(records)]
    figures = []
    for _ in range(rounds):
        begun, core_begun = time.perf_counter(), time.process_time()
        problems = sum(len(mapping.apply(source, its_lines).problems) for source, its_lines in sources)
        figures.append((time.perf_counter() - begun, time.process_time() - core_begun, problems))
    seconds, core_seconds, problems = min(figures)
    return Figures(
        records=records,
        rows=30,
        lines=lines,
        seconds=round(seconds, 3),
        core_seconds=round(core_seconds, 3),
        problems=problems,
    )
